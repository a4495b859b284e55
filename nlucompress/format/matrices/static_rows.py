"""Matrices whose rows are values of a static function, which the table's keys lead to."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from nlucompress.algo.coding import commonrows, rowcode
from nlucompress.algo.coding.staticrows import StaticReader
from nlucompress.algo.hashing.static import Function
from nlucompress.errors import FormatError, UsageError
from nlucompress.format.fields import Fields, Tensors
from nlucompress.format.matrices import numbers as number_systems
from nlucompress.format.matrices.numbers import Float32, Floats, Int64, Numbers
from nlucompress.format.matrices.plain import MAX_SPARSE_COLUMNS, scatter
from nlucompress.format.matrices.sealed_rows import SealedRows

MAX_BITS = 1 << 40


@dataclass(frozen=True)
class StaticRows(SealedRows):
    """Rows in a static function, each found by the handle of its key.

    Attributes:
        numbers: How codes stand for numbers; not per row, for rows have no number.
        layout: Shape and alphabets, with blocks of one row.
        longest: Bits of the longest row.
        tables: uint8: the code tables, and the common rows behind them.
        function: What holds fingerprints and rows.
        skipped: Bits of a key's value before its row: the fingerprint.
        common: How many rows of 1, 2, ... entries are common ones.
    """

    kind: ClassVar[str] = "static"
    numbers: Numbers
    layout: rowcode.Shape
    longest: int
    tables: NDArray[np.uint8]
    function: Function
    skipped: int
    common: tuple[int, ...] = ()

    built_of: rowcode.Rows | None = field(default=None, init=False, repr=False, compare=False)

    def of_rows(self, rows: rowcode.Rows) -> StaticRows:
        """This very matrix, which knows the rows that its function was built of."""
        object.__setattr__(self, "built_of", rows)
        return self

    def known(self, handles: Int64) -> StaticRows:
        """The matrix, which knows its rows: those that these handles of all its keys lead to."""
        return replace(self).of_rows(self.reader.rows(handles))

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns."""
        return self.layout.rows, self.layout.columns

    @cached_property
    def reader(self) -> StaticReader:
        """What reads the rows.

        Raises:
            ValueError: The code tables or common rows are damaged.
        """
        codes, size = rowcode.parse_codes(self.tables, self.layout)
        common = commonrows.parse(self.tables[size:], self.common, self.layout)
        first = (self.function, self.skipped, self.longest)
        return StaticReader(*first, self.layout, codes, common)

    def rows(self, index: Int64) -> Float32:
        """The rows of the keys with these handles as float32, shape (n, columns)."""
        index = np.ascontiguousarray(index, np.int64)
        if self._native is not None:
            read = self._native.rows(index)
            return np.frombuffer(read, np.float32).reshape(len(index), self.layout.columns)
        rows = self.reader.rows(index)
        listed = rowcode.Rows(rows.counts, rows.columns, self._codes(rows))
        return scatter(self.numbers, self.layout.columns, 0 * index, listed)

    def _codes(self, rows: rowcode.Rows) -> NDArray[Any]:
        if isinstance(self.numbers, Floats):
            return rows.symbols.astype(np.uint32).view(np.float32)
        return rows.symbols

    def take(self, order: Int64) -> StaticRows:
        """Refused: the rows of a function cannot be moved."""
        raise FormatError("the rows of a packed table cannot be moved")

    def entries(self) -> tuple[Int64, Int64, NDArray[Any]]:
        """Row, column and code of every listed element, row by row, each of shape (entries,).

        Raises:
            UsageError: The function was read from a file: its rows are found by their keys alone.
        """
        rows = self.built_of
        if rows is None:
            raise UsageError(
                "the rows of a static function cannot be listed, for it holds no keys; take the "
                "model from before `nlucompress pack` (inspect: name it by --keys)"
            )
        return np.repeat(np.arange(self.layout.rows), rows.counts), rows.columns, self._codes(rows)

    def store(self, where: str, tensors: Tensors) -> dict[str, Any]:
        """Describe, and add one tensor; the function belongs to the keys."""
        tensors[f"{where}.rows"] = self.tables
        layout = self.layout
        return {
            "kind": self.kind,
            "columns": layout.columns,
            **({"common": list(self.common)} if self.common else {}),
            "sparse": layout.sparse,
            "symbol_bits": layout.symbol_bits,
            "longest": self.longest,
            "numbers": self.numbers.store(f"{where}.numbers", tensors),
        }

    @classmethod
    def parse(cls, fields: Fields, size: int, function: Function, skipped: int) -> StaticRows:
        """Read how the rows of a function of so many keys are written."""
        fields.text("kind", (cls.kind,))
        columns = fields.integer("columns", 0, MAX_SPARSE_COLUMNS)
        some = fields.has("common")
        common = fields.integers("common", 0, commonrows.MOST_ROWS) if some else ()
        sparse = fields.flag("sparse")
        symbol_bits = fields.integer("symbol_bits", 0, 32)
        longest = fields.integer("longest", 0, MAX_BITS)
        tables = fields.tensor("rows", np.uint8, (None,))
        if longest > function.bits:
            raise FormatError(f"{fields.where}: a row of {longest} bits does not fit the function")
        numbers = number_systems.parse(fields.child("numbers"), (size, columns))
        fields.close()
        if not isinstance(numbers, Floats) and numbers.partition.per == "row":
            raise FormatError(f"{fields.where}: the rows of a function have no numbers per row")
        if isinstance(numbers, Floats) != (symbol_bits == 32):
            raise FormatError(f"{fields.where}: {symbol_bits} bits do not fit {numbers.kind}")
        if some and (not sparse or symbol_bits == 32 or not commonrows.able(common)):
            raise FormatError(f"{fields.where}: rows like these have no common ones")
        alphabet = numbers.levels or 1
        layout = rowcode.Shape(size, columns, sparse, 1, alphabet, symbol_bits, sum(common))
        result = cls(numbers, layout, longest, tables, function, skipped, common)
        try:
            _ = result.reader
        except ValueError as error:
            raise FormatError(f"{fields.where}: {error}") from None
        return result
