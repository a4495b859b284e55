"""Bytes of a mapped file: whether the file still has them all."""

from __future__ import annotations

from mmap import mmap

from nlucompress.errors import FormatError


def refuse_lost(held: bytes | memoryview | None) -> None:
    """Refuse to read on in a mapped file that was shortened in place, which would end the process.

    It is asked before each look-up and each batch of texts; a file that is shortened during one
    still ends the process (SIGBUS).

    Raises:
        FormatError: The file is shorter than its map.
    """
    owner = held.obj if isinstance(held, memoryview) else None
    if isinstance(owner, mmap) and owner.size() < len(owner):
        raise FormatError(
            "the file was shortened in place after it was opened; write a new file and rename it "
            "over the old one instead"
        )
