"""Empirical entropy and canonical prefix codes of bounded length.

Codes are assigned by (length, symbol) in ascending order, so that the lengths alone describe the
code. No code is longer than 12 bits: a decoder needs one table of at most 4,096 entries or, in
little memory, twelve comparisons. Every code word has at least one bit, also that of an only
symbol: so a reader never does more work than a stream has bits.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

Int64 = NDArray[np.int64]
UInt8 = NDArray[np.uint8]

MAX_LENGTH = 12
ABSENT = 255  # in the lengths: the symbol does not occur

# The nibbles of a written code: 0 absent, 1 to 12 a length, 13 unused, then
_SHORT_RUN, _SHORT_BITS = 14, 4  # 4 bits r: a run of r + 2 absent symbols
_LONG_RUN, _LONG_BITS = 15, 8  # 8 bits r: a run of r + 18 absent symbols


def entropy_bits(counts: NDArray[np.integer]) -> float:
    """Least bits, n * H, in which symbols with these counts can be written independently."""
    present = counts[counts > 0].astype(np.float64)
    total = present.sum()
    return float((present * np.log2(total / present)).sum()) if len(present) else 0.0


@dataclass(frozen=True)
class PrefixCode:
    """A canonical prefix code, given by the length of every symbol's code (ABSENT for none).

    Raises:
        ValueError: The lengths are no complete prefix code.
    """

    lengths: UInt8

    def __post_init__(self) -> None:
        """Check that the code is complete: Kraft's sum is one, or half of it for one symbol."""
        present = self.lengths[self.lengths != ABSENT].astype(np.int64)
        if ((present < 1) | (present > MAX_LENGTH)).any():
            raise ValueError("a prefix code has a length outside 1 to 12 bits")
        kraft = int((1 << (MAX_LENGTH - present)).sum())
        if len(present) and kraft != 1 << (MAX_LENGTH - (len(present) == 1)):
            raise ValueError("the code lengths are no complete prefix code")

    @cached_property
    def codes(self) -> Int64:
        """Code word of every symbol (0 where absent)."""
        codes = np.zeros(len(self.lengths), np.int64)
        present = np.flatnonzero(self.lengths != ABSENT)
        order = present[np.argsort(self.lengths[present], kind="stable")]
        width = self.lengths[order].astype(np.int64)
        share = 1 << (MAX_LENGTH - width)  # of the 2^12 windows
        codes[order] = (np.cumsum(share) - share) >> (MAX_LENGTH - width)
        return codes

    @cached_property
    def window(self) -> tuple[NDArray[np.uint16], UInt8]:
        """Symbol and length for each of the 4,096 windows of 12 bits."""
        present = np.flatnonzero(self.lengths != ABSENT)
        order = present[np.argsort(self.lengths[present], kind="stable")]
        if not len(order):
            return np.zeros(1 << MAX_LENGTH, np.uint16), np.zeros(1 << MAX_LENGTH, np.uint8)
        # The bit of an only symbol is written zero and means nothing: both its windows lead to it.
        share = 1 << (MAX_LENGTH - self.lengths[order].astype(np.int64) + (len(order) == 1))
        return (
            np.repeat(order, share).astype(np.uint16),
            np.repeat(self.lengths[order], share),
        )

    def cost(self, counts: NDArray[np.integer]) -> int:
        """Bits of a text in which each symbol occurs this often."""
        width = np.where(self.lengths == ABSENT, 0, self.lengths).astype(np.int64)
        return int((width * counts).sum())


def fit(counts: NDArray[np.integer]) -> PrefixCode:
    """Best prefix code for these counts with no code above 12 bits (package-merge).

    Larmore and Hirschberg 1990. At most 4,096 symbols may occur.
    """
    present = np.flatnonzero(counts)
    lengths = np.full(len(counts), ABSENT, np.uint8)
    if len(present) > 1 << MAX_LENGTH:
        raise ValueError(f"{len(present)} symbols do not fit codes of {MAX_LENGTH} bits")
    if len(present) == 1:
        lengths[present] = 1
    if len(present) > 1:
        leaves = sorted((int(counts[s]), i) for i, s in enumerate(present.tolist()))
        row: list[tuple[int, tuple[int, ...]]] = []
        for _ in range(MAX_LENGTH):
            pairs = [
                (row[k][0] + row[k + 1][0], row[k][1] + row[k + 1][1])
                for k in range(0, len(row) - 1, 2)
            ]
            row = sorted([(weight, (i,)) for weight, i in leaves] + pairs, key=lambda item: item[0])
        chosen = [i for _, members in row[: 2 * len(present) - 2] for i in members]
        lengths[present] = np.bincount(chosen, minlength=len(present))
    return PrefixCode(lengths)


def write(code: PrefixCode) -> tuple[list[int], list[int]]:
    """Describe a code as (values, widths) of a bit stream: nibbles, runs of absent symbols short.

    The number of symbols is not written: the reader knows the alphabet.
    """
    values: list[int] = []
    widths: list[int] = []

    def put(value: int, width: int) -> None:
        values.append(value)
        widths.append(width)

    lengths = code.lengths.tolist()
    at = 0
    while at < len(lengths):
        run = 0
        while at + run < len(lengths) and lengths[at + run] == ABSENT:
            run += 1
        if run >= 18:
            run = min(run, 18 + (1 << _LONG_BITS) - 1)
            put(_LONG_RUN, 4)
            put(run - 18, _LONG_BITS)
        elif run >= 3:
            put(_SHORT_RUN, 4)
            put(run - 2, _SHORT_BITS)
        elif run:
            put(0, 4)
            run = 1
        else:
            put(lengths[at], 4)
            run = 1
        at += run
    return values, widths


def parse(read: BitReader, symbols: int) -> PrefixCode:
    """Read a code over an alphabet of this many symbols from a bit stream.

    Raises:
        ValueError: The description is damaged.
    """
    lengths = np.full(symbols, ABSENT, np.uint8)
    at = 0
    while at < symbols:
        nibble = read.take(4)
        if nibble == _LONG_RUN:
            at += read.take(_LONG_BITS) + 18
        elif nibble == _SHORT_RUN:
            at += read.take(_SHORT_BITS) + 2
        else:
            if nibble:
                lengths[at] = nibble
            at += 1
    if at != symbols:
        raise ValueError("a run of absent symbols leaves the alphabet")
    return PrefixCode(lengths)


class BitReader:
    """Reads small numbers one after the other from a byte string, most significant bit first."""

    def __init__(self, data: UInt8) -> None:
        """Start at the first bit of the data."""
        self._data = data
        self.position = 0

    def take(self, width: int) -> int:
        """Next ``width`` (0 to 57) bits as a number.

        Raises:
            ValueError: The data ends before.
        """
        if self.position + width > 8 * len(self._data):
            raise ValueError("a bit stream ends too early")
        value = self.peek(width)
        self.position += width
        return value

    def peek(self, width: int) -> int:
        """Next ``width`` bits, zeros behind the end, without moving on."""
        first, end = self.position >> 3, (self.position + width + 7) >> 3
        window = int.from_bytes(self._data[first:end].tobytes().ljust(end - first, b"\0"), "big")
        return (window >> (8 * end - self.position - width)) & ((1 << width) - 1)
