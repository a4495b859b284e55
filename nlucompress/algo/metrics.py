"""Figures that tell whether a smaller model still does the job."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
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


@dataclass(frozen=True)
class Change:
    """Examples of one label that moved from one cell of the confusion matrix to another."""

    label: str
    before: str
    after: str
    examples: int


@dataclass(frozen=True)
class LabelFlips:
    """Flips of the examples of one label.

    Attributes:
        examples: Of the label.
        negative: The old model was right, the new one is wrong.
        positive: The reverse.
        to: The wrong answers of the negative flips, most frequent first.
    """

    label: str
    examples: int
    negative: int
    positive: int
    to: Mapping[str, int]


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


def changes(truth: Sequence[str], old: Sequence[str], new: Sequence[str]) -> tuple[Change, ...]:
    """Every change of an answer, most examples first, then by name."""
    counted = Counter(zip(truth, old, new, strict=True))
    found = [Change(*cell, count) for cell, count in counted.items() if cell[1] != cell[2]]
    return tuple(sorted(found, key=lambda at: (-at.examples, at.label, at.before, at.after)))


def flips_by_label(truth: Sequence[str], found: Sequence[Change]) -> tuple[LabelFlips, ...]:
    """The labels whose examples flip, from all changes; most negative flips first."""
    examples = Counter(truth)
    to: dict[str, dict[str, int]] = {}
    positive: Counter[str] = Counter()
    for each in found:
        if each.before == each.label:
            to.setdefault(each.label, {})[each.after] = each.examples
        elif each.after == each.label:
            positive[each.label] += each.examples
    result = []
    for label in to.keys() | positive.keys():
        wrong = to.get(label, {})
        counts = (sum(wrong.values()), positive[label])
        result.append(LabelFlips(label, examples[label], *counts, wrong))
    return tuple(sorted(result, key=lambda each: (-each.negative, -each.positive, each.label)))


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
