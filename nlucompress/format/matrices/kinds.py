"""Matrix encodings: dense, sparse rows, or rows coded into a bit stream, each over any numbers;
and matrices that are made of matrices: products and product-quantized rows.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from nlucompress.errors import FormatError
from nlucompress.format.fields import Fields
from nlucompress.format.matrices.coded import Coded
from nlucompress.format.matrices.numbers import Float32, Floats, Int64, Numbers
from nlucompress.format.matrices.plain import MAX_SPARSE_COLUMNS, Dense, Sparse
from nlucompress.format.matrices.pq import ProductQuantized
from nlucompress.format.matrices.product import Product
from nlucompress.format.matrices.protocol import Matrix
from nlucompress.format.matrices.static_rows import StaticRows

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

__all__ = [
    "Coded",
    "Composite",
    "Dense",
    "Matrix",
    "Plain",
    "Product",
    "ProductQuantized",
    "Sparse",
    "StaticRows",
    "from_dense",
    "from_rows",
    "leaves",
    "parse",
    "smaller",
    "sparse_from",
    "values_of",
]

Plain = Dense | Sparse | Coded | StaticRows
Composite = Product | ProductQuantized


MAX_NESTING = 8  # matrices within matrices

# Static rows stand beside static keys alone: the reader of tables sees to them.
_PLAIN: dict[str, type[Dense | Sparse | Coded]] = {
    each.kind: each for each in (Dense, Sparse, Coded)
}
_MADE: dict[str, type[Product | ProductQuantized]] = {
    each.kind: each for each in (Product, ProductQuantized)
}


def parse(fields: Fields, nesting: int = 1) -> Matrix:
    """Read a matrix of any encoding.

    Raises:
        FormatError: A field is wrong, or matrices are nested too deeply.
    """
    if nesting > MAX_NESTING:
        raise FormatError(f"{fields.where}: matrices are nested more than {MAX_NESTING} deep")
    kind = fields.text("kind", (*_PLAIN, *_MADE))
    matrix: Matrix
    if kind in _PLAIN:
        matrix = _PLAIN[kind].parse(fields)
    else:
        matrix = _MADE[kind].parse(fields, lambda child: parse(child, nesting + 1))
    fields.close()
    return matrix


def leaves(matrix: Matrix, name: str = "") -> dict[str, Plain]:
    """The matrices of numbers that a matrix is made of, by path such as ``left.codes``."""
    if isinstance(matrix, Plain):
        return {name: matrix}
    assert isinstance(matrix, Composite)
    found: dict[str, Plain] = {}
    for part, child in matrix.children.items():
        found |= leaves(child, f"{name}.{part}".lstrip("."))
    return found


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


def listed(matrix: Plain) -> Sparse:
    """The same numbers as sparse rows."""
    rows, columns, codes = (np.asarray(each) for each in matrix.entries())
    return sparse_from(matrix.numbers, matrix.shape, rows, columns, codes)


def smaller(matrix: Dense) -> Dense | Sparse:
    """The same floats as sparse rows where that takes fewer bytes."""
    nonzero = int(np.count_nonzero(matrix.codes))
    if not _is_sparse_smaller(matrix.shape, nonzero, matrix.codes.itemsize):
        return matrix
    rows, at = np.nonzero(matrix.codes)
    return sparse_from(matrix.numbers, matrix.shape, rows, at, matrix.codes[rows, at])


def from_rows(values: csr_matrix) -> Dense | Sparse:
    """Plain floats of a SciPy matrix in CSR, whichever form takes fewer bytes."""
    if not _is_sparse_smaller(values.shape, values.nnz, 4):
        return from_dense(values.toarray())
    values.sort_indices()
    rows = np.repeat(np.arange(values.shape[0]), np.diff(values.indptr))
    return sparse_from(Floats(), values.shape, rows, values.indices, values.data.astype(np.float32))


def _is_sparse_smaller(shape: tuple[int, int], nonzero: int, itemsize: int) -> bool:
    rows, columns = shape
    index_bytes = 2 if columns <= 1 << 16 else 4
    sparse_bytes = nonzero * (itemsize + index_bytes) + 8 * rows + 8
    return columns <= MAX_SPARSE_COLUMNS and sparse_bytes < rows * columns * itemsize


def values_of(matrix: Plain) -> tuple[Int64, Int64, Float32]:
    """Row, column and number of every listed element, shaped as ``entries`` shapes them."""
    rows, columns, codes = matrix.entries()
    return rows, columns, matrix.numbers.decode(codes, rows, columns)
