"""Choosing the strength of the squared penalty of a linear model that is trained by descent."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from nlucompress.training.linear import fit as linear
from nlucompress.training.linear.fit import Problem, Weights
from nlucompress.training.linear.losses import LOSSES

if TYPE_CHECKING:
    from nlucompress.progress import Progress
    from nlucompress.stages.learn.train.linear_options import TrainOptions

# Strengths tried on the development set. A model of the strongest penalty that costs no accuracy
# has the fewest and most even weights, and loses least when it is quantized.
STRENGTHS: dict[str, tuple[float, ...]] = {
    "squared-hinge": (3e-3, 1e-3, 3e-4),
    "logistic": (3e-4, 1e-4, 3e-5),
    "softmax": (3e-4, 1e-4, 3e-5),
}
L1 = 3e-5
ACCEPTED_LOSS = 0.003  # accuracy on dev that a stronger penalty may cost
PATIENCE = 4  # looks at the development set without improvement before training ends


def choose(
    problem: Problem, dev: Problem | None, options: TrainOptions, progress: Progress | None
) -> tuple[Weights, dict[str, Any]]:
    """Fit with the given strength, or with the strongest that costs no accuracy on dev."""
    default = STRENGTHS[options.loss]
    strengths = (options.l2,) if options.l2 else default if dev else (default[1],)
    l1 = L1 if options.l1 is None else options.l1
    tried: list[tuple[float, float | None, Weights]] = []
    for number, l2 in enumerate(strengths):
        watch = _Watch(dev, options, f"L2 {l2:g}", number, len(strengths), progress)
        last = linear.fit(problem, options.loss, l2, l1, options.iterations, check=watch)
        fitted = watch.best or last
        accuracy = None
        if dev is not None:
            right = fitted.scores(dev.features).argmax(axis=1) == dev.targets
            accuracy = float(right.mean())
        tried.append((l2, accuracy, fitted))
    bar = max((accuracy or 0.0) for _, accuracy, _ in tried) - ACCEPTED_LOSS
    l2, accuracy, fitted = next(each for each in tried if (each[1] or 0.0) >= bar)
    nonzero = int(np.count_nonzero(fitted.matrix))
    return fitted, {"l2": l2, "l1": l1, "dev_accuracy": accuracy, "nonzero_weights": nonzero}


class _Watch:
    """Looks at the development loss while training runs, and remembers the best weights."""

    def __init__(
        self,
        dev: Problem | None,
        options: TrainOptions,
        what: str,
        number: int,
        runs: int,
        progress: Progress | None,
    ) -> None:
        self.best: Weights | None = None
        self._dev, self._options, self._what = dev, options, what
        self._number, self._runs, self._progress = number, runs, progress
        self._lowest = np.inf
        self._waited = 0

    def __call__(self, iteration: int, objective: float, weights: Weights) -> bool:
        if self._dev is None:
            self._tell(iteration, f"objective {objective:.4g}")
            return False
        dev = self._dev
        scores = weights.scores(dev.features)
        loss = LOSSES[self._options.loss](scores, dev.targets, dev.weights)[0]
        right = float((scores.argmax(axis=1) == dev.targets).mean())
        self._tell(iteration, f"objective {objective:.4g}, dev {100 * right:.2f} %")
        self._waited += 1
        if loss < self._lowest:
            self._lowest, self.best, self._waited = loss, weights, 0
        return self._waited >= PATIENCE

    def _tell(self, iteration: int, figures: str) -> None:
        if self._progress is not None:
            done = self._number + iteration / self._options.iterations
            self._progress(f"{self._what}, {figures}", done / self._runs)
