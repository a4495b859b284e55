"""Which foreign format a file has, by its content, and the one entry to all importers."""

from __future__ import annotations

import os
import re
import zlib
from importlib import import_module

from nlucompress.errors import DataError, FormatError, UsageError
from nlucompress.format.model import Model
from nlucompress.importers import containers
from nlucompress.importers.formats import CRF_PICKLE, FORMATS, PICKLE
from nlucompress.importers.options import ImportOptions as ImportOptions
from nlucompress.importers.vectors import text_layouts
from nlucompress.io import packings
from nlucompress.io.sources import BOM, GZIP_MAGIC, Opened, Source, opened

HEAD = 1 << 16
DIRECTORY = "model2vec"

_REFUSED = {
    "pickle": "a Python pickle, plain or of joblib, which could run code when it is opened; save "
    "its tensors as safetensors; for a pipeline of scikit-learn that you trust there is "
    "--trust-pickle",
    "zip": "a zip archive, such as torch.save and numpy.savez write; "
    "save its tensors as safetensors and import that",
}
_PROTOCOL_0 = re.compile(rb"c(?:copy_reg|copyreg|numpy[\w.]*|sklearn[\w.]*)\n\w+\n|\([dl]p0\n")
# bucket, dimension, minn, maxn, hash count, seed, begin and end of a word
_FLORET = re.compile(rb"(?:[0-9]+ ){6}\S+ \S+ ?\r?\n")


def recognize(head: bytes) -> str:
    """The format of a file by its first bytes: one of ``FORMATS``, ``pickle`` or ``zip``.

    A text's first two lines should be among the bytes. A ``.nlu`` file is a safetensors file too;
    only its importer tells them apart.

    Raises:
        DataError: There are no bytes, or they are damaged gzip.
        FormatError: They are compressed otherwise, or binary and of no known format.
    """
    if head.startswith(GZIP_MAGIC):
        try:
            head = zlib.decompressobj(wbits=31).decompress(head, HEAD)
        except zlib.error as error:
            raise DataError(f"the gzip stream is damaged ({error})") from None
    if not head:
        raise DataError("the file is empty")
    for name, each in FORMATS.items():
        if each.recognizes is not None and each.recognizes(head):
            return name
    packing, start = packings.start(head, 2)
    if start[:1] == b"\x80" and start[1:2] <= b"\x09":  # no UTF-8 text begins with 0x80
        return "pickle"
    if _PROTOCOL_0.match(head):
        return "pickle"
    if head.startswith(packings.ZSTD):
        raise FormatError("this is compressed by zstd; unpack it and import what is in it")
    if packing and packing != "zlib":  # a text may begin so: only a pickle in it is told
        raise FormatError(f"this is compressed by {packing}; unpack it and import what is in it")
    if head.startswith(b"PK\x03\x04"):
        return "zip"
    if b"\0" in head and not _ends_with_number(head.split(b"\n", 1)[0]):
        raise FormatError("this is a binary file of a format that nlucompress does not know")
    if _FLORET.match(head) and not _ends_with_number(head.split(b"\n", 1)[0]):
        raise FormatError(
            "these are vectors of floret, rows of hashed n-grams without words, which are not "
            "read; of its words import what its `save_vectors` writes"
        )
    lines = [line.removesuffix(b"\r") for line in head.removeprefix(BOM).split(b"\n", 2)]
    return text_layouts.recognize(lines[0], lines[1] if lines[1:] and lines[1] else None)


def _ends_with_number(line: bytes) -> bool:
    """Whether a line is one of vectors, whose keys may hold any character."""
    *_, last = line.split() or [b""]
    try:
        float(last)
    except ValueError:
        return False
    return True


def import_model(source: Opened, options: ImportOptions | None = None) -> Model:
    """Read a file of any known format, gzipped or not.

    Args:
        source: A path or an open binary stream, which is read forwards only; a directory of
            model2vec, or one with other models. Of an archive, the one model in it is read.
        options: What to import and how; None recognizes the format.

    Raises:
        UsageError: The options do not fit the file, or it is a model of our own already.
        FormatError: The format is refused, or the file is damaged.
        DataError: The file cannot be read, or its lines, keys or numbers cannot be used.
    """
    options = options or ImportOptions()
    if isinstance(source, (str, os.PathLike)) and os.path.isdir(source):
        name = os.fspath(source)
        if options.format is None and not _is_model2vec(name):
            held = containers.chosen(containers.in_folder(name), name, HEAD, recognize)
            if held is not None:
                return import_model(held, options)
        kind = options.format or DIRECTORY
        if kind != DIRECTORY:
            raise UsageError(f"{os.fspath(source)}: is a directory; {kind} is a file")
        options.check(kind, os.fspath(source))
        return _import(kind, source, options)
    with opened(source) as stream:
        head = stream.head(HEAD)
        if head.startswith(packings.BZIP2):
            head = stream.head(packings.BZIP2_BLOCK)
        if not head:
            raise stream.empty()
        if containers.is_tar(head):
            held = _held(stream.read(), stream.name)
            if held is None:
                raise FormatError(
                    f"{stream.name}: no file in this tar archive can be imported as it stands"
                )
            return import_model(held, options)
        try:
            found = CRF_PICKLE if options.format == CRF_PICKLE else recognize(head)
        except FormatError as error:
            raise FormatError(f"{stream.name}: {error}") from None
        if found == "pickle" and options.trust_pickle:
            found = PICKLE
        if found == "zip" and (held := _held(stream.read(), stream.name)) is not None:
            return import_model(held, options)
        if found in _REFUSED:
            raise FormatError(f"{stream.name}: this is {_REFUSED[found]}")
        kind = options.format or found
        if (kind == PICKLE) != options.trust_pickle:
            hint = f"; this is {kind}, which is read without it" if kind == CRF_PICKLE else ""
            raise UsageError(f"{stream.name}: --trust-pickle is for pickles of scikit-learn{hint}")
        options.check(kind, stream.name)
        if kind == DIRECTORY:
            raise UsageError(f"{stream.name}: {kind} is a directory; name it")
        return _import(kind, stream, options)


def _held(data: bytes, where: str) -> Source | None:
    """The one model in an archive, None if there is none."""
    return containers.chosen(containers.in_archive(data, where), where, HEAD, recognize)


def _is_model2vec(folder: str) -> bool:
    """Whether a folder is one of model2vec, or a static model of sentence-transformers."""
    from nlucompress.importers.vectors.model2vec import FOLDERS  # with it comes NumPy

    every = [os.path.join(folder, each, "model.safetensors") for each in FOLDERS]
    return any(map(os.path.isfile, every))


def _import(kind: str, source: Opened, options: ImportOptions) -> Model:
    importer = import_module(f"nlucompress.importers.{FORMATS[kind].module}")
    model: Model = importer.read(source, options)
    if options.limit is None and options.vocabulary is None:
        return model
    from nlucompress.importers.selection import selected

    name = source.name if isinstance(source, Source) else os.fspath(source)  # type: ignore[arg-type]
    return selected(model, options, name)
