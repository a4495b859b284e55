"""How sure a count of right answers or of flips is: intervals and McNemar's test."""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt
from statistics import NormalDist

import numpy as np

RESAMPLES = 10_000


@dataclass(frozen=True)
class Interval:
    """Two-sided interval of a rate, as fractions."""

    low: float
    high: float


@dataclass(frozen=True)
class Significance:
    """What chance leaves of a comparison on the same examples.

    Attributes:
        confidence: Of the intervals.
        nfr: Of the negative flip rate.
        drop: Of the drop in accuracy: negative less positive flips.
        p_value: McNemar's exact test: how likely so uneven flips, or more so, are if both models
            are equally good.
    """

    confidence: float
    nfr: Interval
    drop: Interval
    p_value: float


def significance(
    examples: int, negative: int, positive: int, confidence: float = 0.95, seed: int = 1
) -> Significance:
    """Intervals and test of these many negative and positive flips among the examples.

    The percentile bootstrap (Efron 1979) draws the examples of both models together; what a
    resample counts of each kind is then multinomial, so the counts are drawn at once. The test is
    the binomial one of the flips at 1/2 (McNemar 1947).
    """
    from scipy.stats import binomtest

    shares = np.array([negative, positive, examples - negative - positive]) / examples
    drawn = np.random.default_rng(seed).multinomial(examples, shares, RESAMPLES) / examples
    outside = (1 - confidence) / 2
    rates = (drawn[:, 0], drawn[:, 0] - drawn[:, 1])
    nfr, drop = (
        Interval(*(float(each) for each in np.quantile(rate, (outside, 1 - outside))))
        for rate in rates
    )
    flips = negative + positive
    p_value = float(binomtest(negative, flips).pvalue) if flips else 1.0
    return Significance(confidence, nfr, drop, p_value)


def wilson(right: int, examples: int, confidence: float = 0.95) -> Interval:
    """Score interval of a share (Wilson 1927): with z the normal quantile and p the share,

    (p + z^2 / 2n -+ z sqrt(p (1 - p) / n + z^2 / 4n^2)) / (1 + z^2 / n)
    """
    share, square = right / examples, NormalDist().inv_cdf((1 + confidence) / 2) ** 2 / examples
    middle = share + square / 2
    width = sqrt(square * (share * (1 - share) + square / 4))
    low, high = (middle - width) / (1 + square), (middle + width) / (1 + square)
    # at a share of 0 or 1 one end is the share itself, but for rounding
    return Interval(min(max(low, 0.0), share), max(min(high, 1.0), share))
