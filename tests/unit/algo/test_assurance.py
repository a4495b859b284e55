"""The margin that keeps a choice among many candidates within its bounds elsewhere."""

from __future__ import annotations

import numpy as np
import pytest

from nlucompress.algo.assurance import MOST, Bounded, margin

UNITS = 400
LIMIT = 0.05


def flips(rates: list[float], seed: int) -> np.ndarray:
    random = np.random.default_rng(seed)
    return (random.random((len(rates), UNITS)) < np.array(rates)[:, None]).astype(np.float32)


def bounded(values: np.ndarray, limit: float = LIMIT) -> Bounded:
    return Bounded(values, np.ones(UNITS, np.float32), limit)


def test_figures_and_errors() -> None:
    values = np.zeros((1, UNITS), np.float32)
    values[0, :20] = 1
    found = bounded(values)
    assert found.figures == pytest.approx([0.05])
    assert found.errors() == pytest.approx([np.sqrt(20 * 0.95 + 1) / UNITS])
    assert bounded(0 * values).errors() == [0]
    assert found.errors(0.5) == pytest.approx([np.sqrt(10 * 0.95 + 1) / (UNITS / 2)])


def test_units_of_several_answers_weigh_as_many() -> None:
    values = np.array([[1.0, 0.0, 2.0]], np.float32)
    found = Bounded(values, np.array([1.0, 3.0, 2.0], np.float32), LIMIT)
    assert found.figures == pytest.approx([0.5])
    assert found.drawn(np.array([[0, 1, 1]], np.float32)) == pytest.approx(np.array([[0.4]]))


def test_what_lies_far_within_needs_the_margin_of_one_alone() -> None:
    values = flips([0.001] * 5, 1)
    assert margin([bounded(values)], range(5), 0.1, 1) == pytest.approx(np.sqrt(2) * 1.2816, 1e-4)
    assert margin([bounded(values)], range(5), 0.5, 1) == pytest.approx(0, abs=1e-9)


def test_the_margin_grows_with_less_risk() -> None:
    values = flips(np.linspace(0.1, 0.0, 60).tolist(), 1)
    margins = [margin([bounded(values)], range(60), risk, 1) for risk in (0.5, 0.3, 0.1, 0.02)]
    assert margins == sorted(margins)
    assert margins[0] < margins[-1]
    assert margin([bounded(values)], range(60), 0.1, 1) == margins[2]


def test_the_choice_keeps_its_bound_on_unseen_examples() -> None:
    rates = np.linspace(0.12, 0.0, 60).tolist()
    missed = {0.0: 0, 0.1: 0}
    rounds = 40
    for seed in range(rounds):
        seen, unseen = flips(rates, seed), flips(rates, 1000 + seed)
        for risk in missed:
            held = bounded(seen)
            width = margin([held], range(60), risk, seed) if risk else 0.0
            ok = held.figures + width * held.errors() <= LIMIT
            missed[risk] += bool(ok.any() and unseen[ok.argmax()].mean() > LIMIT)
    assert missed[0.0] > 0.5 * rounds  # the smallest that meets its bound was lucky
    assert missed[0.1] <= 0.2 * rounds


def test_no_margin_keeps_what_always_misses_where_it_is_not_seen() -> None:
    luck = np.zeros((1, UNITS), np.float32)
    luck[0, : UNITS // 2] = 1e4  # so that every half is far from the limit on one side
    assert margin([bounded(np.zeros((1, UNITS))), bounded(luck)], [0], 0.1, 1) < MOST
