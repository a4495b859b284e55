"""Product quantization and k-means: nearer with more codes, the same for the same seed."""

from __future__ import annotations

import os
import subprocess
import sys

import numpy as np
import pytest
from numpy.typing import NDArray

from nlucompress.algo.quantization import kmeans, pq

RNG = np.random.default_rng(11)
MIXED = (RNG.normal(size=(900, 12)) * 0.75 ** np.arange(12)) @ RNG.normal(size=(12, 12))
VECTORS: NDArray[np.float32] = MIXED.astype(np.float32)


def error(quantizer: pq.Quantizer, vectors: NDArray[np.float32] = VECTORS) -> float:
    """Relative error of what the codes stand for."""
    codes = pq.codes(quantizer, vectors)
    picked = quantizer.centroids[np.arange(codes.shape[1]), codes]
    near = picked.reshape(len(vectors), -1)[:, : vectors.shape[1]]
    if quantizer.rotation is not None:
        near = near @ quantizer.rotation
    return float(np.linalg.norm(near - vectors) / np.linalg.norm(vectors))


def test_nearest_is_the_nearest() -> None:
    centroids = VECTORS[::50].copy()
    apart = ((VECTORS[:, None] - centroids) ** 2).sum(axis=2)
    found = kmeans.nearest(VECTORS, centroids)
    assert apart[np.arange(900), found] == pytest.approx(apart.min(axis=1), abs=1e-3)
    assert found[::50].tolist() == list(range(18))


def test_clusters_are_found() -> None:
    middles = np.array([[0, 0], [10, 0], [0, 10]], np.float32)
    points = np.repeat(middles, 30, axis=0) + RNG.normal(size=(90, 2)).astype(np.float32) * 0.1
    # All begin in one cluster; those that lose their points move beside the fullest.
    found = kmeans.lloyd(points, np.zeros((3, 2), np.float32) + points[0], 50)
    apart = np.linalg.norm(points[:, None] - found, axis=2).min(axis=1)
    assert apart.max() < 1
    assert kmeans.lloyd(points, middles, 0) is middles


def test_more_codes_and_rotation_lose_less() -> None:
    losses = [
        error(pq.fit(VECTORS, pieces, count, rotate, 0))
        for pieces, count, rotate in ((3, 8, False), (3, 64, False), (6, 64, False), (6, 64, True))
    ]
    assert losses == sorted(losses, reverse=True)
    assert losses[0] < 1
    assert losses[3] < 0.8 * losses[2]


def test_a_rotation_is_orthogonal() -> None:
    turn = pq.fit(VECTORS[:, :7], 3, 16, True, 0).rotation
    assert turn is not None
    assert turn @ turn.T == pytest.approx(np.eye(7), abs=1e-5)


@pytest.mark.parametrize("pieces", [1, 2, 4, 7])
@pytest.mark.parametrize("rotate", [False, True])
def test_as_many_centroids_as_vectors_lose_nothing(pieces: int, rotate: bool) -> None:
    few = VECTORS[:20, :7]
    assert error(pq.fit(few, pieces, 32, rotate, 1), few) < 1e-3


def test_zeros_and_one_vector() -> None:
    for vectors in (np.zeros((5, 4), np.float32), VECTORS[:1, :4]):
        found = pq.fit(vectors, 2, 4, True, 0)
        assert np.isfinite(found.centroids).all()
        assert pq.codes(found, vectors).shape == (len(vectors), 2)


PROGRAM = """
import hashlib
import numpy as np
from nlucompress.algo.quantization import pq
vectors = np.random.default_rng(1).normal(size=(9000, 96)).astype(np.float32)
digest = hashlib.sha256()
for rotate in (False, True):
    found = pq.fit(vectors, 16, 64, rotate, 5)
    digest.update(found.centroids.tobytes() + pq.codes(found, vectors).tobytes())
print(digest.hexdigest())
"""


def test_the_bytes_do_not_depend_on_the_number_of_threads() -> None:
    said = set()
    for threads in ("1", "2"):
        limits = {f"{name}_NUM_THREADS": threads for name in ("OPENBLAS", "OMP", "MKL")}
        done = subprocess.run(
            [sys.executable, "-c", PROGRAM],
            env={**os.environ, **limits},
            capture_output=True,
            check=True,
        )
        said.add(done.stdout)
    assert len(said) == 1


def test_the_seed_decides() -> None:
    first, again, other = (pq.fit(VECTORS, 3, 8, False, seed).centroids for seed in (1, 1, 2))
    assert np.array_equal(first, again)
    assert not np.array_equal(first, other)
