"""How bad a figure may come out on unseen examples, by what was counted on those that were seen.

Both are taken to be drawn alike, the unseen ones as many as the seen ones.

Of flips: let n + n examples be shuffled, and let those of the safest candidate flip first, then
those of the next one, and so on. Each flip is as likely to be a seen as an unseen one, so that when
the y-th unseen one flips, the number X of seen ones is negative binomial with

    P(X <= x) = I_1/2(y, x + 1),

the regularized incomplete beta function. The bound is the least y - 1 with P <= risk: exact
prediction limits of counts (Thatcher 1964, "Relationships between Bayesian and confidence limits
for predictions", section 2; Hahn and Meeker 1991, "Statistical intervals", section 6.4). Where
the smallest candidate within its bound is taken, it is that of the *candidate which crosses the
limit* that has to be passed by luck: candidates of which each flips what the last one flips need
no correction for their number (testing in a fixed sequence, Angelopoulos et al. 2021, "Learn then
test", section 2.3).

Of a drop, which is negative less positive flips, the score test with the restricted maximum
likelihood estimate of the rates (Tango 1998, "Equivalence test and confidence interval for the
difference in proportions for the paired-sample design"), with the variance of both samples.

Examples that are drawn together, such as the tokens of a sentence, count as fewer: both counts and
examples are divided by the design effect (Rao and Scott 1992, "A simple method for the analysis of
clustered binary data").
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

Float64 = NDArray[np.float64]
Floating = NDArray[np.floating]

HALVINGS = 60  # of an interval that holds a bound


@dataclass(frozen=True)
class Counts:
    """What was counted of all candidates on the same examples, for one figure.

    Attributes:
        worse: Flips for the worse, shape (candidates,).
        better: Flips for the better, which the figure takes off; None where it does not.
        examples: How many there were.
    """

    worse: Float64
    better: Float64 | None
    examples: float

    @classmethod
    def of(cls, worse: Floating, better: Floating | None, sizes: Floating) -> Counts:
        """Count units that are drawn together.

        Args:
            worse, better: Flips by unit, shape (candidates, units).
            sizes: Examples by unit, shape (units,).
        """
        effect = max(design_effect(each, sizes) for each in (worse, better) if each is not None)
        return cls(
            worse.sum(axis=1, dtype=np.float64) / effect,
            None if better is None else better.sum(axis=1, dtype=np.float64) / effect,
            float(sizes.sum()) / effect,
        )

    @property
    def figures(self) -> Float64:
        """Fractions of the examples, shape (candidates,)."""
        less = 0.0 if self.better is None else self.better
        result: Float64 = (self.worse - less) / self.examples
        return result

    @property
    def errors(self) -> Float64:
        """Standard errors of the figures, with one flip more than were counted."""
        more = 0.0 if self.better is None else self.better
        result: Float64 = np.sqrt(self.worse + more + 1) / self.examples
        return result

    def bounds(self, risk: float) -> Float64:
        """What the figures exceed with this probability on as many unseen examples."""
        limits = flips_limit(self.worse, self.examples, risk)
        if self.better is not None:
            net = drop_limit(self.worse, self.better, self.examples, risk)
            limits = np.minimum(limits, net)  # no drop is larger than the flips for the worse
        result: Float64 = limits / self.examples
        return result

    def averaged(self, weights: Floating) -> Counts:
        """Means over candidates, by weights of shape (candidates, candidates)."""
        better = None if self.better is None else weights @ self.better
        return Counts(weights @ self.worse, better, self.examples)


def design_effect(values: Floating, sizes: Floating) -> float:
    """How many times the variance of a share exceeds that of examples drawn one by one, at least 1.

    One number for all candidates, the sum of the variances of their ratios (Cochran 1977, section
    2.11) by that of the binomial ones.

    Args:
        values: Flips by unit, shape (candidates, units).
        sizes: Examples by unit, shape (units,).
    """
    if (sizes <= 1).all():
        return 1.0
    total = float(sizes.sum())
    shares = values.sum(axis=1, dtype=np.float64) / total
    left = values - shares[:, None] * sizes
    apart = float((left.astype(np.float64) ** 2).sum())
    single = float((total * shares * (1 - shares)).sum())
    return max(1.0, apart / single) if single > 0 else float((sizes**2).sum()) / total


def flips_limit(flips: Floating, examples: float, risk: float) -> Float64:
    """Most flips among as many unseen examples, but for a risk: integers as floats.

    Args:
        flips: Counted, shape (candidates,); means need not be whole.
        examples: Among how many.
        risk: Above 0 and below 1.
    """
    from scipy.special import betainc

    return _least(lambda y: betainc(y + 1, flips + 1, 0.5) <= risk, flips, examples)


def drop_limit(worse: Floating, better: Floating, examples: float, risk: float) -> Float64:
    """Most flips for the worse less those for the better, likewise; not below 0."""
    quantile = NormalDist().inv_cdf(1 - risk)
    n = examples

    def sure(y: Float64) -> NDArray[np.bool_]:
        # the rates that fit best of those whose difference is just above y
        apart = np.minimum((y + 1) / n, 1)
        linear = (worse + better) * (1 - apart) - 2 * apart * (n - worse)
        root = np.sqrt(linear**2 + 8 * n * better * apart * (1 - apart))
        variance = 2 * np.maximum(linear + root, 0) / (4 * n) + apart - apart**2
        distance = y + 1 - (worse - better) - 0.5  # 0.5 for continuity
        result: NDArray[np.bool_] = distance >= quantile * np.sqrt(2 * n * np.maximum(variance, 0))
        return result

    return _least(sure, worse, examples)


def least_examples(limit: float, risk: float) -> float:
    """Examples with which a file that flips none of them keeps a limit but for a risk.

    Of y = floor(limit n) flips that are allowed it is sure if 2^-(y + 1) <= risk.
    """
    return float(np.ceil(_allowed(risk) / limit)) if limit > 0 else np.inf


def least_limit(examples: int, risk: float) -> float:
    """The narrowest limit that a file which flips nothing keeps on so many examples."""
    return _allowed(risk) / examples


def _allowed(risk: float) -> int:
    return int(np.ceil(-np.log2(risk))) - 1


def _least(
    holds: Callable[[Float64], NDArray[np.bool_]], counted: Floating, most: float
) -> Float64:
    """The least whole number from which on something holds, by halving, up to ``most``."""
    low = np.full(counted.shape, -1.0)
    high = np.full(counted.shape, np.ceil(most))
    for _ in range(HALVINGS):
        middle = np.floor((low + high) / 2)
        done = holds(np.maximum(middle, 0.0)) & (middle >= 0)
        high = np.where(done, middle, high)
        low = np.where(done, low, middle)
        if (high - low <= 1).all():
            break
    return high
