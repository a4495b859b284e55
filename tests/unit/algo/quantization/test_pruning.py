"""Importance per bit: whole keys first."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest

from nlucompress.algo.quantization.pruning import worth


def test_without_a_price_for_keys_every_weight_stands_alone() -> None:
    importance = np.array([3.0, 1.0, 2.0, 5.0])
    found = worth(importance, np.array([1, 0, 1, 0]), 0.0, 4.0)
    assert found == pytest.approx(importance / 4)


def test_a_row_is_worth_its_best_prefix() -> None:
    importance = np.array([4.0, 3.0, 0.1, 6.0])
    found = worth(importance, np.array([0, 0, 0, 1]), 2.0, 1.0)
    # 4 / 3 < 7 / 4 > 7.1 / 5: the first two belong together, the third stands alone
    assert found == pytest.approx([7 / 4, 7 / 4, 0.1, 6 / 3])


def test_the_prefixes_by_falling_worth_are_the_best_of_their_bits() -> None:
    random = np.random.default_rng(1)
    for _ in range(20):
        importance = random.random(7)
        rows = random.integers(0, 3, 7)
        found = worth(importance, rows, 3.0, 1.0)

        def cost(chosen: np.ndarray, rows: np.ndarray = rows) -> float:
            return 3.0 * len(np.unique(rows[chosen])) + float(chosen.sum())

        subsets = [np.array(each) for each in product([False, True], repeat=7)]
        for bar in np.unique(found):
            kept = found >= bar
            bits = cost(kept)
            best = max(float(importance[s].sum()) for s in subsets if cost(s) <= bits)
            assert float(importance[kept].sum()) == pytest.approx(best)


def test_order_does_not_matter() -> None:
    random = np.random.default_rng(2)
    importance, rows = random.random(50), random.integers(0, 9, 50)
    order = random.permutation(50)
    found = worth(importance, rows, 5.0, 2.0)
    assert worth(importance[order], rows[order], 5.0, 2.0) == pytest.approx(found[order])
    assert len(worth(importance[:0], rows[:0], 5.0, 2.0)) == 0
