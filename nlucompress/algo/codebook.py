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
    # Sums of values before each index: the mean of a run is a difference of two of them.
    sums = np.concatenate((np.zeros(1), np.cumsum(ordered)))
    centroids = _start(ordered, (1 << bits) - 1)
    for _ in range(MAX_ITERATIONS):
        moved = _mean_of_nearest(ordered, sums, centroids)
        if np.array_equal(moved, centroids):
            break
        centroids = moved
    fitted = np.unique(centroids.astype(np.float32))
    return np.concatenate((np.zeros(1, np.float32), fitted[fitted != 0]))


def _start(ordered: Float64, count: int) -> Float64:
    """Zero and evenly spaced quantiles of the values."""
    at = np.linspace(0, len(ordered) - 1, count).astype(np.int64)
    return np.unique(np.append(ordered[at], 0.0))


def _mean_of_nearest(ordered: Float64, sums: Float64, centroids: Float64) -> Float64:
    borders = np.searchsorted(ordered, (centroids[1:] + centroids[:-1]) / 2)
    first = np.concatenate(([0], borders))
    last = np.concatenate((borders, [len(ordered)]))
    count = last - first
    mean = (sums[last] - sums[first]) / np.maximum(count, 1)
    moved = np.where((count > 0) & (centroids != 0), mean, centroids)
    return np.unique(moved)


def nearest(values: NDArray[np.floating], centroids: NDArray[np.float32]) -> NDArray[np.uint8]:
    """Code of the nearest centroid of each value; a tie goes to the lower centroid."""
    order = np.argsort(centroids, kind="stable")
    ascending = centroids[order].astype(np.float64)
    borders = (ascending[1:] + ascending[:-1]) / 2
    return order[np.searchsorted(borders, values.astype(np.float64))].astype(np.uint8)
