"""Reading rows of a coded stream in any order, all that are asked for in step."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from nlucompress.algo.coding import bits, entropy
from nlucompress.algo.coding.offsets import Offsets
from nlucompress.algo.coding.rowcode import (
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

ROWS_AT_ONCE = 1 << 16  # bounds what a reader holds in memory beside its answer


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
        return tables_of(self._codes.counts)

    @cached_property
    def _gaps(self) -> Tables:
        return tables_of(self._codes.gaps)

    @cached_property
    def _symbols(self) -> Tables:
        return tables_of(self._codes.symbols)

    def _check(self, at: Int64) -> None:
        if len(at) and (int(at.min()) < 0 or int(at.max()) > self._end):
            raise ValueError("a row leaves the stream")

    def rows(self, index: Int64) -> Rows:
        """Entries of the rows at these indices, in their order.

        Raises:
            ValueError: The stream holds a count or column beyond the matrix.
        """
        if self._offsets is None:
            return self._fixed(index)
        pieces = [
            self._rows(index[begin : begin + ROWS_AT_ONCE], self._offsets)
            for begin in range(0, max(len(index), 1), ROWS_AT_ONCE)
        ]
        parts = ("counts", "columns", "symbols")
        return Rows(*(np.concatenate([getattr(each, part) for each in pieces]) for part in parts))

    def _rows(self, index: Int64, offsets: Offsets) -> Rows:
        """Rows by their blocks: a block is read once, as far as its last row that is wanted."""
        shape = self._shape
        wanted, within = np.divmod(index, shape.block_rows)
        block, lane = np.unique(wanted, return_inverse=True)
        last = np.zeros(len(block), np.int64)
        np.maximum.at(last, lane, within)
        at = offsets[block]
        self._check(at)
        if shape.sparse:
            counts, at = self._read_counts(block, at)
        else:
            counts = np.full((len(block), shape.block_rows), shape.columns, np.int64)
        counts[np.arange(shape.block_rows) > last[:, None]] = 0
        gaps, symbols = self._read_entries(counts, at)
        own = counts[lane, within]
        starts = (np.cumsum(counts) - counts.reshape(-1))[lane * shape.block_rows + within]
        entry = np.repeat(starts - (np.cumsum(own) - own), own) + np.arange(int(own.sum()))
        if shape.sparse:
            columns = _columns(own, gaps[entry])
            if len(columns) and (columns.min() < 0 or columns.max() >= shape.columns):
                raise ValueError("an entry lies beyond the last column")
        else:
            columns = np.tile(np.arange(shape.columns), len(index))
        return Rows(own, columns, symbols[entry])

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

    def _read_entries(self, counts: Int64, at: Int64) -> tuple[Int64, Int64]:
        """Gaps and symbols of all entries of each lane, lane by lane."""
        shape = self._shape
        total = counts.sum(axis=1)
        most = MAX_BLOCK_ENTRIES if self._shape.block_rows > 1 else self._end
        if len(total) and total.max() > most:
            raise ValueError("a block has more entries than it may")
        of_row = count_class(counts) if shape.sparse else np.zeros_like(counts)
        classes = np.repeat(of_row.reshape(-1), counts.reshape(-1))
        for tables in (self._gaps, self._symbols):
            if len(classes) and len(tables.usable) and not tables.usable[classes].all():
                raise ValueError("an entry stands in a code without symbols")
        first = np.cumsum(total) - total
        lanes = np.argsort(-total, kind="stable")  # the longest first: the active ones lead
        total, at, first = total[lanes], at[lanes], first[lanes]
        gaps = np.zeros(len(classes), np.int64)
        symbols = np.zeros(len(classes), np.int64)
        steps = int(total[0]) if len(total) else 0
        active = np.searchsorted(-total, -np.arange(steps), side="left")
        for step, lane_count in enumerate(active.tolist()):
            place = first[:lane_count] + step
            of = classes[place]
            position = at[:lane_count]
            if shape.sparse:
                gaps[place], position = self._number(self._gaps, of, position)
            if shape.symbol_bits:
                symbols[place] = bits.read(self._stream, position, shape.symbol_bits)
                position = position + shape.symbol_bits
            else:
                symbols[place], position = _look_up(self._stream, self._symbols, of, position)
            at[:lane_count] = position
            self._check(position)
        if 0 < shape.symbol_bits < FLOAT_BITS and (symbols >= shape.alphabet).any():
            raise ValueError("a symbol is beyond the alphabet")
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


def tables_of(codes: Sequence[entropy.PrefixCode]) -> Tables:
    """The decoding tables of these codes."""
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
