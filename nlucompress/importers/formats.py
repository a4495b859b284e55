"""The foreign formats: how their files begin, and which importer reads them.

An importer is imported only when a file asks for it, and the names alone cost nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from nlucompress.importers.text_layouts import LAYOUTS


@dataclass(frozen=True)
class Format:
    """A foreign format.

    Attributes:
        module: The file of this room with its ``read(source, options)``.
        recognizes: Whether a file that begins with these bytes has the format; None for the text
            layouts, which are what nothing else recognizes.
        takes: Options of ``ImportOptions`` beside ``format`` that mean something for it.
    """

    module: str
    recognizes: Callable[[bytes], bool] | None = None
    takes: tuple[str, ...] = ()


def _safetensors(head: bytes) -> bool:
    from nlucompress.format.container import MAX_HEADER  # with it comes NumPy

    return head[8:9] == b"{" and int.from_bytes(head[:8], "little") <= MAX_HEADER


FORMATS: dict[str, Format] = {
    **{layout: Format("text_vectors", takes=("name",)) for layout in LAYOUTS},
    "safetensors": Format(
        "safetensors_file", _safetensors, takes=("name", "tensor", "keys", "skip")
    ),
}
