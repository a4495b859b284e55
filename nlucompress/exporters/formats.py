"""The formats of other programs that a model can be written in, and which exporter writes each.

An exporter is imported only when a model asks for it, and the names alone cost nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from nlucompress.exporters.rows import Rows
    from nlucompress.format.model import Model

DTYPES = ("float32", "float16")
MODEL2VEC = ("model.safetensors", "tokenizer.json", "config.json", "modules.json")
Files = Iterator[bytes] | Mapping[str, Iterator[bytes]]


@dataclass(frozen=True)
class Format:
    """A format to write.

    Attributes:
        module: The file of this room.
        function: Its function ``(model, rows, dtype)``, which gives the bytes of a file in pieces,
            or of the files of a directory by name.
        text: Whether a terminal may show it.
        dtypes: How it can hold numbers.
        files: Names of the files of a directory; empty for a single file.
    """

    module: str
    function: str = "write"
    text: bool = False
    dtypes: tuple[str, ...] = DTYPES[:1]
    files: tuple[str, ...] = ()

    def write(self, model: Model, rows: Rows, dtype: str) -> Files:
        """The bytes of a file in pieces, or of the files of a directory by name."""
        module = import_module(f"nlucompress.exporters.{self.module}")
        made: Files = getattr(module, self.function)(model, rows, dtype)
        return made


FORMATS: dict[str, Format] = {
    "word2vec": Format("word2vec", "text", text=True),
    "word2vec-binary": Format("word2vec", "binary"),
    "glove": Format("word2vec", "glove", text=True),
    "safetensors": Format("safetensors_file", dtypes=DTYPES),
    "model2vec": Format("model2vec", dtypes=DTYPES, files=MODEL2VEC),
    "onnx": Format("onnx_file"),
    "crfsuite-dump": Format("crfsuite_dump", text=True),
    "json": Format("json_file", text=True),
}
