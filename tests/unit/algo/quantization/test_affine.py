"""Uniform grids: an exact zero, no error above half a step, and the hard ranges."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from nlucompress.algo.quantization import affine

HALF = 0.5 + 1e-6  # half a step, and the rounding of a float32 product
RULES: list[affine.RangeRule] = ["minmax", "percentile", "mse"]


def part_of(*values: float) -> NDArray[np.float32]:
    """One part of these values."""
    return np.array([values], np.float32)


def decoded(grid: affine.Grid, values: NDArray[np.float32]) -> NDArray[np.float64]:
    """What the codes of the values stand for, part by part."""
    part = np.arange(len(values))[:, None]
    return grid.values(grid.codes(values, part), part).astype(np.float64)


HARD = {
    "all zero": part_of(0, 0, 0),
    "one value": part_of(3.5),
    "one negative value": part_of(-3.5),
    "least and greatest agree": part_of(7, 7, 7, 7),
    "negative only": part_of(-1, -2, -5),
    "positive only": part_of(0.25, 9),
    "zero at one end": part_of(0, 4),
    "skewed": part_of(-0.001, 1000),
    "huge": part_of(-1e30, 1e30, 3e29, 0),
    "tiny": part_of(-1e-40, 7e-41, 0),
    "huge and tiny": part_of(1e30, 1e-40),
    "least float": part_of(1e-45),
    "negative zero": part_of(-0.0, 1),
}


@pytest.mark.parametrize("bits", range(1, 9))
@pytest.mark.parametrize("name", HARD)
def test_hard_ranges(name: str, bits: int) -> None:
    values = HARD[name]
    grid = affine.fit(values, bits)
    assert grid.levels == 1 << bits
    assert np.isfinite(grid.scale).all()
    assert (grid.scale >= 0).all()
    assert int(grid.zero_point[0]) < grid.levels
    zero = grid.codes(np.zeros((1, 1), np.float32), 0)
    assert zero.tolist() == [[int(grid.zero_point[0])]]
    assert grid.values(zero, 0).tolist() == [[0.0]]
    if name != "least float":  # its scale cannot be written
        error = np.abs(decoded(grid, values) - values)
        assert (error <= HALF * float(grid.scale[0]) + 1e-45).all()


def test_scale_is_zero_for_zeros_only() -> None:
    grid = affine.fit(np.array([[0, 0], [0, 1]], np.float32), 8)
    assert grid.scale.tolist() == [0.0, pytest.approx(1 / 255)]
    assert decoded(grid, np.array([[0, 0], [0, 1]], np.float32)).tolist() == [
        [0, 0],
        [0, pytest.approx(1)],
    ]


def test_codes_by_hand() -> None:
    grid = affine.fit(part_of(-1, 2), 2)
    assert (grid.scale.tolist(), grid.zero_point.tolist()) == ([1.0], [1])
    values = part_of(-9, -1, -0.4, 0, 0.4, 0.6, 2, 9)
    assert grid.codes(values, 0).tolist() == [[0, 0, 1, 1, 1, 2, 3, 3]]
    assert grid.values(np.array([0, 1, 2, 3], np.uint8), 0).tolist() == [-1, 0, 1, 2]


def test_ties_go_to_the_even_step() -> None:
    grid = affine.Grid(np.ones(1, np.float32), np.array([8], np.uint8), 16)
    assert (grid.codes(part_of(-1.5, -0.5, 0.5, 1.5, 2.5), 0) - 8.0).tolist() == [[-2, 0, 0, 2, 2]]


def test_nan_marks_no_value() -> None:
    values = np.array([[np.nan, 1, -1], [np.nan, np.nan, np.nan]], np.float32)
    for rule in RULES:
        grid, alone = affine.fit(values, 4, rule), affine.fit(part_of(1, -1), 4, rule)
        assert grid.scale.tolist() == [float(alone.scale[0]), 0.0]
        assert grid.zero_point.tolist() == [int(alone.zero_point[0]), 0]


def test_no_values_at_all() -> None:
    for rule in RULES:
        grid = affine.fit(np.zeros((2, 0), np.float32), 4, rule)
        assert (grid.scale.tolist(), grid.zero_point.tolist()) == ([0, 0], [0, 0])


def test_parts_do_not_touch_each_other() -> None:
    rng = np.random.default_rng(2)
    values = (rng.normal(size=(5, 40)) * [[1e-3], [1], [1e3], [0], [7]]).astype(np.float32)
    for rule in RULES:
        together = affine.fit(values, 5, rule)
        alone = [affine.fit(row[None], 5, rule) for row in values]
        assert together.scale.tolist() == [float(grid.scale[0]) for grid in alone]
        assert together.zero_point.tolist() == [int(grid.zero_point[0]) for grid in alone]


def test_percentile_cuts_both_tails() -> None:
    values = np.linspace(-1, 1, 1001, dtype=np.float32)[None]
    values[0, [0, -1]] = -100, 100
    whole = affine.fit(values, 8, "minmax")
    cut = affine.fit(values, 8, "percentile", 99.0)
    assert float(whole.scale[0]) == pytest.approx(200 / 255)
    assert float(cut.scale[0]) == pytest.approx(2 * 0.99 / 255, rel=1e-3)
    assert affine.fit(values, 8, "percentile", 100.0).scale.tolist() == whole.scale.tolist()


@pytest.mark.parametrize("bits", [2, 3, 4, 8])
def test_mse_beats_minmax_where_one_value_lies_far_out(bits: int) -> None:
    rng = np.random.default_rng(4)
    values = np.append(rng.normal(size=2000), 60).astype(np.float32)[None]
    errors = [
        float(((decoded(affine.fit(values, bits, rule), values) - values) ** 2).sum())
        for rule in ("minmax", "mse")
    ]
    assert errors[1] <= errors[0]
    if bits == 4:
        assert errors[1] < 0.95 * errors[0]


def test_one_float32_product() -> None:
    """The same bits on every machine: no detour over float64."""
    grid = affine.Grid(np.array([0.1], np.float32), np.array([3], np.uint8), 256)
    codes = np.arange(256, dtype=np.uint8)
    values = grid.values(codes, 0)
    assert values.dtype == np.float32
    expected = [np.float32(code - 3) * np.float32(0.1) for code in range(256)]
    assert values.tolist() == [float(each) for each in expected]
