"""How far within its bound a figure must lie, so that what is chosen by it keeps it elsewhere.

Among many candidates the smallest that meets its bounds on a development set was lucky there, and
with a bound exactly at its true figure it misses it on every second unseen set. So the choice is
rehearsed: the examples are split into random halves, the choice is made on one half and checked on
the other, whose luck is another one. (Repeated random splits: Picard and Cook 1984,
"Cross-validation of regression models"; that one half chooses and the other one judges: Cox 1975,
"A note on data-splitting for the evaluation of significance levels".) The margin that keeps the
risk there, in standard errors of a half, is used on the whole set in standard errors of the whole;
it is at least that of a single candidate, sqrt(2) times the normal quantile of the risk, since the
unseen set errs as well.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

Float64 = NDArray[np.float64]

SLACK = 1e-12  # a figure that is at its bound but for rounding meets it
SPLITS = 500
STEP, MOST = 0.05, 5.0  # standard errors by which margins differ, and the largest of them
DOUBT = 1.0  # flips that a standard error counts in beside those that were seen, if any was


@dataclass(frozen=True)
class Bounded:
    """One figure of all candidates, and its bound.

    A figure is sum(values) / sum(sizes) over the units that are drawn together: examples, or
    sentences with all their tokens.

    Attributes:
        values: Shape (candidates, units).
        sizes: Shape (units,): what the figure divides by.
        limit: The figure may not be above it.
    """

    values: NDArray[np.floating]
    sizes: NDArray[np.floating]
    limit: float

    @property
    def figures(self) -> Float64:
        """Shape (candidates,)."""
        result: Float64 = self.values.sum(axis=1, dtype=np.float64) / self.sizes.sum()
        return result

    def errors(self, share: float = 1.0) -> Float64:
        """Standard errors of the figures, or of those of a share of the units, shape (candidates,).

        Of a ratio of two sums (Cochran 1977, section 2.11), with ``DOUBT`` flips more than were
        counted: where few were seen, few more would change the figure (as in Agresti and Coull
        1998, "Approximate is better than exact for interval estimation of binomial proportions").
        A candidate that changes nothing at all is taken at its word.
        """
        left = self.values - self.figures[:, None] * self.sizes
        squares = share * (left.astype(np.float64) ** 2).sum(axis=1)
        squares += DOUBT * self.values.any(axis=1)
        result: Float64 = np.sqrt(squares) / (share * self.sizes.sum())
        return result

    def drawn(self, weights: NDArray[np.floating]) -> Float64:
        """Figures where each unit was drawn so often, shape (draws, candidates)."""
        sizes = weights @ self.sizes
        result: Float64 = (weights @ self.values.T) / np.maximum(sizes, 1e-300)[:, None]
        return result


def margin(bounds: Sequence[Bounded], order: Sequence[int], risk: float, seed: int) -> float:
    """Standard errors by which the first candidate within all bounds must lie within them.

    Args:
        bounds: At least one, all of the same candidates and units.
        order: Candidates from the most wanted to the least.
        risk: Share of choices, above 0 and up to 1, that may miss a bound on an unseen set of as
            many units.
        seed: Of the splits.

    Returns:
        The least that keeps the risk, ``MOST`` if none does.
    """
    units = bounds[0].values.shape[1]
    random = np.random.default_rng(seed)
    half = random.permuted(np.tile(np.arange(units) < (units + 1) // 2, (SPLITS, 1)), axis=1)
    chosen_on, seen_on = half.astype(np.float32), (~half).astype(np.float32)
    at = np.asarray(order, np.int64)
    figures = [each.drawn(chosen_on)[:, at] for each in bounds]
    kept = np.logical_and.reduce(
        [each.drawn(seen_on)[:, at] <= each.limit + SLACK for each in bounds]
    )
    errors = [each.errors(0.5)[at] for each in bounds]
    splits = np.arange(SPLITS)
    single = np.sqrt(2) * NormalDist().inv_cdf(1 - min(risk, 0.5))
    for found in np.arange(single, MOST, STEP).tolist():
        met = np.logical_and.reduce(
            [
                figure + found * error <= each.limit + SLACK
                for each, figure, error in zip(bounds, figures, errors, strict=True)
            ]
        )
        some = met.any(axis=1)
        missed = some & ~kept[splits, met.argmax(axis=1)]
        if missed.sum() <= risk * some.sum():
            return float(found)
    return MOST
