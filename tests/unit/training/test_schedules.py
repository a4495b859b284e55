"""Learning-rate schedules."""

from __future__ import annotations

from typing import get_args

import pytest

from nlucompress.training.schedules import Schedule, ScheduleName


@pytest.mark.parametrize("name", get_args(ScheduleName))
def test_rates_stay_within_their_bounds(name: str) -> None:
    schedule = Schedule(name, 1e-2, 1e-5, half_cycle=7, decay=0.5)  # type: ignore[arg-type]
    rates = [schedule.rate(step, 100) for step in range(100)]
    assert all(1e-5 * (1 - 1e-9) <= rate <= 1e-2 * (1 + 1e-9) for rate in rates)
    assert max(rates) == pytest.approx(1e-2)


def test_the_cycle_is_a_triangle() -> None:
    schedule = Schedule("clr", 1.0, 0.5, half_cycle=2)
    assert [schedule.rate(step, 9) for step in range(5)] == [0.5, 0.75, 1.0, 0.75, 0.5]


def test_the_upper_bound_is_annealed_and_pumped_up_again() -> None:
    schedule = Schedule("calr", 1e-3, 1e-6, half_cycle=1, decay=0.1)
    peaks = [schedule.rate(2 * cycle + 1, 99) for cycle in range(6)]
    assert peaks == pytest.approx([1e-3, 1e-4, 1e-5, 1e-3, 1e-4, 1e-5])


def test_the_upper_bound_can_fall_every_epoch() -> None:
    schedule = Schedule("calr", 1e-3, 1e-6, half_cycle=2, decay=0.1, decay_every="epoch")
    peaks = [schedule.rate(4 * cycle + 2, 99, 8) for cycle in range(8)]
    assert peaks == pytest.approx([1e-3, 1e-3, 1e-4, 1e-4, 1e-5, 1e-5, 1e-3, 1e-3])


def test_one_cycle_rises_then_falls() -> None:
    rates = [Schedule("onecycle", 1.0, 0.0001).rate(step, 100) for step in range(100)]
    peak = rates.index(max(rates))
    assert peak == 29 or peak == 30
    assert rates[:peak] == sorted(rates[:peak])
    assert rates[peak:] == sorted(rates[peak:], reverse=True)
