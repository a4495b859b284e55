"""Codebooks: by hand, against the uniform grid, and on ranges that lose digits."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from nlucompress.algo.quantization import affine, codebook


def squared_error(values: NDArray[np.float64], centroids: NDArray[np.float32]) -> float:
    """Error of the nearest centroids."""
    chosen = centroids[codebook.nearest(values, centroids)].astype(np.float64)
    return float(((values - chosen) ** 2).sum())


def grid_error(values: NDArray[np.float64], bits: int) -> float:
    """Error of the uniform grid over the same values."""
    grid = affine.fit(values[None], bits)
    return float(((values - grid.values(grid.codes(values, 0), 0).astype(np.float64)) ** 2).sum())


def test_few_values_are_their_own_centroids() -> None:
    centroids = codebook.lloyd_max(np.array([2.0, -1.0, 2.0, 0.0]), 2)
    assert centroids.dtype == np.float32
    assert centroids.tolist() == [0.0, -1.0, 2.0]


def test_means_by_hand() -> None:
    # Zero takes one of the two centroids, the mean of all values the other.
    assert codebook.lloyd_max(np.array([2.0, 3.0]), 1).tolist() == [0.0, 2.5]


@pytest.mark.parametrize("values", [[], [0.0], [0.0, -0.0]])
def test_nothing_but_zeros(values: list[float]) -> None:
    centroids = codebook.lloyd_max(np.array(values, np.float64), 4)
    assert centroids.tolist() == [0.0]
    assert not np.signbit(centroids).any()


@pytest.mark.parametrize("bits", range(1, 9))
def test_normal_numbers(bits: int) -> None:
    values = np.random.default_rng(bits).normal(size=3000)
    centroids = codebook.lloyd_max(values, bits)
    assert len(centroids) == 1 << bits
    assert centroids[0] == 0
    assert (np.diff(centroids[1:]) > 0).all()
    assert (centroids[1:] != 0).all()
    assert squared_error(values, centroids) < grid_error(values, bits)


@pytest.mark.parametrize("bits", range(2, 9))
def test_never_worse_than_the_grid_on_skewed_values(bits: int) -> None:
    """Many small values and a few large ones: quantiles alone would leave the large ones out."""
    rng = np.random.default_rng(7)
    values = np.concatenate((rng.normal(scale=0.01, size=2000), rng.uniform(5, 10, 20)))
    assert squared_error(values, codebook.lloyd_max(values, bits)) <= grid_error(values, bits)


def test_a_large_value_does_not_swallow_the_small_ones() -> None:
    """Means are differences of running sums, which one huge value must not spoil."""
    values = np.array([-1e20, 1, 1, 1, 2, 2, 2])
    assert codebook.lloyd_max(values, 2).tolist() == [0.0, np.float32(-1e20), 1.0, 2.0]


def test_order_of_the_values_does_not_matter() -> None:
    values = np.random.default_rng(1).normal(size=500)
    one, other = codebook.lloyd_max(values, 4), codebook.lloyd_max(values[::-1].copy(), 4)
    assert one.tobytes() == other.tobytes()


def test_the_nearest_centroid() -> None:
    centroids = np.array([0, -1, 3], np.float32)
    values = np.array([-9.0, -1.0, -0.6, -0.4, 0.0, 1.4, 1.6, 99.0])
    assert codebook.nearest(values, centroids).tolist() == [1, 1, 1, 0, 0, 0, 2, 2]


def test_a_tie_goes_to_the_lower_centroid() -> None:
    centroids = np.array([0, -1, 3], np.float32)
    assert codebook.nearest(np.array([-0.5, 1.5]), centroids).tolist() == [1, 0]


def test_zero_keeps_its_code() -> None:
    centroids = codebook.lloyd_max(np.random.default_rng(3).normal(size=200), 5)
    code = codebook.nearest(np.zeros(1), centroids)
    assert code.tolist() == [0]


def test_256_centroids_fit_a_byte() -> None:
    values = np.arange(-127.0, 129.0)
    centroids = codebook.lloyd_max(values, 8)
    assert centroids.tolist() == [0.0, *(value for value in values.tolist() if value)]
    code = codebook.nearest(values, centroids)
    assert centroids[code].tolist() == values.tolist()
    assert sorted(code.tolist()) == list(range(256))
