"""Training on from the weights that a linear model has, on the places that it keeps.

Float weights are moved by FISTA. Weights on a grid are trained straight through (Bengio et al.
2013): scores and gradient are taken at the rounded weights, the step is made by float weights that
stand behind them, and the rounded iterate that is best on the development set is kept.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nlucompress.progress import tell
from nlucompress.training.distill import Teacher
from nlucompress.training.linear import fista
from nlucompress.training.linear.fit import Check, Problem, Weights, penalty, with_ones
from nlucompress.training.linear.losses import CURVATURE, LOSSES, Float32, LossName

MOMENTUM = np.float32(0.9)
CHECK_ROUNDED_EVERY = 5  # rounded iterates jump, so that many are looked at

# (float weights (features, labels)) -> the same on their grid
Rounding = Callable[[Float32], Float32]


@dataclass(frozen=True)
class Penalties:
    """Strengths of the squared and the absolute penalty."""

    l2: float
    l1: float = 0.0


def loss_of(
    problem: Problem, loss_name: LossName, teacher: Teacher | None
) -> Callable[[Float32], tuple[float, Float32]]:
    """Mean loss of the task plus the teacher's term, with the gradient by the scores."""
    task = LOSSES[loss_name]
    share = problem.weights / np.float32(problem.features.shape[0])

    def loss(scores: Float32) -> tuple[float, Float32]:
        value, gradient = task(scores, problem.targets, share)
        if teacher is not None:
            term, slope = teacher(scores)
            value, gradient = value + term, gradient + slope
        return value, gradient

    return loss


def refit(
    problem: Problem,
    start: Weights,
    support: NDArray[np.bool_],
    loss_name: LossName,
    penalties: Penalties,
    iterations: int,
    teacher: Teacher | None = None,
    rounding: Rounding | None = None,
    dev: Callable[[Weights], float] | None = None,
    check: Check | None = None,
) -> Weights:
    """Continue the training of a linear model.

    Args:
        problem: Data; its features are those of the weights.
        start: Weights to begin with.
        support: Bools, shape (features, labels): the weights that may differ from zero.
        loss_name: The loss of the task.
        penalties: On the weights; the bias is not penalized.
        iterations: Steps at most.
        teacher: Scores to stay near, one row per example of the problem.
        rounding: The grid of the result; None leaves floats. The bias stays float.
        dev: What the kept iterate makes least (the start is one of them); None keeps the last.
        check: Called at every look with iteration and objective; true ends the training.

    Raises:
        FloatingPointError: The objective is not finite.
    """
    n, features = problem.features.shape
    share = problem.weights / np.float32(n)
    curvature = np.float32(CURVATURE[loss_name]) * share
    if teacher is not None:
        curvature = curvature + teacher.curvature()
    objective = fista.Objective(
        with_ones(problem.features),
        loss_of(problem, loss_name, teacher),
        curvature,
        penalty(penalties.l2, features),
        penalty(penalties.l1, features),
        np.concatenate((support, np.ones((1, problem.labels), np.bool_))),
    )
    watch = _Watch(dev, check, start, iterations)
    joined = np.concatenate((start.matrix, start.bias[None, :])).astype(np.float32)
    if rounding is None:
        last = fista.minimize(objective, joined, iterations, tolerance=1e-6, check=watch)
    else:
        last = _straight_through(objective, joined, rounding, iterations, watch)
    return watch.best if dev is not None else Weights(last[:-1], last[-1])


def _straight_through(
    objective: fista.Objective,
    start: Float32,
    rounding: Rounding,
    iterations: int,
    watch: fista.Check,
) -> Float32:
    """Gradient descent with momentum on float weights behind rounded ones; steps fall to zero."""
    from scipy.sparse import csr_matrix

    x_transposed = csr_matrix(objective.x.T)
    curvature = fista.START_METRIC * objective.feature_curvature(x_transposed)
    behind, velocity = start, np.zeros_like(start)
    rounded = _rounded(behind, rounding)
    for iteration in range(1, iterations + 1):
        losses, by_score = objective.loss(objective.x @ rounded)
        value = objective.value(losses, rounded)
        if not np.isfinite(value):
            raise FloatingPointError("the objective is not finite")
        if iteration % CHECK_ROUNDED_EVERY == 0 and watch(iteration, value, rounded):
            break
        gradient = x_transposed @ by_score + objective.l2 * rounded
        pace = np.float32((1 - MOMENTUM) * (1 + np.cos(np.pi * iteration / iterations)) / 2)
        velocity = MOMENTUM * velocity - pace * gradient / (curvature + objective.l2)
        behind = behind + velocity
        if objective.support is not None:
            behind *= objective.support
        rounded = _rounded(behind, rounding)
    watch(iterations, objective.value(objective.loss(objective.x @ rounded)[0], rounded), rounded)
    return rounded


def _rounded(joined: Float32, rounding: Rounding) -> Float32:
    return np.concatenate((rounding(joined[:-1]), joined[-1:]))


class _Watch:
    """Keeps the iterate that is best on the development set."""

    def __init__(
        self,
        dev: Callable[[Weights], float] | None,
        check: Check | None,
        start: Weights,
        iterations: int,
    ) -> None:
        self.best = start
        self._dev, self._check, self._iterations = dev, check, iterations
        self._least = dev(start) if dev is not None else np.inf

    def __call__(self, iteration: int, objective: float, joined: Float32) -> bool:
        weights = Weights(joined[:-1], joined[-1])
        if self._dev is not None and (figure := self._dev(weights)) < self._least:
            self._least, self.best = figure, weights
        least = "" if self._dev is None else f", least dev loss {self._least:.4g}"
        tell(f"training on, objective {objective:.4g}{least}", iteration / self._iterations)
        return self._check is not None and self._check(iteration, objective, weights)
