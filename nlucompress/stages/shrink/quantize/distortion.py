"""What a smaller matrix loses against the one that it was made from."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from nlucompress.algo import metrics
from nlucompress.format.matrices import kinds as matrices
from nlucompress.format.matrices.kinds import Matrix, Sparse
from nlucompress.format.matrices.numbers import Float32, Int64

BLOCK_VALUES = 1 << 20  # numbers that are decoded at once


def blocks(matrix: Matrix) -> Iterator[tuple[Int64, Float32]]:
    """All rows, some at a time, with their indices."""
    height, width = matrix.shape
    step = max(1, BLOCK_VALUES // max(width, 1))
    for begin in range(0, height, step):
        index = np.arange(begin, min(begin + step, height))
        yield index, matrix.rows(index)


def figures(before: Matrix, after: Matrix) -> dict[str, Any]:
    """Errors, and how many numbers are not zero, of a matrix of the same shape."""
    error = power = 0.0
    weights = left = 0
    for old, new in _pairs(before, after):
        wide = old.astype(np.float64)
        error += float(((wide - new) ** 2).sum())
        power += float((wide**2).sum())
        weights += int(np.count_nonzero(old))
        left += int(np.count_nonzero(new))
    total = before.shape[0] * before.shape[1]
    return {
        "squared_error": error,
        "relative_error": float(np.sqrt(error / power)) if power > 0 else 0.0,
        "signal_to_noise_db": metrics.signal_to_noise(power, error),
        "weights": weights,
        "weights_after": left,
        "zeros": 1 - left / total if total else 0.0,
        "rows": before.shape[0],
    }


def _pairs(before: Matrix, after: Matrix) -> Iterator[tuple[Float32, Float32]]:
    """Numbers of both; of sparse rows those that either lists, the others being zero in both."""
    if not isinstance(before, Sparse) or not isinstance(after, Sparse):
        for (_, old), (_, new) in zip(blocks(before), blocks(after), strict=True):
            yield old, new
        return
    rows, columns, old = matrices.values_of(before)
    at = rows * before.shape[1] + columns
    new_rows, new_columns, listed = matrices.values_of(after)
    new = np.zeros_like(old)
    new[np.searchsorted(at, new_rows * before.shape[1] + new_columns)] = listed
    yield old, new
