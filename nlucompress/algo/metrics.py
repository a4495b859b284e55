"""Figures that tell whether a smaller model still does the job."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Bools = NDArray[np.bool_]


@dataclass(frozen=True)
class LabelFigures:
    """Precision, recall, F1 (each 0 where undefined) and number of examples of one label."""

    label: str
    precision: float
    recall: float
    f1: float
    examples: int


@dataclass(frozen=True)
class Flips:
    """New answers against old ones on the same examples; all rates are fractions of them.

    Attributes:
        negative: Bools, shape (examples,): the old model was right, the new one is wrong.
        positive: The reverse.
        accuracy: Of the old model.
        agreement: Share of examples with the same answer, right or wrong.
        relative: NFR / ((1 - err_old) * err_new), or None where that divides by zero: the share
            of the flips that two independent models of these errors would show.
    """

    negative: Bools
    positive: Bools
    accuracy: float
    agreement: float
    relative: float | None

    @property
    def nfr(self) -> float:
        """Negative flip rate (Yan et al. 2021, Positive-Congruent Training, equation 1)."""
        return float(self.negative.mean())

    @property
    def pfr(self) -> float:
        """Positive flip rate."""
        return float(self.positive.mean())


def flips(truth: Sequence[str], old: Sequence[str], new: Sequence[str]) -> Flips:
    """Compare two models' answers; the sequences are equally long and not empty."""
    gold, before, after = _numbered(truth, old, new)
    old_right, new_right = before == gold, after == gold
    negative = old_right & ~new_right
    by_chance = float(old_right.mean()) * float((~new_right).mean())
    return Flips(
        negative,
        ~old_right & new_right,
        float(old_right.mean()),
        float((before == after).mean()),
        float(negative.mean()) / by_chance if by_chance else None,
    )


def per_label(truth: Sequence[str], answers: Sequence[str]) -> list[LabelFigures]:
    """Figures of every label that occurs among the truth or the answers, by name."""
    gold, given = _numbered(truth, answers)
    result: list[LabelFigures] = []
    for number, label in enumerate(sorted(set(truth) | set(answers))):
        is_gold, is_given = gold == number, given == number
        right = int((is_gold & is_given).sum())
        precision = right / max(int(is_given.sum()), 1)
        recall = right / max(int(is_gold.sum()), 1)
        f1 = 2 * right / int(is_gold.sum() + is_given.sum())
        result.append(LabelFigures(label, precision, recall, f1, int(is_gold.sum())))
    return result


def _numbered(*sequences: Sequence[str]) -> list[NDArray[np.int64]]:
    """Labels as their numbers in ascending order (arrays of strings would drop trailing NULs)."""
    numbers = {label: number for number, label in enumerate(sorted(set().union(*sequences)))}
    return [np.array([numbers[label] for label in labels], np.int64) for labels in sequences]


def signal_to_noise(signal: float, noise: float) -> float | None:
    """10 log10(signal / noise) in decibels, of two sums of squares; None where one is zero."""
    return 10 * float(np.log10(signal / noise)) if signal > 0 and noise > 0 else None
