"""Linear classifiers near the weights of an older one.

    minimize  1/n sum_i c_i loss(W' x_i + b, y_i) + l2/2 ||W - W_old||^2 + l1 |W - W_old|_1

with D = W - W_old: the old model's scores become a fixed offset of the scores of D, so that the
solver of plain models does it. The bias is held by the squared penalty, but not by the absolute
one: where l2 grows without bound the old model comes out.
"""

from __future__ import annotations

import numpy as np

from nlucompress.training.linear import fista
from nlucompress.training.linear.fit import Problem, Weights, objective_of, penalty
from nlucompress.training.linear.losses import Float32, LossName

TOLERANCE = 1e-4  # of the objective: every point of a path begins near its end


def fit_near(
    problem: Problem,
    loss_name: LossName,
    offset: Float32,
    l2: float,
    l1: float,
    iterations: int,
    start: Weights | None = None,
    tolerance: float = TOLERANCE,
) -> Weights:
    """The change D of least objective.

    Args:
        problem: Data.
        loss_name: As for ``linear.fit``.
        offset: Scores of the older model, shape (examples, labels).
        l2: Strength of the squared penalty on the change.
        l1: Strength of the absolute penalty on it.
        iterations: Steps at most.
        start: A change to begin with, such as that of a neighbour on the path; None is none.
        tolerance: Stop when 25 iterations lower the objective by less than this share.

    Raises:
        FloatingPointError: The objective is not finite.
    """
    features = problem.features.shape[1]
    everywhere = np.full((features + 1, 1), l2, np.float32)
    objective = objective_of(problem, loss_name, everywhere, penalty(l1, features), offset)
    begin = np.zeros((features + 1, problem.labels), np.float32)
    if start is not None:
        begin[:-1], begin[-1] = start.matrix, start.bias
    found = fista.minimize(objective, begin, iterations, tolerance)
    return Weights(found[:-1], found[-1])
