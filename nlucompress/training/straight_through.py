"""Descent of weights that are stored rounded: straight through the rounding (Bengio et al. 2013).

The gradient is taken at the rounded weights and moves float weights behind them, by Adam (Kingma
and Ba 2015) with a rate that falls to zero.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

Float64 = NDArray[np.float64]
Smooth = Callable[[Float64], tuple[float, Float64]]

DECAYS = 0.9, 0.98  # of the means of gradient and squared gradient
PACE = 0.1  # first step, as a share of the mean absolute weight


def minimize(
    smooth: Smooth,
    start: Float64,
    rounding: Callable[[Float64], Float64],
    iterations: int,
    check: Callable[[int, Float64], object],
) -> Float64:
    """The last rounded weights.

    Args:
        smooth: Value and gradient at some weights, shape (weights,).
        start: Weights to begin with.
        rounding: Weights as they can be stored.
        iterations: Steps.
        check: Called with iteration and rounded weights after each step.
    """
    behind, rounded = start.copy(), rounding(start)
    slope, square = np.zeros_like(start), np.zeros_like(start)
    rate = PACE * float(np.abs(start).mean())
    for iteration in range(1, iterations + 1):
        _, gradient = smooth(rounded)
        slope = DECAYS[0] * slope + (1 - DECAYS[0]) * gradient
        square = DECAYS[1] * square + (1 - DECAYS[1]) * gradient**2
        unbiased = slope / (1 - DECAYS[0] ** iteration)
        spread = np.sqrt(square / (1 - DECAYS[1] ** iteration))
        falling = rate * (1 + np.cos(np.pi * iteration / iterations)) / 2
        behind -= falling * unbiased / np.maximum(spread, np.finfo(np.float64).tiny)
        rounded = rounding(behind)
        check(iteration, rounded)
    return rounded
