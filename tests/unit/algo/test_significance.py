"""Intervals and tests of flips."""

from __future__ import annotations

import math

import pytest

from nlucompress.algo.significance import significance, wilson


def test_mcnemar_is_the_binomial_test_of_the_flips() -> None:
    expected = 2 * sum(math.comb(12, k) for k in range(3)) / 2**12
    assert significance(100, 10, 2).p_value == pytest.approx(expected)
    assert significance(100, 2, 10).p_value == pytest.approx(expected)
    assert significance(100, 0, 0).p_value == 1


def test_intervals_hold_the_rates_and_narrow_with_the_examples() -> None:
    few, many = significance(100, 10, 5), significance(10_000, 1000, 500)
    for each in (few, many):
        assert each.nfr.low < 0.1 < each.nfr.high
        assert each.drop.low < 0.05 < each.drop.high
    assert many.nfr.high - many.nfr.low < 0.2 * (few.nfr.high - few.nfr.low)
    # the normal approximation: 1.96 sqrt(p (1 - p) / n)
    assert many.nfr.high - 0.1 == pytest.approx(1.96 * math.sqrt(0.09 / 10_000), rel=0.05)


def test_more_confidence_is_wider_and_the_draw_is_the_same_each_time() -> None:
    wide, narrow = significance(500, 20, 10, 0.99), significance(500, 20, 10, 0.8)
    assert wide.nfr.low < narrow.nfr.low < narrow.nfr.high < wide.nfr.high
    assert significance(500, 20, 10) == significance(500, 20, 10)


def test_no_flips_leave_no_doubt() -> None:
    found = significance(50, 0, 0)
    assert (found.nfr.low, found.nfr.high, found.drop.low, found.drop.high) == (0, 0, 0, 0)


def test_wilson_solves_its_equation() -> None:
    """Both ends are the shares p0 with |p - p0| = z sqrt(p0 (1 - p0) / n)."""
    found = wilson(81, 100, 0.95)
    for end in (found.low, found.high):
        assert abs(0.81 - end) == pytest.approx(1.959964 * math.sqrt(end * (1 - end) / 100))
    assert found.low < 0.81 < found.high
    assert (wilson(0, 10).low, wilson(10, 10).high) == (0, 1)
    assert 0 < wilson(0, 10).high < 0.3
