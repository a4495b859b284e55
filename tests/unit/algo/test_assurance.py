"""Bounds on figures of unseen examples."""

from __future__ import annotations

from math import comb

import numpy as np
import pytest

from nlucompress.algo.assurance import (
    Counts,
    design_effect,
    drop_limit,
    flips_limit,
    least_examples,
)


def tail(seen: int, unseen: int) -> float:
    """P(at most so many seen flips before the unseen one of this number), counted out."""
    return sum(comb(unseen - 1 + at, at) * 0.5 ** (unseen + at) for at in range(seen + 1))


@pytest.mark.parametrize("risk", [0.02, 0.1, 0.3])
def test_flips_are_bounded_as_counted_out(risk: float) -> None:
    for seen, found in enumerate(flips_limit(np.arange(30.0), 1000, risk).tolist()):
        assert tail(seen, int(found) + 1) <= risk
        assert found == 0 or tail(seen, int(found)) > risk


def test_a_candidate_that_flips_nothing_is_not_sure_on_few_examples() -> None:
    assert flips_limit(np.zeros(1), 700, 0.1).tolist() == [3]
    assert least_examples(0.005, 0.1) == 600
    for risk in (0.02, 0.1, 0.4):
        needed = least_examples(0.01, risk)
        assert flips_limit(np.zeros(1), needed, risk)[0] <= 0.01 * needed + 1e-9
        assert flips_limit(np.zeros(1), needed - 1, risk)[0] > 0.01 * (needed - 1)
    assert least_examples(0.0, 0.1) == np.inf


def test_drop_is_bounded_by_flips_for_the_worse() -> None:
    worse, better = np.array([0.0, 5.0, 5.0]), np.array([0.0, 0.0, 9.0])
    counts = Counts(worse, better, 1000.0)
    assert counts.figures.tolist() == [0, 0.005, -0.004]
    bounds = counts.bounds(0.1)
    assert (bounds <= flips_limit(worse, 1000, 0.1) / 1000).all()
    assert (bounds >= np.maximum(counts.figures, 0)).all()
    assert bounds[2] < bounds[1]
    assert (drop_limit(worse, better, 1000, 0.02) > drop_limit(worse, better, 1000, 0.2)).all()


@pytest.mark.parametrize("positive", [0.0, 0.01])
def test_unseen_figures_exceed_their_bound_as_often_as_the_risk_says(positive: float) -> None:
    random = np.random.default_rng(1)
    n, rate, risk = 800, 0.02, 0.1

    def drawn() -> tuple[np.ndarray, np.ndarray]:
        worse = random.binomial(n, rate, 4000).astype(float)
        return worse, random.binomial(n, positive, 4000).astype(float)

    worse, better = drawn()
    bounds = Counts(worse, better if positive else None, n).bounds(risk)
    unseen = drawn()
    exceeded = ((unseen[0] - unseen[1]) / n > bounds + 1e-12).mean()
    assert 0.05 < exceeded <= 1.15 * risk


def test_the_smallest_of_candidates_that_flip_ever_more_keeps_its_limit() -> None:
    random = np.random.default_rng(2)
    n, limit, missed, rounds = 1000, 0.012, 0, 1500
    rates = np.linspace(0.03, 0.0, 200)  # from the smallest file on
    for _ in range(rounds):
        seen, unseen = random.random((2, n, 1))
        counts = Counts((seen < rates).sum(axis=0).astype(float), None, n)
        chosen = int((counts.bounds(0.1) <= limit).argmax())
        missed += (unseen < rates[chosen]).mean() > limit
    assert 0.06 * rounds < missed <= 0.11 * rounds


def test_examples_that_are_drawn_together_count_as_fewer() -> None:
    random = np.random.default_rng(3)
    sizes = np.full(500, 8.0)
    alone = (random.random((3, 500, 8)) < 0.05).sum(axis=2).astype(float)
    together = 8.0 * (random.random((3, 500)) < 0.05)
    assert design_effect(alone, sizes) == pytest.approx(1, abs=0.15)
    assert design_effect(together, sizes) == pytest.approx(8, rel=0.15)
    assert design_effect(0 * alone, sizes) == 8
    assert design_effect(random.random((3, 500)), np.ones(500)) == 1
    counts = Counts.of(together, None, sizes)
    assert counts.examples == pytest.approx(500, rel=0.15)
    assert counts.figures == pytest.approx(together.sum(axis=1) / 4000)


def test_means_over_candidates() -> None:
    counts = Counts(np.array([2.0, 4.0]), np.array([0.0, 2.0]), 100.0)
    mean = counts.averaged(np.full((2, 2), 0.5))
    assert mean.figures.tolist() == pytest.approx([0.02, 0.02])
    assert (mean.errors > 0).all()
