"""The grid or codebook that stored weights have, as a rounding of float weights."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from nlucompress.algo.quantization import codebook
from nlucompress.format.matrices import kinds as matrices
from nlucompress.format.matrices.kinds import Matrix
from nlucompress.format.matrices.numbers import Codebook, Float32, Floats, Int64, Linear, Numbers
from nlucompress.training.linear.refit import Rounding


def codes_of(
    numbers: Linear | Codebook, rows: Int64, columns: Int64, values: NDArray[np.floating]
) -> NDArray[np.uint8]:
    """Codes of the numbers nearest to these values."""
    part = numbers.partition.of(rows, columns)
    if isinstance(numbers, Linear):
        zero = numbers.zero(part)
        scale = numbers.scale.astype(np.float64)[part]
        steps = np.rint(values / np.where(scale != 0, scale, 1.0)) + zero
        codes: NDArray[np.uint8] = np.clip(steps, 0, min(numbers.levels, 256) - 1).astype(np.uint8)
        return codes
    result = np.zeros(len(values), np.uint8)
    for index in np.unique(part).tolist():
        of_part = part == index
        result[of_part] = codebook.nearest(values[of_part], numbers.centroids[index])
    return result


def rounding_of(numbers: Linear | Codebook, rows: Int64, columns: Int64) -> Rounding:
    """Weights at these places on their grid, zero elsewhere."""

    def rounded(matrix: Float32) -> Float32:
        codes = codes_of(numbers, rows, columns, matrix[rows, columns])
        result = np.zeros_like(matrix)
        result[rows, columns] = numbers.decode(codes, rows, columns)
        return result

    return rounded


def encoded(matrix: Float32, numbers: Numbers, old: Matrix) -> Matrix:
    """The weights in the encoding that they had."""
    if isinstance(numbers, Floats):
        return matrices.smaller(matrices.from_dense(matrix))
    if isinstance(old, matrices.Dense):
        at, by = (each.reshape(-1) for each in np.indices(matrix.shape))
        codes = codes_of(numbers, at, by, matrix.reshape(-1))
        return matrices.Dense(numbers, codes.reshape(matrix.shape))
    rows, columns = np.nonzero(matrix)
    codes = codes_of(numbers, rows, columns, matrix[rows, columns])
    return matrices.sparse_from(numbers, matrix.shape, rows, columns, codes)
