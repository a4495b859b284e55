"""train --near: a linear model on new data, near the weights of the one that it replaces."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from nlucompress.data.examples import Examples
from nlucompress.errors import DataError, StageOrderError, UsageError
from nlucompress.format.indexes.kinds import Strings
from nlucompress.format.matrices import kinds as matrices
from nlucompress.format.model import Model, Network, Table
from nlucompress.format.names import FEATURES, NORMS
from nlucompress.networks.classifier import Classifier
from nlucompress.networks.linear import network as network_linear
from nlucompress.options import option
from nlucompress.progress import Progress
from nlucompress.stages.history import with_record
from nlucompress.stages.learn.finetune.linear import LOSS_OF
from nlucompress.stages.learn.train import linear as train
from nlucompress.stages.learn.train.linear_options import TextOptions
from nlucompress.stages.learn.train.near import points as near_points
from nlucompress.stages.learn.train.near.basis import Basis, basis_of
from nlucompress.stages.learn.train.near.path import Strengths, fits_of
from nlucompress.training import design
from nlucompress.training.linear.fit import Problem, Weights

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

STEP = 0.75  # without a development set, of the untreated model


@dataclass(frozen=True)
class NearOptions(TextOptions):
    """Options of ``train --near``.

    Those on texts choose the new n-grams, and never leave out one of the older model. Without both
    strengths W_near is the untreated model that ``train`` would make; with one of them the other is
    1e-3 or 3e-5. Without ``step`` 0.65 to 0.85 is tried in steps of 0.05, with a bound of the flips
    0 to 1; without development data it is 0.75, or 1 with a strength. Without a bound the fewest
    flips are taken at an accuracy that is not below the untreated model's by more than a standard
    error of the difference.
    """

    title = "Near the weights of an older model (--near OLD)"

    l2: float | None = option(
        None,
        "Strength of the squared penalty on the change",
        kind=float,
        least=0,
        absent="none, or 1e-3 beside --l1",
    )
    l1: float | None = option(
        None,
        "Strength of the absolute penalty on the change",
        kind=float,
        least=0,
        absent="none, or 3e-5 beside --l2",
    )
    step: float | None = option(
        None,
        "Share of the change that is taken",
        kind=float,
        unit="share",
        least=0,
        most=1,
        absent="by --dev, or 75%",
    )
    max_nfr: float | None = option(
        None,
        "Most negative flips against OLD on --dev, such as 1%",
        kind=float,
        unit="points",
        least=0,
        most=1,
        absent="fewest at an accuracy that may be as good",
    )
    iterations: int = option(200, "Steps of the optimizer at most", least=1)


def train_near(
    old: Model,
    examples: Examples,
    dev: Examples | None = None,
    options: NearOptions | None = None,
    progress: Progress | None = None,
) -> Model:
    """Train a linear model near the weights of an older one, which may be quantized or packed.

    The result is a point of the family W_old + t (W_near - W_old), where W_near minimizes

        1/n sum loss(W' x + b) + l2/2 ||W - W_old||^2 + l1 |W - W_old|_1

    over the n-grams and labels of both (``training.near``), or without penalties is the untreated
    model that training finds on the same n-grams. The development data choose t. Where the older
    one's keys are hashed its weights are those it gives to the n-grams of the training texts; the
    others are gone. Loss and features are those of the older model. What comes out has float
    weights.

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
        strengths = options.l2, options.l1
        fits = fits_of(data, held_out, basis, loss, strengths, options.iterations, progress)
    except FloatingPointError:
        raise DataError("the training diverges; are the older model's weights absurd?") from None
    kept = len(old.labels)
    last = len(fits) - 1
    usual = STEP if fits[last][0] == (None, None) else 1.0
    step = usual if options.step is None else options.step
    point = near_points.Point(last, *fits[last][0], step, 0, 0)
    told: dict[str, Any] = {}
    if dev is not None and held_out is not None:
        untreated, tried = _tried(fits, held_out.features, dev, old, basis, options)
        point = near_points.chosen(tried, untreated.accuracy, options.max_nfr)
        told["dev_accuracy"], told["dev_nfr"] = point.accuracy, point.nfr
        told["untreated"] = asdict(untreated)
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


def _check(old: Model, dev: Examples | None, options: NearOptions) -> Network:
    network = old.network
    if network is None or network.kind != "linear":
        kind = network.kind if network else "tables only"
        raise UsageError(f"--near: the older model is of kind {kind!r}, not linear")
    Classifier(old)  # checks that the parts fit together
    if old.sealed and NORMS in old.tables:
        raise StageOrderError("--near: the older model was sealed by pack; take the one before it")
    if options.max_nfr is not None and dev is None:
        raise UsageError("--max-nfr is a bound on the development data: give --dev")
    if options.l2 == 0 and options.l1 == 0:
        raise UsageError("without --l2 and --l1 nothing holds the weights near the older model")
    return network


def _tried(
    fits: Sequence[tuple[Strengths, Weights]],
    features: csr_matrix,
    dev: Examples,
    old: Model,
    basis: Basis,
    options: NearOptions,
) -> tuple[near_points.Point, list[near_points.Point]]:
    """The untreated model and every step of the last fit, on development data of these keys."""
    before = Classifier(old).predict(dev.texts)
    steps = near_points.USUAL if options.max_nfr is None else near_points.STEPS
    steps = steps if options.step is None else (options.step,)
    known = basis.old.scores(features)
    kept = len(old.labels)
    new = _answers(known + fits[0][1].scores(features), old, basis.labels)

    def points(number: int, steps: Sequence[float]) -> list[near_points.Point]:
        strengths, change = fits[number]
        scores = known, change.scores(features)
        answers = [
            (step, _answers(near_points.mixed(step, *scores, kept), old, basis.labels))
            for step in steps
        ]
        return near_points.points(number, strengths, answers, dev.labels, before, new)

    return points(0, (1.0,))[0], points(len(fits) - 1, steps)


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
    return Model({FEATURES: table, **norms}, network, basis.labels, old.features)
