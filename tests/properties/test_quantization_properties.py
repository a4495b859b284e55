"""Grids and codebooks over arbitrary numbers."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from numpy.typing import NDArray

from nlucompress.algo.quantization import affine, codebook

Float32 = NDArray[np.float32]
LIMIT = float(np.float32(1e30))
RULES: list[affine.RangeRule] = ["minmax", "percentile", "mse"]
NUMBERS = st.one_of(
    st.floats(-LIMIT, LIMIT, width=32),
    st.floats(-1, 1, width=32),
    st.sampled_from([0.0, -0.0, 1.0, float(np.float32(1e-40)), -LIMIT]),
)
PARTS = arrays.arrays(
    np.float32, st.tuples(st.integers(1, 4), st.integers(1, 20)), elements=NUMBERS
)


def decoded(grid: affine.Grid, values: Float32) -> NDArray[np.float64]:
    """What the codes of the values stand for, part by part."""
    part = np.arange(len(values))[:, None]
    return grid.values(grid.codes(values, part), part).astype(np.float64)


@given(PARTS, st.integers(1, 8), st.sampled_from(RULES))
def test_zero_is_exact(values: Float32, bits: int, rule: affine.RangeRule) -> None:
    grid = affine.fit(values, bits, rule)
    assert not decoded(grid, np.zeros_like(values)).any()
    assert (grid.zero_point < grid.levels).all()


@given(PARTS, st.integers(1, 8), st.sampled_from(RULES))
def test_error_is_at_most_half_a_step_inside_the_range(
    values: Float32, bits: int, rule: affine.RangeRule
) -> None:
    grid = affine.fit(values, bits, rule)
    scale = grid.scale.astype(np.float64)[:, None]
    zero = grid.zero_point.astype(np.float64)[:, None]
    inside = (values >= -zero * scale) & (values <= (grid.levels - 1 - zero) * scale)
    error = np.abs(decoded(grid, values) - values)
    # A float32 product is off by 2^-24 of at most 255 steps.
    assert (error <= np.where(inside, scale * (0.5 + 2e-5) + 1e-45, np.inf)).all()


@given(PARTS, st.integers(1, 8))
def test_minmax_leaves_nothing_out(values: Float32, bits: int) -> None:
    grid = affine.fit(values, bits)
    scale = grid.scale.astype(np.float64)[:, None]
    # A scale below the normal float32 numbers is itself off by 2^-150.
    slack = np.where(scale < 2e-38, 256 * 2.0**-149, 0.0)
    error = np.abs(decoded(grid, values) - values)
    assert (error <= scale * (0.5 + 1e-4) + slack).all()


@given(PARTS, st.integers(1, 8), st.sampled_from(RULES))
def test_codes_are_the_nearest(values: Float32, bits: int, rule: affine.RangeRule) -> None:
    grid = affine.fit(values, bits, rule)
    for row, part in enumerate(values):
        levels = grid.values(np.arange(grid.levels), row).astype(np.float64)
        best = np.abs(part.astype(np.float64)[:, None] - levels).min(axis=1)
        error = np.abs(decoded(grid, values)[row] - part)
        assert (error <= best + 2e-5 * float(grid.scale[row]) + 1e-45).all()


@given(PARTS, st.integers(1, 8), st.integers(0, 99))
def test_quantizing_again_changes_nothing(values: Float32, bits: int, seed: int) -> None:
    grid = affine.fit(values, bits)
    once = decoded(grid, values).astype(np.float32)
    part = np.arange(len(values))[:, None]
    assert np.array_equal(grid.codes(once, part), grid.codes(values, part))


@st.composite
def samples(draw: st.DrawFn) -> NDArray[np.float64]:
    """Numbers of many sizes, in clusters or not, with some far out."""
    listed = draw(st.lists(st.floats(-1e6, 1e6, width=32), max_size=40))
    rng = np.random.default_rng(draw(st.integers(0, 1 << 32)))
    heavy = rng.standard_t(draw(st.sampled_from([1, 3, 50])), draw(st.integers(0, 300)))
    return np.concatenate((np.array(listed, np.float64), heavy * draw(st.sampled_from([1, 1e-3]))))


@given(samples(), st.integers(1, 8))
def test_codebook_is_never_worse_than_the_grid(values: NDArray[np.float64], bits: int) -> None:
    centroids = codebook.lloyd_max(values, bits)
    grid = affine.fit(values[None], bits)
    chosen = centroids[codebook.nearest(values, centroids)].astype(np.float64)
    own = float(((values - chosen) ** 2).sum())
    uniform = float(
        ((values - grid.values(grid.codes(values, 0), 0).astype(np.float64)) ** 2).sum()
    )
    # Centroids are rounded to float32, by at most 2^-24 of themselves.
    rounding = float(((2.0**-23 * values) ** 2).sum())
    assert own <= uniform * (1 + 1e-6) + rounding + 1e-30


@given(samples(), st.integers(1, 8))
def test_codebook_begins_with_zero_and_ascends(values: NDArray[np.float64], bits: int) -> None:
    centroids = codebook.lloyd_max(values, bits)
    assert 1 <= len(centroids) <= 1 << bits
    assert centroids[0] == 0
    assert not np.signbit(centroids[0])
    assert (np.diff(centroids[1:]) > 0).all()
    assert (centroids[1:] != 0).all()


@given(samples(), st.integers(1, 8))
def test_every_code_is_the_nearest(values: NDArray[np.float64], bits: int) -> None:
    centroids = codebook.lloyd_max(values, bits).astype(np.float64)
    chosen = centroids[codebook.nearest(values, centroids.astype(np.float32))]
    best = np.abs(values[:, None] - centroids).min(axis=1)
    assert np.array_equal(np.abs(values - chosen), best)
