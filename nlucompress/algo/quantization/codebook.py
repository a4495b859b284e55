"""Scalar codebooks: the 2^bits numbers that reproduce a set of values with least squared error.

Lloyd's iteration (Lloyd 1982, method I; Max 1960) on sorted values: each value goes to its nearest
centroid, each centroid to the mean of its values. One centroid is pinned to zero, so that small
weights still become exactly zero and can be dropped.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Float64 = NDArray[np.float64]

MAX_ITERATIONS = 100


def lloyd_max(values: NDArray[np.floating], bits: int) -> NDArray[np.float32]:
    """Fit at most 2^bits centroids: first zero, then the others, distinct and ascending.

    Args:
        values: Finite numbers, shape (n,); n may be 0.
        bits: 1 to 8.
    """
    ordered = np.sort(values[values != 0].astype(np.float64))
    if not len(ordered):
        return np.zeros(1, np.float32)
    fitted = [_lloyd(ordered, start) for start in _starts(ordered, (1 << bits) - 1)]
    best = min(fitted, key=lambda centroids: _squared_error(ordered, centroids))
    narrow = np.unique(best.astype(np.float32))
    return np.concatenate((np.zeros(1, np.float32), narrow[narrow != 0]))


def _starts(ordered: Float64, count: int) -> list[Float64]:
    """Sets of count centroids and zero; Lloyd's iteration keeps to the nearest optimum.

    Quantiles suit bulks, even spacing (with and without a level on zero) suits tails, and a density
    of the cube root of the values' own is best for many levels (Panter and Dite 1951).
    """
    quantiles = np.linspace(0, len(ordered) - 1, count).astype(np.int64)
    even = np.linspace(ordered[0], ordered[-1], count)
    bins, edges = np.histogram(ordered, bins=1024)
    mass = np.cumsum(np.cbrt(bins))
    compander = edges[np.searchsorted(mass, np.linspace(0, mass[-1], count))]
    spread = np.linspace(min(ordered[0], 0), max(ordered[-1], 0), count + 1)
    step = spread[1] - spread[0]
    through_zero = np.rint(spread / step) * step if step > 0 else spread
    return [
        np.unique(np.append(start, 0.0))[: count + 1]
        for start in (ordered[quantiles], even, compander, through_zero)
    ]


def _lloyd(ordered: Float64, centroids: Float64) -> Float64:
    for _ in range(MAX_ITERATIONS):
        moved = _mean_of_nearest(ordered, centroids)
        if np.array_equal(moved, centroids):
            break
        centroids = moved
    return centroids


def _squared_error(ordered: Float64, centroids: Float64) -> float:
    borders = (centroids[1:] + centroids[:-1]) / 2
    return float(((ordered - centroids[np.searchsorted(borders, ordered)]) ** 2).sum())


def _mean_of_nearest(ordered: Float64, centroids: Float64) -> Float64:
    borders = np.searchsorted(ordered, (centroids[1:] + centroids[:-1]) / 2)
    first = np.concatenate((np.zeros(1, np.int64), borders))
    count = np.diff(first, append=len(ordered))
    moved = centroids.copy()
    # Sums run by run: differences of running sums would lose small values behind a huge one.
    moved[count > 0] = np.add.reduceat(ordered, first[count > 0]) / count[count > 0]
    return np.unique(np.where(centroids == 0, 0.0, moved))


def nearest(values: NDArray[np.floating], centroids: NDArray[np.float32]) -> NDArray[np.uint8]:
    """Code of the nearest centroid of each value; a tie goes to the lower centroid."""
    order = np.argsort(centroids, kind="stable")
    ascending = centroids[order].astype(np.float64)
    borders = (ascending[1:] + ascending[:-1]) / 2
    return order[np.searchsorted(borders, values.astype(np.float64))].astype(np.uint8)
