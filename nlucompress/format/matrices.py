"""Matrix encodings: dense, sparse rows, or rows coded into a bit stream, each over any numbers."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from nlucompress.algo import offsets as packed_offsets
from nlucompress.algo import rowcode
from nlucompress.errors import FormatError
from nlucompress.format import numbers as number_systems
from nlucompress.format.fields import Fields, Tensors
from nlucompress.format.numbers import Float32, Floats, Int64, Numbers

MAX_ROWS = 1 << 40
MAX_SPARSE_COLUMNS = 1 << 20  # a row is decoded to this many floats at most, whatever a file says
MAX_BLOCK_ROWS = 1024
# A stream whose codes take no bits could stand for any number of elements; it may not.
FREE_ELEMENTS, ELEMENTS_PER_BYTE = 1 << 22, 1 << 12


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
        return _scatter(self, index, rowcode.Rows(counts, columns, self.codes[entry]))

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


@dataclass(frozen=True)
class Coded:
    """Rows in a bit stream, read in place; the layout is that of ``algo.rowcode``.

    Attributes:
        layout: Shape and alphabets of the stream.
        offset_stride, offset_width: Parameters of the blocks' packed offsets.
        stream_bits: Length of the stream.
        data: uint8: code tables, then packed offsets, then the stream.
    """

    kind: ClassVar[str] = "coded"
    numbers: Numbers
    layout: rowcode.Shape
    offset_stride: int
    offset_width: int
    stream_bits: int
    data: NDArray[np.uint8]

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns."""
        return self.layout.rows, self.layout.columns

    @property
    def fixed(self) -> bool:
        """Whether a row is found by multiplication alone."""
        return not self.layout.sparse and self.layout.symbol_bits > 0

    @cached_property
    def parts(self) -> tuple[rowcode.Decoder, dict[str, int]]:
        """The decoder, and the bytes of each part of the data.

        Raises:
            ValueError: The parts do not fit the data.
        """
        codes, tables = rowcode.parse_codes(self.data, self.layout)
        offsets = None
        start = tables
        if not self.fixed:
            packed = (self.layout.blocks, self.stream_bits, self.offset_stride, self.offset_width)
            start += packed_offsets.packed_size(*packed)
            offsets = packed_offsets.Offsets(*packed, self.data[tables:start])
        stream = self.data[start:]
        if len(stream) != (self.stream_bits + 7) // 8:
            raise ValueError("code tables, offsets and stream do not fill the tensor")
        decoder = rowcode.Decoder(self.layout, codes, offsets, stream, self.stream_bits)
        return decoder, {"tables": tables, "starts": start - tables, "stream": len(stream)}

    def rows(self, index: Int64) -> Float32:
        """The rows at these indices as float32, shape (n, columns).

        Raises:
            FormatError: The stream is damaged.
        """
        return _scatter(self, index, self._read(index))

    def _read(self, index: Int64) -> rowcode.Rows:
        try:
            return self.parts[0].rows(index)
        except ValueError as error:
            raise FormatError(f"a coded matrix is damaged: {error}") from None

    def take(self, order: Int64) -> Coded:
        """Refused: coded rows cannot be moved."""
        raise FormatError("the rows of a packed table cannot be moved")

    def entries(self) -> tuple[Int64, Int64, NDArray[Any]]:
        """Row, column and code of every listed element, row by row, each of shape (entries,)."""
        rows = self._read(np.arange(self.layout.rows))
        return np.repeat(np.arange(self.layout.rows), rows.counts), rows.columns, self._codes(rows)

    def _codes(self, rows: rowcode.Rows) -> NDArray[Any]:
        if not isinstance(self.numbers, Floats):
            return rows.symbols
        floats = rows.symbols.astype(np.uint32).view(np.float32)
        if not np.isfinite(floats).all():
            raise FormatError("a coded matrix holds NaN or infinite numbers")
        return floats

    def store(self, where: str, tensors: Tensors) -> dict[str, Any]:
        """Describe, and add one tensor."""
        tensors[f"{where}.rows"] = self.data
        layout = self.layout
        return {
            "kind": self.kind,
            "shape": [layout.rows, layout.columns],
            "sparse": layout.sparse,
            "block_rows": layout.block_rows,
            "symbol_bits": layout.symbol_bits,
            "offsets": [self.offset_stride, self.offset_width],
            "stream_bits": self.stream_bits,
            "numbers": self.numbers.store(f"{where}.numbers", tensors),
        }

    @classmethod
    def parse(cls, fields: Fields) -> Coded:
        """Read coded rows; what the stream holds is checked when it is read."""
        shape = fields.integers("shape", 0, MAX_ROWS)
        sparse = fields.flag("sparse")
        block_rows = fields.integer("block_rows", 1, MAX_BLOCK_ROWS)
        symbol_bits = fields.integer("symbol_bits", 0, 32)
        offsets = fields.integers("offsets", 0, 128)
        stream_bits = fields.integer("stream_bits", 0, MAX_ROWS)
        data = fields.tensor("rows", np.uint8, (None,))
        if len(shape) != 2 or shape[1] > MAX_SPARSE_COLUMNS or len(offsets) != 2:
            raise FormatError(f"{fields.where}: shape {shape} is out of range")
        if max(shape[0], 1) * max(shape[1], 1) > most_elements(len(data)):
            raise FormatError(
                f"{fields.where}: shape {shape} is too large for its {len(data)} bytes"
            )
        if not sparse and block_rows > 1 and block_rows * shape[1] > rowcode.MAX_BLOCK_ENTRIES:
            raise FormatError(f"{fields.where}: a block has too many entries")
        if offsets[0] not in packed_offsets.STRIDES or offsets[1] > 57:
            raise FormatError(f"{fields.where}: offsets {offsets} are out of range")
        numbers = number_systems.parse(fields.child("numbers"), (shape[0], shape[1]))
        if isinstance(numbers, Floats) != (symbol_bits == 32):
            raise FormatError(f"{fields.where}: {symbol_bits} bits do not fit {numbers.kind}")
        layout = rowcode.Shape(
            shape[0], shape[1], sparse, block_rows, numbers.levels or 1, symbol_bits
        )
        result = cls(numbers, layout, *offsets, stream_bits, data)
        if result.fixed and stream_bits != shape[0] * shape[1] * symbol_bits:
            raise FormatError(f"{fields.where}: the stream has not the size of its matrix")
        try:
            _ = result.parts
        except ValueError as error:
            raise FormatError(f"{fields.where}: {error}") from None
        return result


Matrix = Dense | Sparse | Coded


def most_elements(data_bytes: int) -> int:
    """Elements that coded rows of so many bytes may stand for."""
    return FREE_ELEMENTS + ELEMENTS_PER_BYTE * data_bytes


def _scatter(matrix: Sparse | Coded, index: Int64, rows: rowcode.Rows) -> Float32:
    result = np.zeros((len(index), matrix.shape[1]), np.float32)
    lane = np.repeat(np.arange(len(index)), rows.counts)
    codes = matrix._codes(rows) if isinstance(matrix, Coded) else rows.symbols
    result[lane, rows.columns] = matrix.numbers.decode(codes, index[lane], rows.columns)
    return result


def _check_codes(where: str, numbers: Numbers, codes: NDArray[Any]) -> None:
    floating = codes.dtype.kind == "f"
    if floating != isinstance(numbers, Floats):
        raise FormatError(f"{where}: {codes.dtype} codes do not fit {numbers.kind} numbers")
    if floating and not np.isfinite(codes).all():
        raise FormatError(f"{where}: the matrix holds NaN or infinite numbers")
    if not floating and codes.size and int(codes.max()) >= numbers.levels:
        raise FormatError(f"{where}: a code is beyond the last of {numbers.levels} levels")


def parse(fields: Fields) -> Matrix:
    """Read a matrix of any encoding."""
    kind = fields.text("kind", (Dense.kind, Sparse.kind, Coded.kind))
    matrix: Matrix
    if kind == Dense.kind:
        matrix = Dense.parse(fields)
    else:
        matrix = Sparse.parse(fields) if kind == Sparse.kind else Coded.parse(fields)
    fields.close()
    return matrix


def from_dense(values: NDArray[np.floating]) -> Dense:
    """A matrix of plain floats."""
    return Dense(Floats(), np.ascontiguousarray(values, np.float32))


def sparse_from(
    numbers: Numbers, shape: tuple[int, int], rows: Int64, columns: Int64, codes: NDArray[Any]
) -> Sparse:
    """Sparse rows from entries in row order."""
    counts = np.bincount(rows, minlength=shape[0])
    starts = np.concatenate((np.zeros(1, np.int64), np.cumsum(counts)))
    narrow = np.uint16 if shape[1] <= 1 << 16 else np.uint32
    return Sparse(numbers, starts, columns.astype(narrow), codes, shape[1])


def smaller(matrix: Dense) -> Dense | Sparse:
    """The same floats as sparse rows where that takes fewer bytes."""
    columns = matrix.shape[1]
    nonzero = int(np.count_nonzero(matrix.codes))
    index_bytes = 2 if columns <= 1 << 16 else 4
    sparse_bytes = nonzero * (matrix.codes.itemsize + index_bytes) + 8 * matrix.shape[0] + 8
    if columns > MAX_SPARSE_COLUMNS or sparse_bytes >= matrix.codes.nbytes:
        return matrix
    rows, at = np.nonzero(matrix.codes)
    return sparse_from(matrix.numbers, matrix.shape, rows, at, matrix.codes[rows, at])


def values_of(matrix: Matrix) -> tuple[Int64, Int64, Float32]:
    """Row, column and number of every listed element, shaped as ``entries`` shapes them."""
    rows, columns, codes = matrix.entries()
    return rows, columns, matrix.numbers.decode(codes, rows, columns)
