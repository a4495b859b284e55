"""k-means of many short vectors, the same centroids for the same seed.

Lloyd's iteration (Lloyd 1982): every vector goes to its nearest centroid, every centroid to the
mean of its vectors. A centroid that has lost all of its vectors moves beside one of the fullest.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Float32 = NDArray[np.float32]
Int64 = NDArray[np.int64]

BLOCK = 1 << 13  # vectors whose distances to all centroids are held at once
BESIDE = 1e-3  # relative distance of the two halves of a centroid


def nearest(vectors: Float32, centroids: Float32) -> Int64:
    """Number of the nearest centroid of each vector, shape (n,); of equal ones the first."""
    result = np.empty(len(vectors), np.int64)
    # |v - c|^2 is least where v . c - |c|^2 / 2 is greatest.
    half = 0.5 * (centroids**2).sum(axis=1)
    turned = np.ascontiguousarray(centroids.T)
    for begin in range(0, len(vectors), BLOCK):
        scores = vectors[begin : begin + BLOCK] @ turned
        scores -= half
        result[begin : begin + BLOCK] = scores.argmax(axis=1)
    return result


def starts(vectors: Float32, count: int, rng: np.random.Generator) -> Float32:
    """Some of the vectors, each at most once while there are enough."""
    chosen = rng.permutation(len(vectors))[:count]
    return vectors[np.resize(chosen, count)].copy()


def lloyd(vectors: Float32, centroids: Float32, iterations: int) -> Float32:
    """Move the centroids, at most so many times.

    Args:
        vectors: Shape (n, size), n at least 1.
        centroids: Shape (count, size).
        iterations: At least 0.
    """
    count, size = centroids.shape
    for _ in range(iterations):
        owner = nearest(vectors, centroids)
        members = np.bincount(owner, minlength=count)
        sums = np.stack(
            [np.bincount(owner, vectors[:, at], minlength=count) for at in range(size)], axis=1
        )
        moved = (sums / np.maximum(members, 1)[:, None]).astype(np.float32)
        fullest = np.argsort(-members, kind="stable")
        for at, empty in enumerate(np.flatnonzero(members == 0).tolist()):
            moved[empty] = moved[fullest[at % max(1, count // 2)]] * np.float32(1 + BESIDE)
        if np.array_equal(moved, centroids):
            break
        centroids = moved
    return centroids
