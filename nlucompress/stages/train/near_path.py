"""The changes of an older linear model's weights along a path of penalties."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nlucompress.stages.train import linear as train
from nlucompress.stages.train.near_basis import Basis
from nlucompress.training.linear.fit import Problem, Weights
from nlucompress.training.linear.losses import LossName
from nlucompress.training.linear.near import fit_near

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

# Of development sets. From strong to weak, so that each fit begins near its end.
L2_PATH, L1_PATH = (3e-3, 1e-3, 3e-4), (3e-5,)
L2, L1 = 1e-3, 3e-5  # without a development set

Strengths = tuple[float | None, float | None]  # L2 and L1


def fits_of(
    data: Problem,
    dev: Problem | None,
    basis: Basis,
    loss: LossName,
    given: Strengths,
    iterations: int,
    progress: train.Progress | None,
) -> list[tuple[Strengths, Weights]]:
    """Changes by strengths; those that are not given take their path.

    With development data the first change is that of the untreated model.

    Raises:
        FloatingPointError: The training diverges.
    """
    fits: list[tuple[Strengths, Weights]] = []
    l2_path: tuple[float, ...] = (L2,)
    l1_path: tuple[float, ...] = (L1,)
    if dev is not None:
        untreated, _ = train.choose(
            _only(data, basis), _only(dev, basis), train.TrainOptions(loss=loss), progress
        )
        matrix = -basis.old.matrix
        matrix[basis.fresh] += untreated.matrix
        fits.append(((None, None), Weights(matrix, untreated.bias - basis.old.bias)))
        l2_path, l1_path = L2_PATH, L1_PATH
    offset = basis.old.scores(data.features)
    l2_path = l2_path if given[0] is None else (given[0],)
    l1_path = l1_path if given[1] is None else (given[1],)
    total = len(l2_path) * len(l1_path)
    change = None
    for l2 in l2_path:
        for l1 in l1_path:
            if progress is not None:
                done = (len(fits) - (dev is not None)) / total
                progress(f"near the old weights, L2 {l2:g}, L1 {l1:g}", done)
            change = fit_near(data, loss, offset, l2, l1, iterations, change)
            fits.append(((l2, l1), change))
    return fits


def _only(problem: Problem, basis: Basis) -> Problem:
    """The problem of a new model that knows nothing of the older one."""
    x: csr_matrix = problem.features[:, basis.fresh]
    return Problem(x, problem.targets, problem.labels, problem.weights)
