"""Truncated SVD against NumPy's full one, and against what else could be tried."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys

import numpy as np
import pytest
from numpy.typing import NDArray

from nlucompress.algo import lowrank

RNG = np.random.default_rng(5)
SHAPES = [(40, 7), (7, 40), (9, 9)]


def drawn(shape: tuple[int, int]) -> NDArray[np.float32]:
    """Rows of falling variance in random directions."""
    scales = 0.7 ** np.arange(shape[1])
    turn = np.linalg.qr(RNG.normal(size=(shape[1], shape[1])))[0]
    values: NDArray[np.float32] = (RNG.normal(size=shape) * scales @ turn).astype(np.float32)
    return values


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("rank", [1, 3, 6])
def test_nothing_of_that_rank_is_nearer(shape: tuple[int, int], rank: int) -> None:
    values = drawn(shape)
    found = lowrank.spectrum(values)
    left, right = lowrank.factors(values, found, rank)
    singular = np.linalg.svd(values.astype(np.float64), compute_uv=False)
    assert np.sqrt(found.energy) == pytest.approx(singular, abs=1e-6)
    best = float(np.sqrt((singular[rank:] ** 2).sum() / (singular**2).sum()))
    assert lowrank.relative_error(values, left, right) == pytest.approx(best, abs=1e-5)
    assert found.retained(rank) == pytest.approx(1 - best**2, abs=1e-6)


@pytest.mark.parametrize("shape", SHAPES)
def test_weights_make_the_weighted_error_least(shape: tuple[int, int]) -> None:
    values, rank = drawn(shape), 3
    weights = RNG.random(shape[0]) ** 4
    weights[2] = 0

    def error(found: lowrank.Spectrum) -> float:
        left, right = lowrank.factors(values, found, rank)
        apart = values - left.astype(np.float64) @ right
        return float((weights[:, None] * apart**2).sum())

    weighted = lowrank.spectrum(values, weights)
    singular = np.linalg.svd(np.sqrt(weights)[:, None] * values, compute_uv=False)
    assert error(weighted) == pytest.approx(float((singular[rank:] ** 2).sum()), rel=1e-4)
    assert error(weighted) < error(lowrank.spectrum(values))
    left, right = lowrank.factors(values, weighted, rank)
    # A row of no weight is projected like any other.
    own = values[2] @ np.linalg.pinv(right.astype(np.float64)) @ right
    assert left[2] @ right == pytest.approx(own, abs=1e-4)


def test_factors_are_balanced_and_signed() -> None:
    values = drawn((40, 7))
    left, right = lowrank.factors(values, lowrank.spectrum(values), 4)
    assert (left.astype(np.float64) ** 2).sum(axis=0) == pytest.approx(
        (right.astype(np.float64) ** 2).sum(axis=1), rel=1e-5
    )
    assert (right[np.arange(4), np.abs(right).argmax(axis=1)] > 0).all()


def test_ranks() -> None:
    found = lowrank.Spectrum(np.array([6.0, 3, 1]), np.eye(3))
    assert [found.rank_of(share) for share in (0.1, 0.6, 0.61, 0.9, 0.95)] == [1, 1, 2, 2, 3]
    assert [found.retained(rank) for rank in (1, 2, 3)] == [0.6, 0.9, 1]
    assert lowrank.rank_of_ratio((91_467, 300), 0.9) == 29
    assert lowrank.rank_of_ratio((3, 3), 0.5) == 0
    assert lowrank.largest_ratio((3, 3)) == pytest.approx(1 / 3)


def test_zeros_and_low_rank_are_reproduced() -> None:
    zeros = np.zeros((5, 4), np.float32)
    left, right = lowrank.factors(zeros, lowrank.spectrum(zeros), 2)
    assert not (left @ right).any()
    assert lowrank.relative_error(zeros, left, right) == 0
    low = np.outer(np.arange(5), [1, 2, 3, 4]).astype(np.float32)
    left, right = lowrank.factors(low, lowrank.spectrum(low), 3)
    assert np.isfinite(left).all()
    assert left @ right == pytest.approx(low, abs=1e-5)


PROGRAM = """
import hashlib
import numpy as np
from nlucompress.algo import lowrank
values = np.random.default_rng(1).normal(size=(6000, 220)).astype(np.float32)
weights = np.random.default_rng(2).random(6000)
digest = hashlib.sha256()
for each in (None, weights):
    for part in lowrank.factors(values, lowrank.spectrum(values, each), 40):
        digest.update(part.tobytes())
print(digest.hexdigest())
"""


def test_the_bytes_do_not_depend_on_the_number_of_threads() -> None:
    said = set()
    for threads in ("1", "2", "4"):
        limits = {f"{name}_NUM_THREADS": threads for name in ("OPENBLAS", "OMP", "MKL")}
        done = subprocess.run(
            [sys.executable, "-c", PROGRAM],
            env={**os.environ, **limits},
            capture_output=True,
            check=True,
        )
        said.add(done.stdout)
    assert len(said) == 1
    assert len(said.pop().strip()) == 2 * hashlib.sha256().digest_size
