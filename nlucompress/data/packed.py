"""The plain UTF-8 bytes of a data file: gzip, xz, bzip2, zstd and UTF-16 are undone by content."""

from __future__ import annotations

import bz2
import codecs
import gzip
import lzma
import zlib
from collections.abc import Callable
from importlib import import_module

from nlucompress.errors import DataError
from nlucompress.io.foreign import LOOK, instead_of_text
from nlucompress.io.packings import BZIP2, XZ, ZSTD
from nlucompress.io.sources import GZIP_MAGIC

UTF16 = {codecs.BOM_UTF16_LE: "utf-16-le", codecs.BOM_UTF16_BE: "utf-16-be"}


def plain_bytes(data: bytes, name: str) -> bytes:
    """The text of a data file as UTF-8, whatever it is compressed by.

    UTF-16 is known by its byte order mark; text without one is taken to be UTF-8 and not looked at.

    Raises:
        DataError: It is damaged, or compressed by what this Python cannot read.
    """
    for magic, (kind, unpack) in _PACKED.items():
        if data.startswith(magic):
            try:
                data = unpack(data)
            except ImportError:
                raise DataError(
                    f"{name}: compressed by zstd, which needs Python 3.14; unpack it first: zstd -d"
                ) from None
            except (OSError, EOFError, ValueError, zlib.error, lzma.LZMAError) as error:
                raise DataError(
                    f"{name}: the {kind} stream is damaged or cut off ({error}); fetch it again"
                ) from None
            break
    what = instead_of_text(data[:LOOK])
    if what:
        raise DataError(f"{name}: no text, but {what}")
    for mark, encoding in UTF16.items():
        if data.startswith(mark):
            try:
                return data[len(mark) :].decode(encoding).encode()
            except UnicodeDecodeError as error:
                before = data[len(mark) : len(mark) + error.start].decode(encoding, "replace")
                line = before.count("\n") + 1
                raise DataError(f"{name}, line {line}: no valid UTF-16 ({error.reason})") from None
    return data


def _zstd(data: bytes) -> bytes:
    module = import_module("compression.zstd")  # since Python 3.14
    try:
        plain: bytes = module.decompress(data)
    except module.ZstdError as error:
        raise ValueError(str(error)) from None
    return plain


_PACKED: dict[bytes, tuple[str, Callable[[bytes], bytes]]] = {
    GZIP_MAGIC: ("gzip", gzip.decompress),
    XZ: ("xz", lzma.decompress),
    BZIP2: ("bzip2", bz2.decompress),
    ZSTD: ("zstd", _zstd),
}
