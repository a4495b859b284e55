"""Matrix encodings: dense, sparse rows, or rows coded into a bit stream, each over any numbers."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from nlucompress.format.coded import Coded
from nlucompress.format.fields import Fields
from nlucompress.format.numbers import Float32, Floats, Int64, Numbers
from nlucompress.format.plain import MAX_SPARSE_COLUMNS, Dense, Sparse

__all__ = [
    "Coded",
    "Dense",
    "Matrix",
    "Sparse",
    "from_dense",
    "parse",
    "smaller",
    "sparse_from",
    "values_of",
]

Matrix = Dense | Sparse | Coded


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
