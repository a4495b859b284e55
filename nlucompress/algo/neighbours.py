"""Nearest neighbours by cosine, in blocks of bounded memory."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from nlucompress.progress import told

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
    return nearest_to(units, units[queries], count, queries)


def nearest_to(units: Float32, asked: Float32, count: int, but: Int64 | None = None) -> Int64:
    """The rows of highest cosine for each of other rows, best first.

    Args:
        units: Rows of length 1 among which is looked, shape (rows, columns).
        asked: Rows of length 1 to ask with, shape (queries, columns).
        count: How many, at most the number of rows.
        but: For each query a row that is not to be found, shape (queries,), or None.

    Returns:
        int64, shape (queries, count); of equal cosines the lower row comes first.
    """
    result = np.empty((len(asked), count), np.int64)
    step = max(1, BLOCK_VALUES // len(units))
    for begin in told("nearest neighbours", range(0, len(asked), step)):
        cosines = asked[begin : begin + step] @ units.T
        if but is not None:
            cosines[np.arange(len(cosines)), but[begin : begin + step]] = -np.inf
        bar = -np.partition(-cosines, count - 1, axis=1)[:, count - 1]
        for row, (line, least) in enumerate(zip(cosines, bar, strict=True)):
            found = np.flatnonzero(line >= least)
            result[begin + row] = found[np.argsort(-line[found], kind="stable")][:count]
    return result
