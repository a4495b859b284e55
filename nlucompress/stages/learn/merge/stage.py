"""merge: the weights of an older and a newer model of one basis, mixed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nlucompress.algo import metrics
from nlucompress.data.examples import Examples
from nlucompress.errors import DataError, UsageError
from nlucompress.format.model import Model, require_model
from nlucompress.networks.classifier import Classifier
from nlucompress.options import Options, option
from nlucompress.progress import tell, unheard
from nlucompress.stages.history import with_record
from nlucompress.stages.learn.merge.basis import aligned, restored
from nlucompress.stages.learn.merge.fisher import fisher

Float64 = NDArray[np.float64]
EVEN = 0.5  # the share of the newer model that nothing speaks against


@dataclass(frozen=True)
class MergeOptions(Options):
    """Options of ``merge``; without a weight it is searched for on development data, or 0.5."""

    weight: float | None = option(
        None,
        "Share of the newer model",
        kind=float,
        unit="share",
        least=0,
        most=1,
        absent="0.5 without --search",
    )
    fisher: bool = option(
        False, "Weight each number by its Fisher information (Matena & Raffel 2022, section 3)"
    )
    max_nfr: float | None = option(
        None,
        "--search: most negative flips against OLD, in percent of the examples",
        kind=float,
        unit="points",
        least=0,
        most=1,
    )
    candidates: int = option(21, "--search: shares that are tried, evenly spaced", least=2)


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

    share = EVEN if options.weight is None else options.weight
    figures: dict[str, Any] = {"share": share}
    if dev is not None:
        share, figures = _search(old, mixed, dev, options)
    chosen = replace(options, weight=share)
    return with_record("merge", chosen, new, mixed(share), {"weights": figures})


def _check(options: MergeOptions, data: Examples | None, dev: Examples | None) -> None:
    if options.weight is not None and dev is not None:
        raise UsageError("merge takes either --weight or --search")
    if dev is None and options.max_nfr is not None:
        raise UsageError("--max-nfr is a bound of --search")
    if options.fisher != (data is not None):
        raise UsageError("--fisher needs --data, and only it does")


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
    for step in range(options.candidates):
        share = step / (options.candidates - 1)
        with unheard():
            answers = before if step == 0 else Classifier(mixed(share)).predict(dev.texts)
        flips = metrics.flips(dev.labels, before, answers)
        accuracy = float(np.mean([a == b for a, b in zip(answers, dev.labels, strict=True)]))
        if flips.nfr <= bound + 1e-12 and (best is None or accuracy > best[1]):
            best = share, accuracy, flips
        figures = f"dev {100 * accuracy:.2f} %, flips {100 * flips.nfr:.2f} %"
        tell(f"share {share:g}, {figures}", (step + 1) / options.candidates)
    assert best is not None  # the older model itself has no flips
    share, accuracy, flips = best
    return share, {"share": share, "dev_accuracy": accuracy, "dev_nfr": flips.nfr}
