"""Which foreign format a file has, by its content, and the one entry to all importers."""

from __future__ import annotations

import os
import zlib
from dataclasses import dataclass

from nlucompress.errors import DataError, FormatError, UsageError
from nlucompress.format.container import MAX_HEADER
from nlucompress.format.model import Model
from nlucompress.importers import safetensors_file, text_layouts, text_vectors
from nlucompress.importers.sources import BOM, GZIP_MAGIC, Opened, Readable, opened

FORMATS: tuple[str, ...] = (*text_layouts.LAYOUTS, "safetensors")
HEAD = 1 << 16

_REFUSED = {
    "pickle": "a Python pickle, which could run code when it is opened",
    "zip": "a zip archive, such as torch.save and numpy.savez write",
}


@dataclass(frozen=True)
class ImportOptions:
    """What to import and how.

    Attributes:
        format: One of ``FORMATS``; None recognizes it.
        tensor: Safetensors only: the tensor that is the table.
        keys: Safetensors only: the file with the keys of its rows.
        skip: Safetensors only: tensors to leave out.
        name: Name of the table.
    """

    format: str | None = None
    tensor: str | None = None
    keys: str | os.PathLike[str] | Readable | None = None
    skip: tuple[str, ...] = ()
    name: str = "embeddings"

    def __post_init__(self) -> None:
        """Refuse a format that no importer reads."""
        if self.format is not None and self.format not in FORMATS:
            raise UsageError(f"unknown format {self.format!r}; known: {', '.join(FORMATS)}")


def recognize(head: bytes) -> str:
    """The format of a file by its first bytes: one of ``FORMATS``, ``pickle`` or ``zip``.

    A text's first two lines should be among the bytes. A ``.nlu`` file is a safetensors file too;
    only its importer tells them apart.

    Raises:
        DataError: There are no bytes, or they are damaged gzip.
    """
    if head.startswith(GZIP_MAGIC):
        try:
            head = zlib.decompressobj(wbits=31).decompress(head, HEAD)
        except zlib.error as error:
            raise DataError(f"the gzip stream is damaged ({error})") from None
    if not head:
        raise DataError("the file is empty")
    if head[8:9] == b"{" and int.from_bytes(head[:8], "little") <= MAX_HEADER:
        return "safetensors"
    if head[:1] == b"\x80" and head[1:2] <= b"\x09":  # no UTF-8 text begins with 0x80
        return "pickle"
    if head.startswith(b"PK\x03\x04"):
        return "zip"
    lines = [line.removesuffix(b"\r") for line in head.removeprefix(BOM).split(b"\n", 2)]
    return text_layouts.recognize(lines[0], lines[1] if lines[1:] and lines[1] else None)


def import_model(source: Opened, options: ImportOptions = ImportOptions()) -> Model:
    """Read a file of any known format, gzipped or not.

    Args:
        source: A path or an open binary stream; it is read forwards only.
        options: What to import and how.

    Raises:
        UsageError: The options do not fit the file, or it is a model of our own already.
        FormatError: The format is refused, or the file is damaged.
        DataError: The file cannot be read, or its lines, keys or numbers cannot be used.
    """
    with opened(source) as stream:
        head = stream.head(HEAD)
        if not head:
            raise stream.empty()
        found = recognize(head)
        if found in _REFUSED:
            raise FormatError(
                f"{stream.name}: this is {_REFUSED[found]}; "
                "save its tensors as safetensors and import that"
            )
        kind = options.format or found
        if kind == "safetensors":
            return safetensors_file.read(
                stream, options.tensor, options.keys, options.skip, options.name
            )
        if options.tensor is not None or options.keys is not None or options.skip:
            raise UsageError(
                f"{stream.name}: tensor, keys and skip are for safetensors; this is {kind}"
            )
        # Where a first line is longer than the head, only the reader sees both lines whole.
        layout = next((each for each in text_layouts.LAYOUTS if each == options.format), None)
        return text_vectors.read(stream, layout, options.name)
