"""Which point between an older linear model and those near it is taken, by development data."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nlucompress.algo import metrics
from nlucompress.errors import UsageError

SLACK = 1e-12
STEPS = tuple(step / 20 for step in range(21))
# Nearer to the old model its mistakes come back, which a development set of a thousand texts often
# does not show. Farther from it flips come back; there the development set speaks for the new model
# more than other texts do, since it chose that model's strength.
USUAL = STEPS[13:18]  # 0.65 to 0.85


@dataclass(frozen=True)
class Point:
    """One model of the family W_old + t (W_near - W_old), and its figures on development data.

    Attributes:
        fit: Number of W_near on the path; 0 is the model that no penalty holds.
        l2, l1: Strengths of the penalties on the change, None for that model.
        step: t.
        accuracy: Share of right answers.
        nfr: Negative flips against the older model, as a share of the examples.
        unsure: Standard error of the difference of its accuracy to the untreated model's.
    """

    fit: int
    l2: float | None
    l1: float | None
    step: float
    accuracy: float
    nfr: float
    unsure: float = 0.0


def points(
    fit: int,
    strengths: tuple[float | None, float | None],
    answers: Iterable[tuple[float, Sequence[str]]],
    truth: Sequence[str],
    before: Sequence[str],
    untreated: Sequence[str],
) -> list[Point]:
    """The points of one fit: the answers of each step against the truth and two other models'."""
    found = []
    for step, given in answers:
        right = sum(a == b for a, b in zip(given, truth, strict=True)) / len(truth)
        nfr = metrics.flips(truth, before, given).nfr
        # The difference is a sum of as many signs as there are examples right in one alone.
        versus = metrics.flips(truth, untreated, given)
        apart = int(versus.negative.sum() + versus.positive.sum())
        found.append(Point(fit, *strengths, step, right, nfr, apart**0.5 / len(truth)))
    return found


def chosen(found: Sequence[Point], bar: float, max_nfr: float | None) -> Point:
    """The best point: most accurate within a bound of the flips, or else of fewest flips.

    Without a bound the accuracy may not be below that of the untreated model by more than a
    standard error of the difference; where none is as accurate, the most accurate one is taken. Of
    equals the more accurate, then the one of fewest flips, then the smaller step.

    Args:
        found: The points to choose from.
        bar: Accuracy of the untreated model.
        max_nfr: The bound, as a fraction; None for none.

    Raises:
        UsageError: No point is within the bound.
    """
    if max_nfr is not None:
        within = [each for each in found if each.nfr <= max_nfr + SLACK]
        if not within:
            least = min(each.nfr for each in found)
            raise UsageError(
                f"--max-nfr {100 * max_nfr:g} %: the fewest negative flips are {100 * least:.2f} %"
            )
        return min(within, key=lambda each: (-each.accuracy, each.nfr, each.step))
    able = [each for each in found if each.accuracy >= bar - each.unsure - SLACK]
    if not able:
        return min(found, key=lambda each: (-each.accuracy, each.nfr, each.step))
    return min(able, key=lambda each: (each.nfr, -each.accuracy, each.step))


def front(found: Sequence[Point]) -> list[Point]:
    """The points that no other beats in both figures, fewest flips first."""
    best: list[Point] = []
    for each in sorted(found, key=lambda at: (at.nfr, -at.accuracy, at.step)):
        if not best or each.accuracy > best[-1].accuracy + SLACK:
            best.append(each)
    return best


def mixed(
    step: float, old: NDArray[np.float32], change: NDArray[np.float32], kept: int
) -> NDArray[np.float32]:
    """old + t change in the first columns, those of labels that the older model knows.

    It has nothing to say of the others, which change in full: half a new label's weights would
    only make it half as likely.
    """
    result = old + change
    result[:, :kept] = old[:, :kept] + np.float32(step) * change[:, :kept]
    return result
