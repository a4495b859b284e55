"""Reading rows of a coded stream in any order, all that are asked for in step."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from nlucompress.algo import bits, entropy
from nlucompress.algo.offsets import Offsets
from nlucompress.algo.rowcode import (
    DIRECT,
    FLOAT_BITS,
    MAX_BLOCK_ENTRIES,
    Codes,
    Int64,
    Rows,
    Shape,
    UInt8,
    count_class,
)


class Decoder:
    """Reads rows of one stream in any order, all that are asked for in step."""

    def __init__(
        self, shape: Shape, codes: Codes, offsets: Offsets | None, stream: UInt8, stream_bits: int
    ) -> None:
        """Keep the parts; offsets may be missing only for dense rows of fixed width."""
        self._shape = shape
        self._offsets = offsets
        self._stream = stream
        self._end = stream_bits
        self._codes = codes

    # Built when a row is first read: a file of many small matrices opens at once.
    @cached_property
    def _counts(self) -> Tables:
        return _tables(self._codes.counts)

    @cached_property
    def _gaps(self) -> Tables:
        return _tables(self._codes.gaps)

    @cached_property
    def _symbols(self) -> Tables:
        return _tables(self._codes.symbols)

    @property
    def _most_entries(self) -> int:
        """Entries of a block at most: one of no bits takes a step of the reader all the same."""
        return MAX_BLOCK_ENTRIES + (self._end if self._shape.block_rows == 1 else 0)

    def _check(self, at: Int64) -> None:
        if len(at) and (int(at.min()) < 0 or int(at.max()) > self._end):
            raise ValueError("a row leaves the stream")

    def rows(self, index: Int64) -> Rows:
        """Entries of the rows at these indices, in their order.

        Raises:
            ValueError: The stream holds a count or column beyond the matrix.
        """
        shape = self._shape
        if self._offsets is None:
            return self._fixed(index)
        block, within = np.divmod(index, shape.block_rows)
        at = self._offsets[block]
        self._check(at)
        if shape.sparse:
            counts, at = self._read_counts(block, at)
        else:
            counts = np.full((len(index), shape.block_rows), shape.columns, np.int64)
        counts[np.arange(shape.block_rows) > within[:, None]] = 0
        own = counts[np.arange(len(index)), within]
        gaps, symbols = self._read_entries(counts, own, at)
        columns = gaps
        if shape.sparse:
            columns = _columns(own, gaps)
            if len(columns) and (columns.min() < 0 or columns.max() >= shape.columns):
                raise ValueError("an entry lies beyond the last column")
        else:
            columns = np.tile(np.arange(shape.columns), len(index))
        return Rows(own, columns, symbols)

    def _fixed(self, index: Int64) -> Rows:
        shape = self._shape
        entry = (index[:, None] * shape.columns + np.arange(shape.columns)).reshape(-1)
        symbols = bits.read(self._stream, entry * shape.symbol_bits, shape.symbol_bits)
        if shape.symbol_bits < FLOAT_BITS and len(symbols) and symbols.max() >= shape.alphabet:
            raise ValueError("a symbol is beyond the alphabet")
        columns = np.tile(np.arange(shape.columns), len(index))
        counts = np.full(len(index), shape.columns, np.int64)
        return Rows(counts, columns, symbols.astype(np.int64))

    def _read_counts(self, block: Int64, at: Int64) -> tuple[Int64, Int64]:
        """Counts of all rows of each block, shape (lanes, block_rows), and where they end."""
        shape = self._shape
        counts = np.zeros((len(block), shape.block_rows), np.int64)
        present = np.minimum(shape.rows - block * shape.block_rows, shape.block_rows)
        if len(block) and not self._counts.usable.all():
            raise ValueError("the counts stand in a code without symbols")
        for row in range(shape.block_rows):
            count, end = self._number(self._counts, np.zeros_like(at), at)
            exists = row < present
            counts[:, row] = np.where(exists, count, 0)
            at = np.where(exists, end, at)
        if len(counts) and counts.max() > shape.columns:
            raise ValueError("a row has more entries than columns")
        self._check(at)
        return counts, at

    def _read_entries(self, counts: Int64, own: Int64, at: Int64) -> tuple[Int64, Int64]:
        """Gaps and symbols of each lane's last row; the rows before it are read and passed over."""
        shape = self._shape
        total = counts.sum(axis=1)
        if len(total) and total.max() > self._most_entries:
            raise ValueError("a block has more entries than its stream can hold")
        lanes = np.argsort(-total, kind="stable")  # the longest first: the active ones lead
        total, at = total[lanes], at[lanes]
        skip = total - own[lanes]
        out = (np.cumsum(own) - own)[lanes]
        of_row = count_class(counts[lanes]) if shape.sparse else np.zeros_like(counts)
        classes = np.repeat(of_row.reshape(-1), counts[lanes].reshape(-1))
        for tables in (self._gaps, self._symbols):
            if len(classes) and len(tables.usable) and not tables.usable[np.unique(classes)].all():
                raise ValueError("an entry stands in a code without symbols")
        first = np.cumsum(total) - total
        gaps = np.zeros(int(own.sum()), np.int64)
        symbols = np.zeros(int(own.sum()), np.int64)
        steps = int(total[0]) if len(total) else 0
        active = np.searchsorted(-total, -np.arange(steps), side="left")
        for step, lane_count in enumerate(active.tolist()):
            now = slice(0, lane_count)
            of = classes[first[now] + step]
            position = at[now]
            keep = step >= skip[now]
            place = (out[now] + step - skip[now])[keep]
            if shape.sparse:
                gap, position = self._number(self._gaps, of, position)
                gaps[place] = gap[keep]
            if shape.symbol_bits:
                symbol = bits.read(self._stream, position, shape.symbol_bits).astype(np.int64)
                position = position + shape.symbol_bits
            else:
                symbol, position = _look_up(self._stream, self._symbols, of, position)
            symbols[place] = symbol[keep]
            at[now] = position
            self._check(position)
        return gaps, symbols

    def _number(self, tables: Tables, of: Int64, at: Int64) -> tuple[Int64, Int64]:
        """Number (token and extra bits) at each position, and the position after it."""
        token, at = _look_up(self._stream, tables, of, at)
        large = np.flatnonzero(token >= DIRECT)
        if len(large):
            width = token[large] - (DIRECT - 8) - 1
            window = bits.read(self._stream, at[large], 32).astype(np.int64)
            token[large] = (np.int64(1) << width) | (window >> (32 - width))
            at[large] += width
        return token, at


@dataclass(frozen=True)
class Tables:
    """Decoding tables of several codes: symbol and length per window, and which hold any symbol."""

    symbols: NDArray[np.uint16]
    lengths: UInt8
    usable: NDArray[np.bool_]


def _tables(codes: Sequence[entropy.PrefixCode]) -> Tables:
    windows = [code.window for code in codes]
    width = 1 << entropy.MAX_LENGTH
    symbols = np.array([symbol for symbol, _ in windows], np.uint16).reshape(-1, width)
    lengths = np.array([length for _, length in windows], np.uint8).reshape(-1, width)
    usable = [bool((code.lengths != entropy.ABSENT).any()) for code in codes]
    return Tables(symbols, lengths, np.array(usable, np.bool_))


def _look_up(stream: UInt8, tables: Tables, of: Int64, at: Int64) -> tuple[Int64, Int64]:
    window = bits.read(stream, at, entropy.MAX_LENGTH).astype(np.int64)
    return tables.symbols[of, window].astype(np.int64), at + tables.lengths[of, window]


def _columns(counts: Int64, gaps: Int64) -> Int64:
    """Columns from gaps: column = sum of (gap + 1) within the row, less one."""
    if not len(gaps):
        return gaps
    running: Int64 = np.cumsum(gaps + 1)
    begin = np.cumsum(counts) - counts
    before = np.where(begin > 0, running[np.maximum(begin - 1, 0)], 0)
    columns: Int64 = running - np.repeat(before, counts) - 1
    return columns
