"""merge: the weights of an older and a newer model of one basis, mixed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nlucompress.algo import metrics
from nlucompress.errors import DataError, UsageError
from nlucompress.format.model import Model, require_model
from nlucompress.importers.data.examples import Examples
from nlucompress.networks.classifier import Classifier
from nlucompress.progress import tell, unheard
from nlucompress.stages.evaluate.gates import check_fractions
from nlucompress.stages.history import with_record
from nlucompress.stages.merge.basis import aligned, restored
from nlucompress.stages.merge.fisher import fisher

Float64 = NDArray[np.float64]


@dataclass(frozen=True)
class MergeOptions:
    """Options of ``merge``.

    Attributes:
        weight: Share of the newer model, 0 to 1; None searches for it.
        fisher: Weight every number by how much the answers depend on it, too.
        max_nfr: For the search: most negative flips against the older model, as a fraction of the
            examples; None bounds nothing.
        steps: Shares that the search tries, evenly spaced from 0 to 1.
    """

    weight: float | None = 0.5
    fisher: bool = False
    max_nfr: float | None = None
    steps: int = 21


def merge(
    old: Model,
    new: Model,
    options: MergeOptions | None = None,
    data: Examples | None = None,
    dev: Examples | None = None,
) -> Model:
    """Interpolate between two models, the newer of which was trained from the older.

        number = (a F_new new + (1 - a) F_old old) / (a F_new + (1 - a) F_old)

    with F = 1, or with ``fisher`` the diagonal of each model's Fisher information (Matena & Raffel
    2022, Merging Models with Fisher-Weighted Averaging, section 3). Linear models of the same
    features need no common ancestor: their weights have the same meaning, and a weight that one of
    them lacks is 0 there. What comes out has float weights. The search takes the share of best
    accuracy on ``dev`` whose negative flips are within the bound; of equals the smallest.

    Raises:
        UsageError: An option is out of range or lacks its data, or the models share no basis.
        StageOrderError: The keys of a model are hashed, or it is sealed.
        DataError: A label of the data is unknown to the models.
    """
    require_model(old, new)
    options = options or MergeOptions()
    _check(options, data, dev)
    keys, before, after = aligned(old, new)
    of_before = None if data is None else fisher(old, before, keys, data)
    of_after = None if data is None else fisher(new, after, keys, data)

    def mixed(share: float) -> Model:
        numbers = {}
        for name in after:
            parts = (before[name], after[name])
            if of_before is None or of_after is None:
                numbers[name] = (1 - share) * parts[0] + share * parts[1]
            else:
                numbers[name] = _weighted(share, parts, (of_before[name], of_after[name]))
        return restored(new, keys, numbers)

    figures: dict[str, Any] = {"share": options.weight}
    share = options.weight
    if share is None:
        assert dev is not None
        share, figures = _search(old, mixed, dev, options)
    chosen = replace(options, weight=share)
    return with_record("merge", chosen, new, mixed(share), {"weights": figures})


def _check(options: MergeOptions, data: Examples | None, dev: Examples | None) -> None:
    if options.weight is not None and not 0 <= options.weight <= 1:
        raise UsageError(f"--weight {options.weight} is not within 0 to 1")
    if (options.weight is None) != (dev is not None):
        raise UsageError("merge takes either --weight or --search")
    if options.weight is not None and options.max_nfr is not None:
        raise UsageError("--max-nfr is a bound of --search")
    check_fractions(options, "max_nfr")
    if options.fisher != (data is not None):
        raise UsageError("--fisher needs --data, and only it does")
    if options.steps < 2:
        raise UsageError(f"--steps {options.steps} is not at least 2")


def _weighted(
    share: float, parts: tuple[Float64, Float64], strengths: tuple[Float64, Float64]
) -> Float64:
    """The mean of two matrices, weighted number by number; the plain one where neither counts."""
    before, after = (1 - share) * strengths[0], share * strengths[1]
    total = before + after
    plain = (1 - share) * parts[0] + share * parts[1]
    safe = np.where(total > 0, total, 1)
    result: Float64 = np.where(total > 0, (before * parts[0] + after * parts[1]) / safe, plain)
    return result


def _search(
    old: Model, mixed: Callable[[float], Model], dev: Examples, options: MergeOptions
) -> tuple[float, dict[str, Any]]:
    """The best share, and what it comes to on the development set."""
    if set(dev.labels).isdisjoint(old.labels):
        raise DataError("no label of the development data is known to the models")
    before = Classifier(old).predict(dev.texts)
    bound = 1.0 if options.max_nfr is None else options.max_nfr
    best: tuple[float, float, metrics.Flips] | None = None
    for step in range(options.steps):
        share = step / (options.steps - 1)
        with unheard():
            answers = before if step == 0 else Classifier(mixed(share)).predict(dev.texts)
        flips = metrics.flips(dev.labels, before, answers)
        accuracy = float(np.mean([a == b for a, b in zip(answers, dev.labels, strict=True)]))
        if flips.nfr <= bound + 1e-12 and (best is None or accuracy > best[1]):
            best = share, accuracy, flips
        figures = f"dev {100 * accuracy:.2f} %, flips {100 * flips.nfr:.2f} %"
        tell(f"share {share:g}, {figures}", (step + 1) / options.steps)
    assert best is not None  # the older model itself has no flips
    share, accuracy, flips = best
    return share, {"share": share, "dev_accuracy": accuracy, "dev_nfr": flips.nfr}
