"""train --near: a linear model on new data, near the weights of the one that it replaces."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from nlucompress.errors import DataError, StageOrderError, UsageError
from nlucompress.format.indexes import Strings
from nlucompress.format.matrices import kinds as matrices
from nlucompress.format.model import Model, Network, Table
from nlucompress.importers.data.examples import Examples
from nlucompress.networks.classifier import Classifier
from nlucompress.networks.linear import network as network_linear
from nlucompress.networks.linear.vectorizer import TABLE as NORMS
from nlucompress.stages.finetune.linear import LOSS_OF
from nlucompress.stages.history import with_record
from nlucompress.stages.train import linear as train
from nlucompress.stages.train import near_points
from nlucompress.stages.train.near_basis import Basis, basis_of
from nlucompress.training import design
from nlucompress.training.linear.fit import Problem, Weights
from nlucompress.training.linear.losses import LossName
from nlucompress.training.linear.near import fit_near

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

# Of development sets. From strong to weak, so that each fit begins near its end.
L2_PATH, L1_PATH = (3e-3, 1e-3, 3e-4), (3e-5,)
L2, L1, STEP = 1e-3, 3e-5, 1.0  # without a development set


@dataclass(frozen=True)
class NearOptions:
    """Options of ``train --near``.

    Attributes:
        l2: Strength of the squared penalty on the change; None takes a path of them.
        l1: Strength of the absolute penalty on the change; None takes a path.
        step: t of W_old + t (W_near - W_old); None tries 0.5 to 1 in steps of 0.05, with a bound
            of the flips 0 to 1. The untreated model is always tried.
        max_nfr: Most negative flips on the development set, as a fraction of the examples: of what
            is within, the most accurate is taken. None takes the fewest flips at no accuracy lost.
        min_count, distinct, class_weight, iterations: As of TrainOptions; they choose the new
            n-grams, never leave out one of the older model.
    """

    l2: float | None = None
    l1: float | None = None
    step: float | None = None
    max_nfr: float | None = None
    min_count: int = 2
    distinct: bool = True
    class_weight: Literal["none", "balanced"] = "none"
    iterations: int = 200


def train_near(
    old: Model,
    examples: Examples,
    dev: Examples | None = None,
    options: NearOptions | None = None,
    progress: train.Progress | None = None,
) -> Model:
    """Train a linear model near the weights of an older one, which may be quantized or packed.

    The result is a point of the family W_old + t (W_near - W_old), where W_near minimizes

        1/n sum loss(W' x + b) + l2/2 ||W - W_old||^2 + l1 |W - W_old|_1

    over the n-grams and labels of both (``training.near``), or is the untreated model that
    ``train`` would make. The development data choose among them. Where the older one's keys are
    hashed its weights are those it gives to the n-grams of the training texts; the others are gone.
    Loss and features are those of the older model. What comes out has float weights.

    Raises:
        UsageError: The older model is not linear, or the options contradict each other.
        StageOrderError: The older model is sealed with a table of norms.
        DataError: The data do not suffice, or a label of ``dev`` is in neither model.
    """
    options = options or NearOptions()
    network = _check(old, dev, options)
    loss = LOSS_OF[network.settings["link"]]
    weigh = network_linear.weights_of(old)
    basis = basis_of(old, weigh, examples, (options.min_count, options.distinct), loss)
    columns = {key: at for at, key in enumerate(basis.keys)}

    def problem(data: Examples, balanced: bool = False) -> Problem:
        x = design.matrix(weigh, data.texts, columns)
        if x.nnz and x.data.min() < 0:
            raise UsageError("the older model's features have weights below 0; --near knows none")
        targets = train.targets_of(data, basis.labels)
        plain = train.TrainOptions(class_weight=options.class_weight if balanced else "none")
        weights = train.example_weights(targets, len(basis.labels), plain)
        return Problem(x, targets, len(basis.labels), weights)

    data = problem(examples, balanced=True)
    held_out = None
    if dev is not None:
        train.known_labels(dev, basis.labels)
        held_out = problem(dev)
    try:
        fits = _path(data, held_out, basis, loss, options, progress)
    except FloatingPointError:
        raise DataError("the training diverges; are the older model's weights absurd?") from None
    kept = len(old.labels)
    point = near_points.Point(0, *fits[0][0], _first(options.step, STEP), 0.0, 0.0)
    told: dict[str, Any] = {}
    if dev is not None and held_out is not None:
        before = Classifier(old).predict(dev.texts)
        steps = near_points.HALF_ON if options.max_nfr is None else near_points.STEPS
        steps = steps if options.step is None else (options.step,)
        tried = []
        for number, (strengths, change) in enumerate(fits):
            scores = basis.old.scores(held_out.features), change.scores(held_out.features)
            # The untreated model is the bar, whatever step is asked for.
            answers = [
                (step, _answers(near_points.mixed(step, *scores, kept), old, basis.labels))
                for step in sorted({*steps, *([1.0] if number == 0 else [])})
            ]
            tried += near_points.points(number, strengths, answers, dev.labels, before)
        point = near_points.chosen(tried, options.max_nfr)
        told["dev_accuracy"], told["dev_nfr"] = point.accuracy, point.nfr
        told["untreated"] = next(asdict(each) for each in tried if (each.fit, each.step) == (0, 1))
        told["front"] = [asdict(each) for each in near_points.front(tried)]
    change = fits[point.fit][1]
    matrix = near_points.mixed(point.step, basis.old.matrix, change.matrix, kept)
    bias = near_points.mixed(point.step, basis.old.bias[None], change.bias[None], kept)
    figures = {
        "near_l2": point.l2,
        "near_l1": point.l1,
        "step": point.step,
        **told,
        "changed_weights": int(np.count_nonzero(matrix != basis.old.matrix)),
        "nonzero_weights": int(np.count_nonzero(matrix)),
        "keys": len(basis.keys),
        "old_keys": basis.found,
        "new_keys": len(basis.keys) - basis.found,
        "new_labels": list(basis.labels[kept:]),
        "gone_labels": sorted(set(old.labels) - set(examples.labels)),
    }
    return with_record("train", options, old, _model(old, basis, Weights(matrix, bias[0])), figures)


def _first(value: float | None, other: float) -> float:
    return other if value is None else value


def _check(old: Model, dev: Examples | None, options: NearOptions) -> Network:
    network = old.network
    if network is None or network.kind != "linear":
        kind = network.kind if network else "tables only"
        raise UsageError(f"--near: the older model is of kind {kind!r}, not linear")
    Classifier(old)  # checks that the parts fit together
    if old.sealed and NORMS in old.tables:
        raise StageOrderError("--near: the older model was sealed by pack; take the one before it")
    for name, value in (("--l2", options.l2), ("--l1", options.l1)):
        if value is not None and not 0 <= value < np.inf:
            raise UsageError(f"{name} {value} is no strength of at least 0")
    if options.step is not None and not 0 <= options.step <= 1:
        raise UsageError(f"--step {options.step} is not within 0 to 1")
    if options.max_nfr is not None and dev is None:
        raise UsageError("--max-nfr is a bound on the development data: give --dev")
    if options.l2 == 0 and options.l1 == 0:
        raise UsageError("without --l2 and --l1 nothing holds the weights near the older model")
    return network


Strengths = tuple[float | None, float | None]


def _path(
    data: Problem,
    dev: Problem | None,
    basis: Basis,
    loss: LossName,
    options: NearOptions,
    progress: train.Progress | None,
) -> list[tuple[Strengths, Weights]]:
    """Changes by strengths. With development data the first is that of the untreated model."""
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
    l2_path = l2_path if options.l2 is None else (options.l2,)
    l1_path = l1_path if options.l1 is None else (options.l1,)
    total = len(l2_path) * len(l1_path)
    change = None
    for l2 in l2_path:
        for l1 in l1_path:
            if progress is not None:
                done = (len(fits) - (dev is not None)) / total
                progress(f"near the old weights, L2 {l2:g}, L1 {l1:g}", done)
            change = fit_near(data, loss, offset, l2, l1, options.iterations, change)
            fits.append(((l2, l1), change))
    return fits


def _only(problem: Problem, basis: Basis) -> Problem:
    """The problem of a new model that knows nothing of the older one."""
    x: csr_matrix = problem.features[:, basis.fresh]
    return Problem(x, problem.targets, problem.labels, problem.weights)


def _answers(scores: Any, old: Model, labels: Sequence[str]) -> list[str]:
    within = network_linear.bounded(scores, network_linear.bounds_of(old))
    return [labels[at] for at in within.argmax(axis=1).tolist()]


def _model(old: Model, basis: Basis, weights: Weights) -> Model:
    assert old.network is not None
    table = Table(
        Strings.of(basis.keys),
        matrices.smaller(matrices.from_dense(weights.matrix)),
        np.array([basis.counts.get(key, 0) for key in basis.keys], np.uint32),
    )
    norms = {NORMS: old.tables[NORMS]} if NORMS in old.tables else {}
    bias = matrices.from_dense(weights.bias[None, :])
    network = Network("linear", old.network.settings, {network_linear.BIAS: bias})
    return Model({network_linear.TABLE: table, **norms}, network, basis.labels, old.features)
