"""Keys gathered block by block into a few arrays, and the search for one that comes twice."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from nlucompress.algo.hashing import murmur
from nlucompress.errors import DataError
from nlucompress.format.indexes.kinds import Strings

UInt64 = NDArray[np.uint64]


class KeyList:
    """Bytes, lengths and hashes of many keys: 24 bytes a key beside its text."""

    def __init__(self) -> None:
        """Start without keys."""
        self._data = bytearray()
        self._lengths = bytearray()
        self._low = bytearray()
        self._high = bytearray()

    def __len__(self) -> int:
        """Number of keys so far."""
        return len(self._lengths) // 8

    def extend(self, keys: Sequence[bytes]) -> None:
        """Append keys in UTF-8."""
        self._data += b"".join(keys)
        self._lengths += np.array([len(key) for key in keys], np.int64).tobytes()
        low, high = murmur.hash_keys(keys)
        self._low += low.tobytes()
        self._high += high.tobytes()

    def finish(self, where: str, first_line: int, unit: str = "lines") -> Strings:
        """All keys as an index.

        Args:
            where: Name of the file, for the message.
            first_line: Line number of the first key; key i stands on line ``first_line + i``.
            unit: What is counted, where the file has no lines.

        Raises:
            DataError: A key occurs twice; the message has the key and both lines.
        """
        lengths = np.frombuffer(self._lengths, np.int64)
        offsets = np.concatenate((np.zeros(1, np.int64), np.cumsum(lengths, dtype=np.int64)))
        strings = Strings(np.frombuffer(self._data, np.uint8), offsets)
        low = np.frombuffer(self._low, np.uint64)
        twice = _duplicate(strings, low, np.frombuffer(self._high, np.uint64))
        if twice is not None:
            key = shown(_key(strings, twice[0]))
            lines = f"{unit} {first_line + twice[0]} and {first_line + twice[1]}"
            raise DataError(f"{where}: {lines}: the key {key} occurs twice; keep one of them")
        return strings


def shown(text: bytes) -> str:
    """Bytes of a file for a message: quoted, on one line and not longer than 40 characters."""
    head = text[:160].decode("utf-8", "replace")
    return repr(head) if len(head) <= 40 else repr(head[:40]) + "..."


def _key(strings: Strings, row: int) -> bytes:
    return strings.data[strings.offsets[row] : strings.offsets[row + 1]].tobytes()


def _duplicate(strings: Strings, low: UInt64, high: UInt64) -> tuple[int, int] | None:
    """The first two rows with the same key; different keys with one hash are no duplicate."""
    pair = murmur.first_collision(low, high)
    if pair is None or _key(strings, pair[0]) == _key(strings, pair[1]):
        return pair
    order = np.lexsort((high, low))
    same = (np.diff(low[order]) == 0) & (np.diff(high[order]) == 0)
    suspects = np.union1d(order[1:][same], order[:-1][same])
    seen: dict[bytes, int] = {}
    for row in suspects.tolist():
        earlier = seen.setdefault(_key(strings, row), row)
        if earlier != row:
            return earlier, row
    return None
