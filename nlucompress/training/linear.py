"""Linear classifiers with L2 and L1 penalties, trained by accelerated proximal gradient descent.

    minimize  1/n sum_i c_i loss(W' x_i + b, y_i) + l2/2 ||W||^2 + l1 |W|_1

FISTA (Beck and Teboulle 2009) in a diagonal metric: the curvature of the loss in feature j is at
most kappa/n sum_i c_i x_ij sum_k x_ik, so every feature has a step of its own, and rare n-grams
learn as fast as frequent ones. Momentum restarts where the objective rises (O'Donoghue and Candes
2015). All sums run in a fixed order on one thread: the result does not depend on their number.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from nlucompress.training.losses import CURVATURE, LOSSES, Float32, LossName

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

CHECK_EVERY = 25  # iterations between two looks at the objective and the development set
# Few examples are active at once, so the bound on the curvature is loose: start with a quarter of
# it and double it whenever a plain step fails to lower the objective.
START_METRIC = 0.25


@dataclass(frozen=True)
class Problem:
    """What is fitted.

    Attributes:
        features: float32 CSR matrix, shape (examples, features), entries non-negative.
        targets: int64, shape (examples,): index of the label.
        labels: Number of labels.
        weights: float32, shape (examples,): weight of each example, 1 on average.
    """

    features: csr_matrix
    targets: NDArray[np.int64]
    labels: int
    weights: Float32


@dataclass(frozen=True)
class Weights:
    """Weights, float32 (features, labels), and bias, float32 (labels,)."""

    matrix: Float32
    bias: Float32

    def scores(self, features: csr_matrix) -> Float32:
        """Scores of examples, shape (examples, labels)."""
        result: Float32 = features @ self.matrix + self.bias
        return result


# (iteration, objective, weights) -> whether to stop
Check = Callable[[int, float, Weights], bool]


def fit(
    problem: Problem,
    loss_name: LossName,
    l2: float,
    l1: float,
    iterations: int,
    tolerance: float = 1e-5,
    check: Check | None = None,
) -> Weights:
    """Minimize the objective.

    Args:
        problem: Data.
        loss_name: ``squared-hinge`` and ``logistic`` are one-vs-rest, ``softmax`` is joint.
        l2: Strength of the squared penalty; the bias is not penalized.
        l1: Strength of the absolute penalty.
        iterations: Steps at most.
        tolerance: Stop when 25 iterations lower the objective by less than this share.
        check: Called every 25 iterations; true ends the training.

    Raises:
        FloatingPointError: The objective is not finite.
    """
    from scipy.sparse import csr_matrix, hstack

    loss = LOSSES[loss_name]
    n = problem.features.shape[0]
    ones = csr_matrix(np.ones((n, 1), np.float32))
    x = csr_matrix(hstack([problem.features, ones]), dtype=np.float32)
    x_transposed = csr_matrix(x.T)
    share = problem.weights / np.float32(n)
    curvature = x_transposed @ (share * (x @ np.ones(x.shape[1], np.float32)))
    curvature = (CURVATURE[loss_name] * curvature).astype(np.float32)
    ridge = np.full((x.shape[1], 1), l2, np.float32)
    lasso = np.full((x.shape[1], 1), l1, np.float32)
    ridge[-1] = lasso[-1] = 0

    def objective(losses: float, w: Float32) -> float:
        squares = np.einsum("ij,ij,ik->", w, w, ridge, dtype=np.float64)
        return losses + float(squares) / 2 + l1 * float(np.abs(w[:-1]).sum(dtype=np.float64))

    current = np.zeros((x.shape[1], problem.labels), np.float32)
    if loss_name == "squared-hinge":
        current[-1] = 2 / problem.labels - 1  # the best constant where labels are equally frequent
    scores = x @ current
    value = objective(loss(scores, problem.targets, share)[0], current)
    ahead, ahead_scores = current, scores
    momentum, metric = 1.0, START_METRIC
    checked = value
    for iteration in range(1, iterations + 1):
        gradient = x_transposed @ loss(ahead_scores, problem.targets, share)[1] + ridge * ahead
        step = 1 / (metric * curvature[:, None] + ridge)
        moved = ahead - step * gradient
        moved = np.sign(moved) * np.maximum(np.abs(moved) - step * lasso, 0)
        moved_scores = x @ moved
        moved_value = objective(loss(moved_scores, problem.targets, share)[0], moved)
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
            if check is not None and check(iteration, value, Weights(current[:-1], current[-1])):
                break
            if checked - value < tolerance * abs(value):
                break
            checked = value
    return Weights(current[:-1], current[-1])
