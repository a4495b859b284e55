"""Matrices whose codes lie in plain arrays: dense, or compressed sparse rows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from nlucompress.algo.coding import rowcode
from nlucompress.errors import FormatError
from nlucompress.format.fields import Fields, Tensors
from nlucompress.format.matrices import numbers as number_systems
from nlucompress.format.matrices.numbers import Float32, Floats, Int64, Numbers

MAX_SPARSE_COLUMNS = 1 << 20  # a row is decoded to this many floats at most, whatever a file says


@dataclass(frozen=True)
class Dense:
    """A code for every element: float32, float16 or unsigned integers, shape (rows, columns)."""

    kind: ClassVar[str] = "dense"
    numbers: Numbers
    codes: NDArray[Any]

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns."""
        return self.codes.shape[0], self.codes.shape[1]

    def rows(self, index: Int64) -> Float32:
        """The rows at these indices as float32, shape (n, columns)."""
        columns = np.arange(self.shape[1])[None, :]
        return self.numbers.decode(self.codes[index], index[:, None], columns)

    def take(self, order: Int64) -> Dense:
        """The matrix whose row i is row order[i] of this one; everything per row moves along."""
        return Dense(self.numbers.take(order), self.codes[order])

    def entries(self) -> tuple[Int64, Int64, NDArray[Any]]:
        """Row (rows, 1), column (1, columns) and code (rows, columns) of every element."""
        rows, columns = self.shape
        return np.arange(rows)[:, None], np.arange(columns)[None, :], self.codes

    def store(self, where: str, tensors: Tensors) -> dict[str, Any]:
        """Describe, and add tensors."""
        tensors[f"{where}.codes"] = self.codes
        numbers = self.numbers.store(f"{where}.numbers", tensors)
        return {"kind": self.kind, "numbers": numbers}

    @classmethod
    def parse(cls, fields: Fields) -> Dense:
        """Read a dense matrix."""
        kinds = (np.float32, np.float16, np.uint8)
        codes = fields.tensor("codes", kinds, (None, None))
        numbers = number_systems.parse(fields.child("numbers"), (codes.shape[0], codes.shape[1]))
        _check_codes(fields.where, numbers, codes)
        return cls(numbers, codes)


@dataclass(frozen=True)
class Sparse:
    """Compressed sparse rows; what is not listed is zero.

    Attributes:
        starts: int64, shape (rows + 1,): first entry of each row; the last is the end.
        columns: uint16 or uint32 per entry, ascending within a row.
        codes: float32 or uint8 per entry.
        width: Number of columns.
    """

    kind: ClassVar[str] = "sparse"
    numbers: Numbers
    starts: Int64
    columns: NDArray[np.unsignedinteger]
    codes: NDArray[Any]
    width: int

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns."""
        return len(self.starts) - 1, self.width

    def rows(self, index: Int64) -> Float32:
        """The rows at these indices as float32, shape (n, columns)."""
        counts, entry = self._entries_of(index)
        columns = self.columns[entry].astype(np.int64)
        listed = rowcode.Rows(counts, columns, self.codes[entry])
        return scatter(self.numbers, self.width, index, listed)

    def take(self, order: Int64) -> Sparse:
        """The matrix whose row i is row order[i] of this one; everything per row moves along."""
        counts, entry = self._entries_of(order)
        starts = np.concatenate((np.zeros(1, np.int64), np.cumsum(counts)))
        numbers = self.numbers.take(order)
        return Sparse(numbers, starts, self.columns[entry], self.codes[entry], self.width)

    def _entries_of(self, index: Int64) -> tuple[Int64, Int64]:
        counts = np.diff(self.starts)[index]
        begin = np.cumsum(counts) - counts
        entry = np.repeat(self.starts[index] - begin, counts) + np.arange(int(counts.sum()))
        return counts, entry

    def entries(self) -> tuple[Int64, Int64, NDArray[Any]]:
        """Row, column and code of every listed element, row by row, each of shape (entries,)."""
        rows = np.repeat(np.arange(len(self.starts) - 1), np.diff(self.starts))
        return rows, self.columns.astype(np.int64), self.codes

    def store(self, where: str, tensors: Tensors) -> dict[str, Any]:
        """Describe, and add tensors."""
        tensors[f"{where}.starts"] = self.starts
        tensors[f"{where}.columns"] = self.columns
        tensors[f"{where}.codes"] = self.codes
        numbers = self.numbers.store(f"{where}.numbers", tensors)
        return {"kind": self.kind, "columns": self.width, "numbers": numbers}

    @classmethod
    def parse(cls, fields: Fields) -> Sparse:
        """Read sparse rows and check every start and column."""
        width = fields.integer("columns", 0, MAX_SPARSE_COLUMNS)
        starts = fields.tensor("starts", np.int64, (None,))
        columns = fields.tensor("columns", (np.uint16, np.uint32), (None,))
        codes = fields.tensor("codes", (np.float32, np.uint8), (len(columns),))
        ends = len(starts) > 0 and starts[0] == 0 and starts[-1] == len(columns)
        if not ends or (starts[1:] < starts[:-1]).any():
            raise FormatError(f"{fields.where}: the row starts do not divide the entries")
        if len(columns) and int(columns.max()) >= width:
            raise FormatError(f"{fields.where}: an entry lies beyond the last column")
        falling = np.diff(columns.astype(np.int64)) <= 0
        falling[starts[1:-1][(starts[1:-1] > 0) & (starts[1:-1] < len(columns))] - 1] = False
        if falling.any():
            raise FormatError(f"{fields.where}: the columns of a row do not ascend")
        numbers = number_systems.parse(fields.child("numbers"), (len(starts) - 1, width))
        _check_codes(fields.where, numbers, codes)
        return cls(numbers, starts, columns, codes, width)


def scatter(numbers: Numbers, width: int, index: Int64, rows: rowcode.Rows) -> Float32:
    """Rows of which only some entries are listed as float32, shape (len(index), width)."""
    result = np.zeros((len(index), width), np.float32)
    lane = np.repeat(np.arange(len(index)), rows.counts)
    result[lane, rows.columns] = numbers.decode(rows.symbols, index[lane], rows.columns)
    return result


def _check_codes(where: str, numbers: Numbers, codes: NDArray[Any]) -> None:
    floating = codes.dtype.kind == "f"
    if floating != isinstance(numbers, Floats):
        raise FormatError(f"{where}: {codes.dtype} codes do not fit {numbers.kind} numbers")
    if floating and not np.isfinite(codes).all():
        raise FormatError(f"{where}: the matrix holds NaN or infinite numbers")
    if not floating and codes.size and int(codes.max()) >= numbers.levels:
        raise FormatError(f"{where}: a code is beyond the last of {numbers.levels} levels")
