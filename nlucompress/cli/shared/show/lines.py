"""Lines of a file or of stdin, as soon as they are there."""

from __future__ import annotations

import sys

from nlucompress.cli.shared import streams
from nlucompress.errors import DataError
from nlucompress.io.addresses import is_address
from nlucompress.io.foreign import LOOK, instead_of_text

TYPE_CHECKING = False  # typing takes longer than an answer
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

CHUNK = 1 << 16


def read_lines(path: str, errors: str = "replace") -> Iterator[list[str]]:
    """Lines as they come: all that are there at once, so that answers never wait for more input.

    Lines end with LF or CR LF; bytes that are no UTF-8 become U+FFFD, or what ``errors`` says.
    """
    if path == streams.STANDARD and (sys.stdin is None or sys.stdin.isatty()):
        streams.note("reading lines from the terminal; end with Ctrl-D")
    try:
        if path == streams.STANDARD:
            yield from _lines(sys.stdin.buffer, path, errors)
            return
        with _opened(path) as file:
            yield from _lines(file, path, errors)
    except OSError as error:
        raise DataError(f"{streams.named(path)}: {error.strerror or error}") from None


def _opened(path: str) -> Any:
    if not is_address(path):
        return open(path, "rb")
    from io import BytesIO

    from nlucompress.format.files import read_bytes

    return BytesIO(read_bytes(path))


def _lines(file: Any, path: str, errors: str) -> Iterator[list[str]]:
    left = b""
    first = True
    while data := file.read1(CHUNK):
        if first and (what := instead_of_text(data[:LOOK])):
            raise DataError(f"{streams.named(path)}: no text, but {what}")
        first = False
        *whole, left = (left + data).split(b"\n")
        if whole:
            yield [_text(line, errors) for line in whole]
    if left:
        yield [_text(left, errors)]


def _text(line: bytes, errors: str) -> str:
    return line.removesuffix(b"\r").decode("utf-8", errors)
