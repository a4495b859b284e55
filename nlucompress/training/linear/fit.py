"""Linear classifiers with L2 and L1 penalties.

minimize  1/n sum_i c_i loss(W' x_i + b, y_i) + l2/2 ||W||^2 + l1 |W|_1
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from nlucompress.training.linear import fista
from nlucompress.training.linear.losses import CURVATURE, LOSSES, Float32, LossName

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix


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


def with_ones(features: csr_matrix) -> csr_matrix:
    """The design matrix with a last column of ones, whose weight is the bias."""
    from scipy.sparse import csr_matrix, hstack

    ones = csr_matrix(np.ones((features.shape[0], 1), np.float32))
    return csr_matrix(hstack([features, ones]), dtype=np.float32)


def penalty(strength: float, features: int) -> Float32:
    """A strength per feature, shape (features + 1, 1); the bias is not penalized."""
    result = np.full((features + 1, 1), strength, np.float32)
    result[-1] = 0
    return result


def objective_of(
    problem: Problem,
    loss_name: LossName,
    l2: Float32,
    l1: Float32,
    offset: Float32 | None = None,
) -> fista.Objective:
    """The objective of a problem.

    Args:
        problem: Data.
        loss_name: As for ``fit``.
        l2: Strength of the squared penalty per feature and for the bias, see ``penalty``.
        l1: Strength of the absolute penalty, likewise.
        offset: What is added to the scores, shape (examples, labels).
    """
    loss = LOSSES[loss_name]
    share = problem.weights / np.float32(problem.features.shape[0])

    def of_scores(scores: Float32) -> tuple[float, Float32]:
        return loss(scores if offset is None else scores + offset, problem.targets, share)

    bound = np.float32(CURVATURE[loss_name]) * share
    return fista.Objective(with_ones(problem.features), of_scores, bound, l2, l1)


def fit(
    problem: Problem,
    loss_name: LossName,
    l2: float,
    l1: float,
    iterations: int,
    tolerance: float = 1e-5,
    check: Check | None = None,
) -> Weights:
    """Minimize the objective (see ``fista``).

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
    features = problem.features.shape[1]
    objective = objective_of(problem, loss_name, penalty(l2, features), penalty(l1, features))
    start = np.zeros((features + 1, problem.labels), np.float32)
    if loss_name == "squared-hinge":
        start[-1] = 2 / problem.labels - 1  # the best constant where labels are equally frequent
    watch = check and _split(check)
    found = fista.minimize(objective, start, iterations, tolerance, watch)
    return Weights(found[:-1], found[-1])


def _split(check: Check) -> fista.Check:
    return lambda at, value, w: check(at, value, Weights(w[:-1], w[-1]))
