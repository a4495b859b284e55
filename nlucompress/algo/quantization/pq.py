"""Product quantization: short vectors to codes, subvector by subvector.

A vector is cut into subvectors of neighbouring columns, and each is replaced by the nearest of the
centroids that k-means finds for its place (Jegou et al. 2011, Product Quantization for Nearest
Neighbor Search). A rotation before the cut spreads what the columns hold evenly over the
subvectors; it is found by turns with the centroids (Ge et al. 2013, Optimized Product Quantization,
section 3.1).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nlucompress.algo.quantization import kmeans
from nlucompress.algo.threads import single_threaded
from nlucompress.progress import told

Float32 = NDArray[np.float32]

SAMPLE = 64  # vectors per centroid that k-means sees, where there are more
ITERATIONS = 15  # of k-means
TURNS = 12  # of rotation and centroids
BLOCK = 1 << 13  # vectors that are rotated at once


@dataclass(frozen=True)
class Quantizer:
    """Centroids of every subvector.

    Attributes:
        centroids: float32, shape (subvectors, count, size); columns beyond the last are 0.
        rotation: float32, shape (columns, columns), orthogonal: a vector is about its centroids
            times this; or None.
    """

    centroids: Float32
    rotation: Float32 | None


@single_threaded
def fit(vectors: Float32, subvectors: int, count: int, rotate: bool, seed: int) -> Quantizer:
    """Find centroids, and a rotation if one is wanted, on a sample of the vectors.

    Args:
        vectors: Shape (n, columns), finite, n and columns at least 1.
        subvectors: 1 to columns.
        count: Centroids of each subvector.
        rotate: Whether to find a rotation.
        seed: Of the sample and of the first centroids.
    """
    rng = np.random.default_rng(seed)
    wanted = min(len(vectors), SAMPLE * count)
    sample = vectors[np.sort(rng.permutation(len(vectors))[:wanted])]
    if not rotate:
        return Quantizer(_centroids(sample, subvectors, count, rng), None)
    turn = _spread(sample, subvectors)
    centroids = None
    for _ in told("rotation and centroids", range(TURNS)):
        turned = sample @ turn
        cut = _cut(turned, subvectors)
        if centroids is None:
            centroids = [kmeans.starts(part, count, rng) for part in cut]
        centroids = [kmeans.lloyd(part, old, 2) for part, old in zip(cut, centroids, strict=True)]
        chosen = [each[kmeans.nearest(p, each)] for p, each in zip(cut, centroids, strict=True)]
        near = np.concatenate(chosen, axis=1)[:, : sample.shape[1]]
        # The rotation that brings the vectors nearest to their centroids (Schönemann 1966).
        left, _, right = np.linalg.svd(sample.T.astype(np.float64) @ near)
        turn = (left @ right).astype(np.float32)
    return Quantizer(_centroids(sample @ turn, subvectors, count, rng), turn.T.copy())


def _spread(vectors: Float32, subvectors: int) -> Float32:
    """A rotation to begin with: principal axes, dealt to the subvectors by falling variance."""
    columns = vectors.shape[1]
    wide = vectors.astype(np.float64)
    axes = np.linalg.eigh(wide.T @ wide)[1][:, ::-1]
    size = -(-columns // subvectors)
    places = np.arange(subvectors * size).reshape(subvectors, size).T.reshape(-1)
    order = np.empty(columns, np.int64)
    order[places[places < columns]] = np.arange(columns)
    return axes[:, order].astype(np.float32)


def _cut(vectors: Float32, subvectors: int) -> list[Float32]:
    """The subvectors, each (n, size); columns of zeros fill the last."""
    size = -(-vectors.shape[1] // subvectors)
    missing = subvectors * size - vectors.shape[1]
    if missing:
        vectors = np.pad(vectors, ((0, 0), (0, missing)))
    return [np.ascontiguousarray(part) for part in np.split(vectors, subvectors, axis=1)]


def _centroids(vectors: Float32, subvectors: int, count: int, rng: np.random.Generator) -> Float32:
    return np.stack(
        [
            kmeans.lloyd(part, kmeans.starts(part, count, rng), ITERATIONS)
            for part in told("centroids", _cut(vectors, subvectors))
        ]
    )


@single_threaded
def codes(quantizer: Quantizer, vectors: Float32) -> NDArray[np.uint8]:
    """Codes of the nearest centroids, shape (n, subvectors); count is at most 256."""
    subvectors = len(quantizer.centroids)
    result = np.empty((len(vectors), subvectors), np.uint8)
    for begin in told("codes of rows", range(0, len(vectors), BLOCK)):
        block = vectors[begin : begin + BLOCK]
        if quantizer.rotation is not None:
            block = block @ quantizer.rotation.T
        for at, part in enumerate(_cut(block, subvectors)):
            result[begin : begin + BLOCK, at] = kmeans.nearest(part, quantizer.centroids[at])
    return result
