"""Whole rows that are so common that each has a code word of its own.

Of a model with few labels most rows are one of a hundred: one entry of a usual size, or a positive
one beside a negative one. Their words stand in the code of the counts, behind the counts
themselves; the rows are listed once, in numbers of fixed width, so that a reader finds each.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from nlucompress.algo.coding import bits
from nlucompress.algo.coding.rowcode import Int64, Rows, Shape, UInt8

MOST_ROWS = 1024
MOST_ENTRIES = 16  # of a common row
PACKED_BITS = 63  # rows of more bits are compared no more: none is common
TIMES_PER_ENTRY = 2  # a row of more entries must occur that much more often to be listed


@dataclass(frozen=True)
class CommonRows:
    """Rows with words of their own, those of fewer entries first.

    Attributes:
        counts: How many rows have 1, 2, ... entries.
        columns, symbols: int64: entries of all, row by row, columns ascending within a row.
    """

    counts: tuple[int, ...]
    columns: Int64
    symbols: Int64

    @property
    def size(self) -> int:
        """Number of rows."""
        return sum(self.counts)

    @cached_property
    def lengths(self) -> Int64:
        """Entries of each row."""
        return np.repeat(np.arange(1, len(self.counts) + 1), self.counts)

    def take(self, index: Int64) -> Rows:
        """Entries of the rows of these numbers, in their order."""
        lengths = self.lengths[index]
        first = (np.cumsum(self.lengths) - self.lengths)[index]
        begin = np.cumsum(lengths) - lengths
        entry = np.repeat(first - begin, lengths) + np.arange(int(lengths.sum()))
        return Rows(lengths, self.columns[entry], self.symbols[entry])

    def reduced(self, rows: Rows, shape: Shape) -> Rows:
        """The same rows, but of common ones only which they are."""
        common = np.full(len(rows.counts), -1, np.int64)
        listed = {length: each for length, *each in _packed(self.take(np.arange(self.size)), shape)}
        for length, packed, which in _packed(rows, shape):
            if length not in listed:
                continue
            own, numbers = listed[length]
            order = np.argsort(own)
            at = np.minimum(np.searchsorted(own[order], packed), len(own) - 1)
            same = own[order][at] == packed
            common[which[same]] = numbers[order[at[same]]]
        left = np.repeat(common < 0, rows.counts)
        counts = np.where(common < 0, rows.counts, 0)
        return Rows(counts, rows.columns[left], rows.symbols[left], common)


NONE = CommonRows((), np.zeros(0, np.int64), np.zeros(0, np.int64))


def choose(rows: Rows, shape: Shape, least_times: int) -> CommonRows:
    """The rows that occur often, the most frequent of them if they are too many.

    Args:
        rows: All rows.
        shape: Their shape.
        least_times: How often a row of one entry must occur at least.
    """
    found: list[tuple[int, int, int]] = []  # times, entries and the packed row
    for length, packed, _ in _packed(rows, shape):
        each, times = np.unique(packed, return_counts=True)
        often = times >= least_times + TIMES_PER_ENTRY * (length - 1)
        found += [
            (-count, length, row)
            for count, row in zip(times[often].tolist(), each[often].tolist(), strict=True)
        ]
    kept = sorted((length, row) for _, length, row in sorted(found)[:MOST_ROWS])
    longest = kept[-1][0] if kept else 0
    counts = tuple(sum(length == n for length, _ in kept) for n in range(1, longest + 1))
    column_bits, symbol_bits = widths(shape)
    columns, symbols = [], []
    for length, row in kept:
        for entry in range(length - 1, -1, -1):
            code = row >> entry * (column_bits + symbol_bits)
            columns.append(code >> symbol_bits & (1 << column_bits) - 1)
            symbols.append(code & (1 << symbol_bits) - 1)
    return CommonRows(counts, np.array(columns, np.int64), np.array(symbols, np.int64))


def able(counts: Sequence[int]) -> bool:
    """Whether so many rows of 1, 2, ... entries can be common ones."""
    return 0 < len(counts) <= MOST_ENTRIES and sum(counts) <= MOST_ROWS and counts[-1] > 0


def widths(shape: Shape) -> tuple[int, int]:
    """Bits of a column and of a symbol of a listed row."""
    return max(shape.columns - 1, 0).bit_length(), (shape.alphabet - 1).bit_length()


def write(common: CommonRows, shape: Shape) -> UInt8:
    """The list of the rows as bytes."""
    values = np.stack((common.columns, common.symbols), axis=1).reshape(-1)
    return bits.pack(values.astype(np.uint64), np.tile(widths(shape), len(common.columns)))


def parse(data: UInt8, counts: tuple[int, ...], shape: Shape) -> CommonRows:
    """The list that fills these bytes.

    Raises:
        ValueError: It does not, or a row is none of the matrix.
    """
    entries = sum(length * count for length, count in enumerate(counts, 1))
    column_bits, symbol_bits = widths(shape)
    if bits.byte_length(entries * (column_bits + symbol_bits)) != len(data):
        raise ValueError("the common rows do not fill their tensor")
    at = np.arange(entries) * (column_bits + symbol_bits)
    columns = bits.read(data, at, column_bits).astype(np.int64)
    symbols = bits.read(data, at + column_bits, symbol_bits).astype(np.int64)
    common = CommonRows(counts, columns, symbols)
    ends = np.cumsum(common.lengths)
    inner = np.ones(max(entries - 1, 0), np.bool_)
    inner[ends[:-1] - 1] = False  # from one row to the next
    if (entries and columns.max() >= shape.columns) or (np.diff(columns)[inner] <= 0).any():
        raise ValueError("the columns of a common row do not ascend below the last")
    if entries and symbols.max() >= shape.alphabet:
        raise ValueError("a symbol of a common row is beyond the alphabet")
    return common


def _packed(rows: Rows, shape: Shape) -> list[tuple[int, Int64, Int64]]:
    """By number of entries, short rows as one number each, and which rows they are."""
    column_bits, symbol_bits = widths(shape)
    width = column_bits + symbol_bits
    first = np.cumsum(rows.counts) - rows.counts
    result = []
    for length in range(1, min(MOST_ENTRIES, PACKED_BITS // max(width, 1)) + 1):
        which = np.flatnonzero(rows.counts == length)
        packed = np.zeros(len(which), np.int64)
        for entry in range(length):
            at = first[which] + entry
            packed = packed << width | rows.columns[at] << symbol_bits | rows.symbols[at]
        if len(which):
            result.append((length, packed, which))
    return result
