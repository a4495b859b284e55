"""Accelerated proximal gradient descent on a sum of losses of linear scores.

    minimize  L(X W) + 1/2 sum_j l2_j ||W_j||^2 + sum_j l1_j |W_j|_1

FISTA (Beck and Teboulle 2009) in a diagonal metric: the curvature of the loss in feature j is at
most sum_i k_i x_ij sum_k x_ik, where k_i bounds the second derivative by a score of example i, so
every feature has a step of its own, and rare n-grams learn as fast as frequent ones. Momentum
restarts where the objective rises (O'Donoghue and Candes 2015). All sums run in a fixed order on
one thread: the result does not depend on their number.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from nlucompress.training.linear.losses import Float32

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

CHECK_EVERY = 25  # iterations between two looks at the objective and the development set
# Few examples are active at once, so the bound on the curvature is loose: start with a quarter of
# it and double it whenever a plain step fails to lower the objective.
START_METRIC = 0.25

# (iteration, objective, weights) -> whether to stop
Check = Callable[[int, float, Float32], bool]


@dataclass(frozen=True)
class Objective:
    """What is minimized.

    Attributes:
        x: float32 CSR matrix, shape (examples, features), entries non-negative.
        loss: From scores, shape (examples, labels), to the loss and its gradient by the scores.
        curvature: float32, shape (examples,): bound of the loss's second derivative by a score.
        l2: float32, shape (features, 1): strength of the squared penalty of each feature.
        l1: float32, shape (features, 1): strength of the absolute penalty.
        support: Bools, shape (features, labels): weights that may differ from zero; None is all.
    """

    x: csr_matrix
    loss: Callable[[Float32], tuple[float, Float32]]
    curvature: Float32
    l2: Float32
    l1: Float32
    support: NDArray[np.bool_] | None = None

    def feature_curvature(self, x_transposed: csr_matrix) -> Float32:
        """Bound of the loss's second derivative by a weight of each feature, (features, 1)."""
        bound = x_transposed @ (self.curvature * (self.x @ np.ones(self.x.shape[1], np.float32)))
        return np.asarray(bound, np.float32)[:, None]

    def value(self, losses: float, w: Float32) -> float:
        """The objective at weights whose losses are known."""
        squares = np.einsum("ij,ij,ik->", w, w, self.l2, dtype=np.float64)
        absolute = np.abs(w).sum(axis=1, dtype=np.float64) @ self.l1[:, 0].astype(np.float64)
        return losses + float(squares) / 2 + float(absolute)


def minimize(
    objective: Objective,
    start: Float32,
    iterations: int,
    tolerance: float = 1e-5,
    check: Check | None = None,
) -> Float32:
    """Minimize from a start, shape (features, labels).

    Args:
        objective: What is minimized.
        start: Weights to begin with.
        iterations: Steps at most.
        tolerance: Stop when 25 iterations lower the objective by less than this share.
        check: Called every 25 iterations; true ends the training.

    Raises:
        FloatingPointError: The objective is not finite.
    """
    from scipy.sparse import csr_matrix

    x = objective.x
    x_transposed = csr_matrix(x.T)
    curvature = objective.feature_curvature(x_transposed)
    current, scores = start, x @ start
    value = objective.value(objective.loss(scores)[0], current)
    ahead, ahead_scores = current, scores
    momentum, metric = 1.0, START_METRIC
    checked = value
    for iteration in range(1, iterations + 1):
        gradient = x_transposed @ objective.loss(ahead_scores)[1] + objective.l2 * ahead
        step = 1 / (metric * curvature + objective.l2)
        moved = ahead - step * gradient
        moved = np.sign(moved) * np.maximum(np.abs(moved) - step * objective.l1, 0)
        if objective.support is not None:
            moved *= objective.support
        moved_scores = x @ moved
        moved_value = objective.value(objective.loss(moved_scores)[0], moved)
        if not np.isfinite(moved_value):
            raise FloatingPointError("the objective is not finite")
        if moved_value > value * (1 + 1e-7):
            metric = metric if momentum > 1 else min(1.0, 2 * metric)
            momentum, ahead, ahead_scores = 1.0, current, scores
        else:
            following = (1 + (1 + 4 * momentum * momentum) ** 0.5) / 2
            lead = np.float32((momentum - 1) / following)
            ahead = moved + lead * (moved - current)
            ahead_scores = moved_scores + lead * (moved_scores - scores)
            current, scores, value, momentum = moved, moved_scores, moved_value, following
        if iteration % CHECK_EVERY == 0:
            if check is not None and check(iteration, value, current):
                break
            if checked - value < tolerance * abs(value):
                break
            checked = value
    return current
