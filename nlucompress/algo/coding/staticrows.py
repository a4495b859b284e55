"""Reading rows out of a static function: each as a block of one row, but for how it ends.

A key that was never in the set reads random bits, so nothing is an error here: a row ends before
an entry that cannot be read.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from nlucompress.algo.coding import entropy
from nlucompress.algo.coding.commonrows import CommonRows
from nlucompress.algo.coding.rowcode import (
    DIRECT,
    Codes,
    Int64,
    Rows,
    Shape,
    count_class,
    tokens_below,
)
from nlucompress.algo.coding.rowdecode import Tables, tables_of
from nlucompress.algo.hashing.static import Function

Bools = NDArray[np.bool_]


@dataclass(frozen=True)
class StaticReader:
    """Reads the rows of keys, all that are asked for in step.

    Attributes:
        function: What holds the rows.
        first: First bit of a row in its key's value.
        longest: Bits of the longest row.
        shape, codes: As of a stream; the shape's blocks have one row.
        common: The rows with words of their own.
    """

    function: Function
    first: int
    longest: int
    shape: Shape
    codes: Codes
    common: CommonRows

    @cached_property
    def _tables(self) -> tuple[Tables, Tables, Tables]:
        codes = self.codes
        return tables_of(codes.counts), tables_of(codes.gaps), tables_of(codes.symbols)

    def rows(self, handle: Int64) -> Rows:
        """Entries of the rows of these keys, in their order."""
        shape = self.shape
        counts_code, gaps_code, symbols_code = self._tables
        lengths = self.function.spans(handle)[1] if self.function.shards else np.zeros_like(handle)
        lane = np.flatnonzero(lengths)
        at = np.zeros(len(handle), np.int64)
        counts = np.where(lengths > 0, np.int64(shape.columns), 0)
        common = np.full(len(handle), -1, np.int64)
        if shape.sparse:
            counts[lane], at[lane], common[lane] = self._counts(handle[lane], counts_code, at[lane])
        classes = count_class(counts) if shape.sparse else np.zeros_like(counts)
        column = np.zeros(len(handle), np.int64)
        entries: list[tuple[Int64, Int64, Int64]] = []
        for step in range(int(counts.max(initial=0))):
            lane = np.flatnonzero(counts > step)
            if not len(lane):
                break
            there = np.ones(len(lane), np.bool_)
            position = at[lane]
            if shape.sparse:
                gap, position, there = self._number(
                    handle[lane], gaps_code, classes[lane], position
                )
                column[lane] += gap
                there &= column[lane] < shape.columns
            symbol, position, readable = self._symbol(
                handle[lane], symbols_code, classes[lane], position
            )
            there &= readable
            at[lane] = position
            counts[lane[~there]] = step
            entries.append((lane[there], column[lane[there]], symbol[there]))
            column[lane] += 1
        listed = np.flatnonzero(common >= 0)
        if len(listed):
            rows = self.common.take(common[listed])
            counts[listed] = rows.counts
            entries.append((np.repeat(listed, rows.counts), rows.columns, rows.symbols))
        if not entries:
            return Rows(counts, np.zeros(0, np.int64), np.zeros(0, np.int64))
        of, columns, symbols = (np.concatenate(each) for each in zip(*entries, strict=True))
        order = np.argsort(of, kind="stable")
        return Rows(counts, columns[order], symbols[order])

    def _counts(self, handle: Int64, tables: Tables, at: Int64) -> tuple[Int64, Int64, Int64]:
        """Entries of each row that follow, where they begin, and which common row it is, or -1."""
        token, at, there = self._word(handle, tables, np.zeros_like(handle), at)
        own = token - tokens_below(self.shape.columns + 1)
        count, at, whole = self._extra(handle, np.where(own < 0, token, 0), at)
        counted = there & whole & (own < 0) & (count <= self.shape.columns)
        return np.where(counted, count, 0), at, np.where(there, np.maximum(own, -1), -1)

    def _bits(self, handle: Int64, at: Int64, width: int) -> tuple[Int64, Int64]:
        """Next bits of each row as a number, and where they end."""
        return self.function.read(handle, self.first + at, width), at + width

    def _word(
        self, handle: Int64, tables: Tables, of: Int64, at: Int64
    ) -> tuple[Int64, Int64, Bools]:
        """Symbol at each position by a code, where it ends, and whether it is there."""
        window, _ = self._bits(handle, at, entropy.MAX_LENGTH)
        at = at + tables.lengths[of, window]
        symbol = tables.symbols[of, window].astype(np.int64)
        return symbol, at, tables.usable[of] & (at <= self.longest)

    def _number(
        self, handle: Int64, tables: Tables, of: Int64, at: Int64
    ) -> tuple[Int64, Int64, Bools]:
        """The same of a number, written as a token and extra bits."""
        token, at, there = self._word(handle, tables, of, at)
        number, at, whole = self._extra(handle, token, at)
        return number, at, there & whole

    def _extra(self, handle: Int64, number: Int64, at: Int64) -> tuple[Int64, Int64, Bools]:
        """Numbers of tokens, where their extra bits end, and whether these are there."""
        for lane in np.flatnonzero(number >= DIRECT).tolist():
            width = int(number[lane]) - (DIRECT - 8) - 1
            low, end = self._bits(handle[lane : lane + 1], at[lane : lane + 1], width)
            number[lane] = (1 << width) | int(low[0])
            at[lane] = end[0]
        return number, at, at <= self.longest

    def _symbol(
        self, handle: Int64, tables: Tables, of: Int64, at: Int64
    ) -> tuple[Int64, Int64, Bools]:
        width = self.shape.symbol_bits
        if not width:
            return self._word(handle, tables, of, at)
        symbol, at = self._bits(handle, at, width)
        there = at <= self.longest
        if width < 32:
            return symbol, at, there & (symbol < self.shape.alphabet)
        exponents = (symbol >> 23) & 0xFF  # all ones: NaN or infinite
        return symbol, at, there & (exponents != 0xFF)
