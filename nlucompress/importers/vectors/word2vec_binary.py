"""Binary word2vec files: `count width` on a line, then for each key its text, a space and floats.

The floats are float32, little-endian. word2vec writes a line end behind each row, others do not;
keys never begin with one, so it is dropped where it stands.
"""

from __future__ import annotations

import re

import numpy as np

from nlucompress.errors import DataError
from nlucompress.format.matrices import kinds as matrices
from nlucompress.format.model import Model, Table
from nlucompress.importers.options import ImportOptions
from nlucompress.importers.reading.keylist import KeyList, shown
from nlucompress.importers.vectors.text_layouts import NUMBER
from nlucompress.io.sources import Opened, Source, opened

CHUNK = 1 << 20
LONGEST_KEY = 1 << 16  # word2vec's own limit is 1,000 bytes and most files keep to 50
KEYS_AT_ONCE = 1 << 12
_HEADER = re.compile(rb"([0-9]{1,18}) ([0-9]{1,18}) *\r?\n")
_NO_TEXT = re.compile(rb"[\x00-\x08\x0b\x0c\x0e-\x1f]")


def recognizes(head: bytes) -> bool:
    """Whether a file begins with a header, and what follows its first key is not text.

    A few numbers of a row may look like text by chance: then no line ends in a number.
    """
    header = _HEADER.match(head)
    if header is None:
        return False
    begin = head.find(b" ", header.end()) + 1
    first = head[begin : begin + 4 * int(header[2])]
    if not begin or _NO_TEXT.search(first):
        return bool(begin)
    try:
        first.decode()
    except UnicodeDecodeError as error:
        return error.reason != "unexpected end of data"
    lines = head[header.end() :].split(b"\n", 3)[:3]
    return not any(NUMBER.fullmatch(each) for line in lines for each in line.split()[1:][-2:])


def read(source: Opened, options: ImportOptions) -> Model:
    """Read a binary file; rows are counted from 1 in messages.

    Raises:
        DataError: It is cut off, a key is malformed or occurs twice, or a number is not finite.
    """
    with opened(source) as stream:
        return Model({options.name: _read(_Bytes(stream), stream.name)})


class _Bytes:
    """A stream that is searched and read in pieces, whatever sizes the file claims."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._held = bytearray()
        self._at = 0

    def hold(self, size: int) -> bool:
        """Whether so many bytes are left; they are held now."""
        if self._at > CHUNK:
            del self._held[: self._at]
            self._at = 0
        while len(self._held) - self._at < size:
            more = self._source.read(CHUNK)
            if not more:
                return False
            self._held += more
        return True

    def until(self, end: bytes, most: int) -> bytes | None:
        """What stands before the next ``end``, which is dropped; None if it is not near."""
        looked = 64
        while True:
            whole = self.hold(looked)
            found = self._held.find(end, self._at, self._at + most)
            if found >= 0:
                taken = bytes(self._held[self._at : found])
                self._at = found + len(end)
                return taken
            if not whole or looked >= most:
                return None
            looked = min(most, 16 * looked)

    def take(self, size: int) -> bytes | None:
        """The next bytes, None if there are fewer."""
        if not self.hold(size):
            return None
        self._at += size
        return bytes(self._held[self._at - size : self._at])


def _read(data: _Bytes, where: str) -> Table:
    line = data.until(b"\n", 64)
    header = _HEADER.fullmatch(line + b"\n") if line is not None else None
    if header is None or not int(header[1]) or not int(header[2]):
        raise DataError(f"{where}: line 1: expected the word2vec header `count width`")
    count, width = int(header[1]), int(header[2])
    keys, block, numbers = KeyList(), list[bytes](), bytearray()
    for row in range(1, count + 1):
        key = data.until(b" ", LONGEST_KEY)
        values = None if key is None else data.take(4 * width)
        if key is None or values is None:
            raise DataError(
                f"{where}: row {row} of the {count} that line 1 announces breaks off; is the file "
                "cut off?"
            )
        key = key.removeprefix(b"\n")
        _check_key(key, f"{where}: row {row}")
        block.append(key)
        numbers += values
        if len(block) == KEYS_AT_ONCE or row == count:
            _check_numbers(numbers, width, len(block), row, where)
            keys.extend(block)
            block.clear()
    data.until(b"\n", 1)  # the last row's line end, if it has one
    if data.hold(1):
        raise DataError(f"{where}: more bytes follow the {count} rows that line 1 announces")
    table = np.frombuffer(numbers, "<f4").reshape(count, width)
    return Table(keys.finish(where, 1, "rows"), matrices.from_dense(table))


def _check_key(key: bytes, where: str) -> None:
    try:
        key.decode()
    except UnicodeDecodeError:
        raise DataError(f"{where}: the key {shown(key)} is not valid UTF-8") from None
    if not key:
        raise DataError(f"{where}: the key is empty")


def _check_numbers(numbers: bytearray, width: int, rows: int, last: int, where: str) -> None:
    """Refuse what is not finite among the last rows."""
    tail = np.frombuffer(numbers, "<f4", offset=len(numbers) - 4 * width * rows)
    finite = np.isfinite(tail).reshape(rows, width).all(axis=1)
    if not finite.all():
        row = last - rows + 1 + int(np.argmin(finite))
        raise DataError(f"{where}: row {row}: a number is not finite; is the file damaged?")
