"""Nearest neighbours by cosine, in blocks of bounded memory."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Float32 = NDArray[np.float32]
Int64 = NDArray[np.int64]

BLOCK_VALUES = 1 << 22  # similarities that are held at once


def unit(rows: Float32) -> Float32:
    """Rows divided by their lengths; a row of zeros stays one."""
    lengths = np.sqrt(np.einsum("ij,ij->i", rows, rows, dtype=np.float64))
    scale = np.divide(1, lengths, out=np.zeros_like(lengths), where=lengths > 0)
    result: Float32 = (rows * scale[:, None]).astype(np.float32)
    return result


def nearest(units: Float32, queries: Int64, count: int) -> Int64:
    """The rows of highest cosine for each query, best first; the query itself is none of them.

    Args:
        units: Rows of length 1, shape (rows, columns).
        queries: Rows to ask for.
        count: How many, below the number of rows.

    Returns:
        int64, shape (queries, count); of equal cosines the lower row comes first.
    """
    result = np.empty((len(queries), count), np.int64)
    step = max(1, BLOCK_VALUES // len(units))
    for begin in range(0, len(queries), step):
        asked = queries[begin : begin + step]
        cosines = units[asked] @ units.T
        cosines[np.arange(len(asked)), asked] = -np.inf
        bar = -np.partition(-cosines, count - 1, axis=1)[:, count - 1]
        for row, (line, least) in enumerate(zip(cosines, bar, strict=True)):
            found = np.flatnonzero(line >= least)
            result[begin + row] = found[np.argsort(-line[found], kind="stable")][:count]
    return result
