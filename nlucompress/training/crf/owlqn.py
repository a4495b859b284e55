"""OWL-QN: limited-memory quasi-Newton descent with an L1 penalty (Andrew and Gao 2007).

    minimize  f(w) + l1 |w|_1     for a smooth f

Without the penalty this is L-BFGS (Nocedal and Wright 2006, algorithm 7.5).
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

Float64 = NDArray[np.float64]
Smooth = Callable[[Float64], tuple[float, Float64]]
Check = Callable[[int, float, Float64], bool]

MEMORY = 8  # pairs of steps and changes of the gradient
SUFFICIENT = 1e-4  # share of the predicted decrease that a step must reach (Armijo)
HALVINGS = 20
TOLERANCE = 1e-5  # relative decrease over PERIOD iterations under which the descent ends
PERIOD = 10


def minimize(
    smooth: Smooth, start: Float64, l1: float, iterations: int, check: Check | None = None
) -> Float64:
    """The weights at which the descent ends.

    Args:
        smooth: Value and gradient of f at some weights.
        start: Weights to begin with, shape (weights,).
        l1: Strength of the absolute penalty.
        iterations: Most steps.
        check: Called with iteration, objective and weights; True ends the descent.
    """
    weights = start
    value, gradient = smooth(weights)
    objective = value + l1 * float(np.abs(weights).sum())
    pairs: deque[tuple[Float64, Float64, float]] = deque(maxlen=MEMORY)
    past = [objective]
    for iteration in range(1, iterations + 1):
        slope = _pseudo_gradient(weights, gradient, l1)
        direction = -_inverse_hessian(pairs, slope)
        if l1:
            direction[direction * slope >= 0] = 0
        orthant = np.where(weights != 0, np.sign(weights), -np.sign(slope))
        step = 1.0 if pairs else 1 / max(float(np.linalg.norm(direction)), 1e-12)
        for _ in range(HALVINGS):
            moved = weights + step * direction
            if l1:
                moved[moved * orthant <= 0] = 0
            new_value, new_gradient = smooth(moved)
            new_objective = new_value + l1 * float(np.abs(moved).sum())
            predicted = float(_dot(slope, moved - weights))
            if new_objective <= objective + SUFFICIENT * predicted:
                break
            step /= 2
        else:
            return weights
        change, bend = moved - weights, new_gradient - gradient
        curvature = _dot(change, bend)
        if curvature > 1e-12 * _dot(bend, bend):
            pairs.append((change, bend, curvature))
        weights, gradient, objective = moved, new_gradient, new_objective
        past.append(objective)
        if check is not None and check(iteration, objective, weights):
            break
        settled = past[-1 - PERIOD] - objective if len(past) > PERIOD else np.inf
        if settled <= TOLERANCE * abs(objective):
            break
    return weights


def _dot(a: Float64, b: Float64) -> float:
    """The inner product, summed in one order whatever the number of threads."""
    return float(np.einsum("i,i->", a, b))


def _pseudo_gradient(weights: Float64, gradient: Float64, l1: float) -> Float64:
    """The steepest one-sided slope of f(w) + l1 |w|_1; at zero it may be 0."""
    at_zero = np.sign(gradient) * np.maximum(np.abs(gradient) - l1, 0)
    return np.where(weights != 0, gradient + l1 * np.sign(weights), at_zero)


def _inverse_hessian(pairs: deque[tuple[Float64, Float64, float]], gradient: Float64) -> Float64:
    """The two loops: the inverse Hessian that the pairs tell of, times the gradient."""
    result = gradient.copy()
    shares = []
    for change, bend, curvature in reversed(pairs):
        share = _dot(change, result) / curvature
        shares.append(share)
        result -= share * bend
    if pairs:
        _, bend, curvature = pairs[-1]
        result *= curvature / _dot(bend, bend)
    for (change, bend, curvature), share in zip(pairs, reversed(shares), strict=True):
        result += (share - _dot(bend, result) / curvature) * change
    return result
