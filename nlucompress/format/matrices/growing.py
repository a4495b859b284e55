"""A matrix with rows of zeros behind its own."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from nlucompress.format.matrices.kinds import Matrix, Product
from nlucompress.format.matrices.numbers import Codebook, Linear, Numbers
from nlucompress.format.matrices.plain import Dense, Sparse


def with_empty_rows(matrix: Matrix, count: int) -> Matrix | None:
    """The matrix and so many rows of zeros; None where its encoding cannot grow."""
    if isinstance(matrix, Product):
        left = with_empty_rows(matrix.left, count)
        return None if left is None else replace(matrix, left=left)
    if not isinstance(matrix, Dense | Sparse):
        return None
    numbers = _grown(matrix.numbers, count)
    if isinstance(matrix, Sparse):
        starts = np.concatenate((matrix.starts, np.repeat(matrix.starts[-1:], count)))
        return replace(matrix, numbers=numbers, starts=starts)
    height, width = matrix.shape
    codes = np.zeros((count, width), matrix.codes.dtype)
    if isinstance(numbers, Linear | Codebook):
        rows, columns = np.arange(height, height + count)[:, None], np.arange(width)[None, :]
        codes += numbers.zero(numbers.partition.of(rows, columns)).astype(codes.dtype)
    return replace(matrix, numbers=numbers, codes=np.concatenate((matrix.codes, codes)))


def _grown(numbers: Numbers, count: int) -> Numbers:
    """The same with parts for more rows, if every row is one."""
    if not isinstance(numbers, Linear | Codebook) or numbers.partition.per != "row":
        return numbers
    if isinstance(numbers, Codebook):
        more = np.zeros((count, numbers.levels), np.float32)
        return replace(numbers, centroids=np.concatenate((numbers.centroids, more)))
    scale = np.concatenate((numbers.scale, np.zeros(count, numbers.scale.dtype)))
    zero_point = numbers.zero_point
    if len(zero_point) > 1 or len(numbers.scale) == 1:
        zero_point = np.concatenate((zero_point, np.repeat(zero_point[-1:], count)))
    return replace(numbers, scale=scale, zero_point=zero_point)
