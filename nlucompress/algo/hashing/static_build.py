"""Building a static function: shard by shard, Gaussian elimination within windows."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nlucompress.algo.coding import bits, offsets
from nlucompress.algo.hashing import static
from nlucompress.algo.hashing.static import WINDOW, Bytes, Function, Int64
from nlucompress.native import extension

MAX_STORED = 1 << 40
SLACK = 4  # places above the equations that are tried first
MAX_SHARD_BITS = (1 << 31) - 1  # places times 2^32 stay within 63 bits
TRIES = 1 << 12


@dataclass(frozen=True)
class Values:
    """The bits that each key is to lead to: a fingerprint, and behind it a piece of a stream.

    Attributes:
        fingerprints: uint16, shape (n,): below 2^fingerprint_bits.
        fingerprint_bits: 0 to 16.
        stream: uint8: pieces of all keys, in the order of the keys.
        starts: int64, shape (n + 1,): first bit of each piece; the last is the end.
    """

    fingerprints: NDArray[np.uint16]
    fingerprint_bits: int
    stream: Bytes
    starts: Int64

    @property
    def total(self) -> int:
        """Bits of all values."""
        return len(self.fingerprints) * self.fingerprint_bits + int(self.starts[-1])


def build(handle: Int64, values: Values) -> Function:
    """Build the function over distinct keys.

    Args:
        handle: Keys by ``static.handles``, strictly ascending, shape (n,).
        values: What each key leads to.

    Raises:
        ValueError: One shard takes too many bits, or its equations cannot be solved.
    """
    shards = static.shard_count(values.total)
    if values.total > MAX_STORED:
        raise ValueError("the values take too many bits for one static function")
    ends = np.searchsorted(static.shard_of(handle, max(shards, 1)), np.arange(1, shards + 1))
    if extension is None:
        lengths, vector = _solve(handle, values, ends)
    else:
        solved = extension.solve_static(
            handle,
            values.fingerprints,
            values.fingerprint_bits,
            values.stream,
            values.starts,
            ends.astype(np.int64),
            SLACK,
        )
        lengths = np.frombuffer(solved[0], np.int64)
        vector = np.frombuffer(solved[1], np.uint8)
    places = int(lengths.sum())
    return Function(offsets.pack(np.cumsum(lengths) - lengths, places), vector)


def _solve(handle: Int64, values: Values, ends: Int64) -> tuple[Int64, Bytes]:
    """The places of each shard, and the vector; the twin in C gives the same."""
    lengths = np.zeros(len(ends), np.int64)
    whole, places, begin = 0, 0, 0
    for shard, end in enumerate(ends.tolist()):
        answers = [_bits_of(values, key) for key in range(begin, end)]
        length = sum(map(len, answers))
        if length:
            length, piece = _shard(handle[begin:end], answers, max(length + SLACK, WINDOW))
            whole = whole << length | piece
        lengths[shard] = length
        places += length
        begin = end
    whole <<= -places % 8
    packed = whole.to_bytes(bits.byte_length(places), "big")
    return lengths, np.frombuffer(packed, np.uint8)


def _bits_of(values: Values, key: int) -> list[int]:
    """The bits of a key's value."""
    begin, end = int(values.starts[key]), int(values.starts[key + 1])
    at = np.arange(begin, end)
    stream: list[int] = bits.read(values.stream, at, 1).tolist()
    width = values.fingerprint_bits
    fingerprint = int(values.fingerprints[key])
    return [fingerprint >> (width - 1 - k) & 1 for k in range(width)] + stream


def _shard(handle: Int64, answers: list[list[int]], least: int) -> tuple[int, int]:
    """The least number of places, of those from ``least`` on, that can be solved; the solution."""
    counts = np.array([len(each) for each in answers], np.int64)
    of = np.repeat(handle, counts)
    index = np.arange(len(of)) - np.repeat(np.cumsum(counts) - counts, counts)
    wanted = [bit for each in answers for bit in each]
    for length in range(least, least + TRIES):
        if length > MAX_SHARD_BITS:
            break
        start, coefficients = static.equation(of, index, np.full(len(of), length))
        rows = _eliminated(start.tolist(), coefficients.tolist(), wanted, length)
        if rows is not None:
            return length, _solution(rows, length)
    raise ValueError("the equations of a static function cannot be solved")


def _eliminated(
    start: list[int], coefficients: list[int], wanted: list[int], length: int
) -> list[int] | None:
    """Rows by their first place, each a window from there on and its answer below; None: no way."""
    rows = [0] * length
    for at, window, answer in zip(start, coefficients, wanted, strict=True):
        row = window << 1 | answer
        while row > 1:
            ahead = WINDOW + 1 - row.bit_length()  # places before the first that is taken
            row = (row >> 1) << ahead + 1 | (row & 1)
            at += ahead
            if not rows[at]:
                rows[at] = row
                break
            row ^= rows[at]
        if row == 1:  # 0 = 1
            return None
    return rows


def _solution(rows: list[int], length: int) -> int:
    """The places as one number, the first on top: from the last back, those that are free zero."""
    window = 0  # the next places, the nearest on top
    solution = 0
    for at in range(length - 1, -1, -1):
        row = rows[at] >> 1
        place = ((row & (window >> 1)).bit_count() ^ rows[at]) & 1 if rows[at] else 0
        window = window >> 1 | place << (WINDOW - 1)
        solution |= place << (length - 1 - at)
    return solution
