"""The compressions that joblib writes beside gzip: zlib, bzip2, xz and lzma, told by content."""

from __future__ import annotations

import bz2
import lzma
import zlib
from collections.abc import Callable
from typing import Any

from nlucompress.errors import DataError

ERRORS = (zlib.error, OSError, EOFError, lzma.LZMAError)
_ROOM, _RATIO = 64 << 20, 200  # what a file may unpack to: these bytes, and as many times its own
BZIP2, XZ = b"BZh", b"\xfd7zXZ\x00"
ZSTD = b"\x28\xb5\x2f\xfd"  # which Python reads from 3.14 on
BZIP2_BLOCK = 1 << 20  # a block of bzip2 is no longer, and nothing of it is known before its end
_PACKINGS: dict[str, tuple[bytes, Callable[[], Any]]] = {
    "zlib": (b"\x78", zlib.decompressobj),
    "bzip2": (BZIP2, bz2.BZ2Decompressor),
    "xz": (XZ, lzma.LZMADecompressor),
    "lzma": (b"\x5d\x00\x00", lzma.LZMADecompressor),
}


def start(head: bytes, size: int) -> tuple[str, bytes]:
    """Name of a compression, "" for none, and the first bytes of what is in it, ``size`` at most.

    Two bytes say zlib, and a text may begin with them: it counts where it unpacks.
    """
    for name, (magic, unpacker) in _PACKINGS.items():
        if head.startswith(magic):
            try:
                found: bytes = unpacker().decompress(head, size)
            except ERRORS:
                continue
            if found:
                return name, found
    return "", head[:size]


def unpacked(data: bytes, where: str) -> bytes:
    """What is in a file, which may not be compressed at all.

    Raises:
        DataError: It is cut off or damaged, or unpacks to far more than its size.
    """
    name, _ = start(data[:BZIP2_BLOCK], 1)
    if not name:
        return data
    most = _ROOM + _RATIO * len(data)
    unpacker = _PACKINGS[name][1]()
    try:
        result: bytes = unpacker.decompress(data, most + 1)
    except ERRORS as error:
        raise DataError(
            f"{where}: the {name} stream is damaged ({error}); fetch it again"
        ) from None
    if len(result) > most:
        raise DataError(f"{where}: {len(data):,} bytes of {name} unpack to more than {most:,}")
    if not unpacker.eof:
        raise DataError(f"{where}: the {name} stream is cut off; fetch it again")
    return result
