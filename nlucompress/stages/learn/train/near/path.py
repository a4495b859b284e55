"""The changes from an older linear model's weights to those of new ones."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nlucompress.progress import Progress
from nlucompress.stages.learn.train import descent, linear_choice, linear_search
from nlucompress.stages.learn.train import linear as train
from nlucompress.stages.learn.train.near.basis import Basis
from nlucompress.training.linear import dual
from nlucompress.training.linear.fit import Problem, Weights
from nlucompress.training.linear.losses import LossName
from nlucompress.training.linear.near import fit_near

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

L2, L1 = 1e-3, 3e-5  # of penalties on the change, where only the other one is given

Strengths = tuple[float | None, float | None]  # L2 and L1


def fits_of(
    data: Problem,
    dev: Problem | None,
    basis: Basis,
    loss: LossName,
    given: Strengths,
    iterations: int,
    progress: Progress | None,
) -> list[tuple[Strengths, Weights]]:
    """Changes by strengths.

    With development data, or where no strength is given, the first is that of the untreated model,
    whose strengths are None; where one is given, the last is that of the model near the older one.

    Raises:
        FloatingPointError: The training diverges.
    """
    fits: list[tuple[Strengths, Weights]] = []
    held = given != (None, None)
    if dev is not None or not held:
        held_out = None if dev is None else _only(dev, basis)
        untreated = _untreated(_only(data, basis), held_out, loss, progress)
        matrix = -basis.old.matrix
        matrix[basis.fresh] += untreated.matrix
        fits.append(((None, None), Weights(matrix, untreated.bias - basis.old.bias)))
    if held:
        l2, l1 = (
            default if each is None else each for each, default in zip(given, (L2, L1), strict=True)
        )
        if progress is not None:
            progress(f"near the old weights, L2 {l2:g}, L1 {l1:g}", 0.0)
        offset = basis.old.scores(data.features)
        if loss == "squared-hinge":
            change = _dense(dual.fit_path(data, [(l2, l1)], iterations, offset=offset)[0])
        else:
            change = fit_near(data, loss, offset, l2, l1, iterations)
        fits.append(((l2, l1), change))
    return fits


def _untreated(
    data: Problem, dev: Problem | None, loss: LossName, progress: Progress | None
) -> Weights:
    """The weights that training finds where no older model holds them."""
    if loss != "squared-hinge":
        return descent.choose(data, dev, train.TrainOptions(loss=loss), progress)[0]
    path = linear_search.PATH if dev is not None else (linear_search.MIDDLE,)
    fits = dual.fit_path(data, path, train.TrainOptions().iterations)
    if dev is None:
        return _dense(fits[0])
    plain = linear_choice.Scaling(borders=False, idf=False, normalize=False)
    tried = [
        linear_choice.measured(each, plain, at, dev.features, dev.targets)
        for at, each in zip(path, fits, strict=True)
    ]
    return _dense(fits[linear_choice.best_of(tried)])


def _dense(fitted: dual.SparseWeights) -> Weights:
    return Weights(fitted.matrix.toarray(), fitted.bias)


def _only(problem: Problem, basis: Basis) -> Problem:
    """The problem of a new model that knows nothing of the older one."""
    x: csr_matrix = problem.features[:, basis.fresh]
    return Problem(x, problem.targets, problem.labels, problem.weights)
