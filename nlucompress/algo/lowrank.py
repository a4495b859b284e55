"""Truncated singular value decomposition: the nearest product of two thin matrices.

Of all matrices of rank k, A V_k V_k^T is nearest to A (Eckart and Young 1936), where V_k holds the
eigenvectors of the k largest eigenvalues of A^T A. With weights w per row, the eigenvectors of
A^T diag(w) A make the weighted sum of squared errors least. A^T A is small: one pass over the rows
and no iteration. Its eigenvalues are squares, so singular values below 1e-7 of the largest drown;
float32 factors would not show them either.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nlucompress.algo.threads import single_threaded
from nlucompress.progress import told

Float32 = NDArray[np.float32]
Float64 = NDArray[np.float64]

BLOCK_VALUES = 1 << 20  # of the matrix, widened to float64 at once


@dataclass(frozen=True)
class Spectrum:
    """The directions of a matrix's rows, most important first.

    Attributes:
        energy: float64, shape (min(rows, columns),): squared singular values, descending.
        vectors: float64, shape (columns, min(rows, columns)): right singular vectors, their
            largest component positive.
    """

    energy: Float64
    vectors: Float64

    def retained(self, rank: int) -> float:
        """Share of the (weighted) sum of squares that this rank keeps."""
        total = float(self.energy.sum())
        return float(self.energy[:rank].sum()) / total if total > 0 else 1.0

    def rank_of(self, energy: float) -> int:
        """The smallest rank that keeps at least this share."""
        kept = np.cumsum(self.energy)
        return min(int(np.searchsorted(kept, energy * kept[-1])) + 1, len(kept))


@single_threaded
def spectrum(matrix: Float32, weights: Float64 | None = None) -> Spectrum:
    """Singular values and right singular vectors of sqrt(weights) * matrix.

    Args:
        matrix: Shape (rows, columns), finite.
        weights: Shape (rows,), not negative; None for ones.
    """
    rows, columns = matrix.shape
    if columns > rows:  # the smaller of the two squares has the same eigenvalues
        scaled = matrix.astype(np.float64)
        if weights is not None:
            scaled *= np.sqrt(weights)[:, None]
        values, left = _descending(scaled @ scaled.T)
        lengths = np.sqrt(np.maximum(values, 0))
        vectors = scaled.T @ left / np.where(lengths > 0, lengths, 1)
        return Spectrum(np.maximum(values, 0), _signed(vectors))
    gram = np.zeros((columns, columns))
    step = max(1, BLOCK_VALUES // max(columns, 1))
    for begin in told("products of columns", range(0, rows, step)):
        block = matrix[begin : begin + step].astype(np.float64)
        if weights is not None:
            block *= np.sqrt(weights[begin : begin + step])[:, None]
        gram += block.T @ block
    values, vectors = _descending(gram)
    return Spectrum(np.maximum(values, 0), _signed(vectors))


def _descending(square: Float64) -> tuple[Float64, Float64]:
    values, vectors = np.linalg.eigh(square)
    return values[::-1].copy(), vectors[:, ::-1].copy()


def _signed(vectors: Float64) -> Float64:
    largest = np.abs(vectors).argmax(axis=0)
    signs = np.sign(vectors[largest, np.arange(vectors.shape[1])])
    return vectors * np.where(signs == 0, 1, signs)


@single_threaded
def factors(matrix: Float32, found: Spectrum, rank: int) -> tuple[Float32, Float32]:
    """left (rows, rank) and right (rank, columns), whose product is the projection of every row.

    The length of each direction is shared between the factors, so that both are of one scale:
    left = A V S^-1/2 and right = S^1/2 V^T, where S holds the lengths of the columns of A V (the
    singular values, where there are no weights).
    """
    vectors = found.vectors[:, :rank]
    left = np.empty((len(matrix), rank))
    step = max(1, BLOCK_VALUES // max(matrix.shape[1], 1))
    for begin in told("left factor", range(0, len(matrix), step)):
        left[begin : begin + step] = matrix[begin : begin + step].astype(np.float64) @ vectors
    length = np.sqrt(np.sqrt((left**2).sum(axis=0)))
    safe = np.where(length > 0, length, 1)
    return (left / safe).astype(np.float32), (vectors * safe).T.astype(np.float32)


@single_threaded
def relative_error(matrix: Float32, left: Float32, right: Float32) -> float:
    """Frobenius norm of matrix - left @ right over that of the matrix; 0 for a matrix of zeros."""
    error = power = 0.0
    wide = right.astype(np.float64)
    step = max(1, BLOCK_VALUES // max(matrix.shape[1], 1))
    for begin in told("error of the product", range(0, len(matrix), step)):
        block = matrix[begin : begin + step].astype(np.float64)
        power += float((block**2).sum())
        block -= left[begin : begin + step].astype(np.float64) @ wide
        error += float((block**2).sum())
    return float(np.sqrt(error / power)) if power > 0 else 0.0


def rank_of_ratio(shape: tuple[int, int], ratio: float) -> int:
    """The largest rank whose factors save at least this share of the numbers; 0 if none does."""
    rows, columns = shape
    return int((1 - ratio) * rows * columns / max(rows + columns, 1))


def largest_ratio(shape: tuple[int, int]) -> float:
    """The share of the numbers that rank 1 saves."""
    rows, columns = shape
    return 1 - (rows + columns) / max(rows * columns, 1)
