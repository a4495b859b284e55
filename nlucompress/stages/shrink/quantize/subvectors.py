"""Rows to codes of short vectors: product quantization of a dense table."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from nlucompress.algo.quantization import codebook, pq
from nlucompress.errors import DataError, UsageError
from nlucompress.format.matrices.kinds import Dense, Plain, ProductQuantized
from nlucompress.format.matrices.numbers import Codebook, Float32, Floats, Partition
from nlucompress.format.matrices.pq import code_numbers
from nlucompress.format.matrices.product import MAX_WHOLE
from nlucompress.stages.shrink.quantize.distortion import blocks
from nlucompress.stages.shrink.quantize.options import QuantizeOptions
from nlucompress.stages.shrink.quantize.scalar import check_finite

NORM_BITS = 8
HALF_ERROR = 1e-3  # relative; more than binary16 costs where it costs nothing


def quantized(where: str, matrix: Plain, options: QuantizeOptions) -> ProductQuantized:
    """Product-quantized rows of a dense float matrix.

    With ``options.norms``, the directions of the rows are coded, each with the length that brings
    it nearest to its row; the lengths have a codebook of 2^8. Centroids and rotation are stored in
    binary16 where that costs nothing.

    Raises:
        UsageError: The subvectors do not fit the columns.
        DataError: The matrix is sparse or empty, too large for it, or holds NaN.
    """
    if not isinstance(matrix, Dense):
        raise DataError(f"{where} lists its non-zero numbers; --method pq is for dense tables")
    rows, columns = matrix.shape
    count = _subvectors(where, matrix, options)
    values = matrix.codes.astype(np.float32, copy=False)
    check_finite(where, values)
    lengths = np.linalg.norm(values.astype(np.float64), axis=1) if options.norms else np.ones(rows)
    if options.norms:
        values = (values / np.where(lengths > 0, lengths, 1)[:, None]).astype(np.float32)
    fitted = pq.fit(values, count, 1 << options.bits, options.rotate, options.seed)
    centroids = _narrow(fitted.centroids.reshape(-1, fitted.centroids.shape[2]))
    rotation = None if fitted.rotation is None else _narrow(fitted.rotation)
    codes = Dense(code_numbers(1 << options.bits), pq.codes(fitted, values))
    made = ProductQuantized(columns, codes, centroids, rotation=rotation)
    return replace(made, norms=_norms(values, lengths, made)) if options.norms else made


def _subvectors(where: str, matrix: Dense, options: QuantizeOptions) -> int:
    rows, columns = matrix.shape
    count = options.subvectors or 1
    if not rows or not columns:
        raise DataError(f"{where} is empty; there is nothing to quantize")
    size = -(-columns // min(count, columns))
    if count > columns or (count - 1) * size >= columns:
        raise UsageError(
            f"--subvectors {count}: {columns} columns in pieces of {size} make "
            f"{-(-columns // size)}; take that or another number"
        )
    centroids = (count << options.bits) * size
    if max(centroids, columns * columns * options.rotate) > MAX_WHOLE:
        raise DataError(f"{where} has too many columns, {columns:,}, for --method pq")
    return count


def _norms(values: Float32, lengths: NDArray[np.float64], made: ProductQuantized) -> Dense:
    """The factor of each row that brings the decoded direction nearest to the row."""
    factors = np.empty(len(values))
    for index, near in blocks(made):
        wide = near.astype(np.float64)
        along, square = (values[index] * wide).sum(axis=1), (wide**2).sum(axis=1)
        factors[index] = lengths[index] * along / np.where(square > 0, square, 1)
    centroids = codebook.lloyd_max(factors, NORM_BITS)
    codes = codebook.nearest(factors, centroids)[:, None]
    return Dense(Codebook(Partition(), centroids[None, :]), codes)


def _narrow(values: Float32) -> Dense:
    """The same in binary16 where that changes next to nothing, else as it is."""
    with np.errstate(over="ignore"):
        half = values.astype(np.float16)
    wide = values.astype(np.float64)
    error = float(((half - wide) ** 2).sum())
    near = np.isfinite(half).all() and error <= HALF_ERROR**2 * float((wide**2).sum())
    return Dense(Floats(), half if near else values)
