"""Matrices whose rows lie in a bit stream, read in place."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from nlucompress.algo.coding import offsets as packed_offsets
from nlucompress.algo.coding import rowcode
from nlucompress.algo.coding.rowdecode import Decoder
from nlucompress.errors import FormatError
from nlucompress.format.fields import Fields, Tensors
from nlucompress.format.matrices import numbers as number_systems
from nlucompress.format.matrices.numbers import Float32, Floats, Int64, Numbers
from nlucompress.format.matrices.plain import MAX_SPARSE_COLUMNS, scatter
from nlucompress.format.matrices.sealed_rows import SealedRows

MAX_ROWS = 1 << 40
MAX_BLOCK_ROWS = 1024
MAX_EMPTY_ROWS = 1 << 16  # rows without columns take no bytes


@dataclass(frozen=True)
class Coded(SealedRows):
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
    def parts(self) -> tuple[Decoder, dict[str, int]]:
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
        decoder = Decoder(self.layout, codes, offsets, stream, self.stream_bits)
        return decoder, {"tables": tables, "starts": start - tables, "stream": len(stream)}

    def rows(self, index: Int64) -> Float32:
        """The rows at these indices as float32, shape (n, columns).

        Raises:
            FormatError: The stream is damaged.
        """
        if self._native is not None:
            try:
                read = self._native.rows(np.ascontiguousarray(index, np.int64))
            except ValueError as error:
                raise FormatError(f"a coded matrix is damaged: {error}") from None
            return np.frombuffer(read, np.float32).reshape(len(index), self.layout.columns)
        rows = self._read(index)
        listed = rowcode.Rows(rows.counts, rows.columns, self._codes(rows))
        return scatter(self.numbers, self.layout.columns, index, listed)

    def _read(self, index: Int64) -> rowcode.Rows:
        try:
            return self.parts[0].rows(index)
        except ValueError as error:
            raise FormatError(f"a coded matrix is damaged: {error}") from None

    def take(self, order: Int64) -> Coded:
        """Refused: coded rows cannot be moved."""
        raise FormatError("the rows of a packed table cannot be moved")

    @property
    def all_rows(self) -> rowcode.Rows:
        """Every row, as it is written."""
        return self._read(np.arange(self.layout.rows))

    def entries(self) -> tuple[Int64, Int64, NDArray[Any]]:
        """Row, column and code of every listed element, row by row, each of shape (entries,)."""
        rows = self.all_rows
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
        # Every row of a sparse matrix and every element of a dense one takes at least a bit.
        if shape[0] * (1 if sparse else shape[1]) > stream_bits or stream_bits > 8 * len(data):
            raise FormatError(f"{fields.where}: shape {shape} does not fit {len(data)} bytes")
        if not shape[1] and shape[0] > MAX_EMPTY_ROWS:
            raise FormatError(f"{fields.where}: {shape[0]} rows of nothing")
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
