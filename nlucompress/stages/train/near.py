"""train --near: a linear model on new data, near the weights of the one that it replaces."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, get_args

import numpy as np

from nlucompress.errors import DataError, StageOrderError, UsageError
from nlucompress.format.indexes import Strings
from nlucompress.format.matrices import kinds as matrices
from nlucompress.format.model import Model, Network, Table
from nlucompress.importers.data.examples import Examples
from nlucompress.networks.classifier import Classifier
from nlucompress.networks.linear import network as network_linear
from nlucompress.networks.linear.vectorizer import TABLE as NORMS
from nlucompress.options import Options, option
from nlucompress.stages.finetune.linear import LOSS_OF
from nlucompress.stages.history import with_record
from nlucompress.stages.train import linear as train
from nlucompress.stages.train import near_points
from nlucompress.stages.train.linear import ClassWeight
from nlucompress.stages.train.near_basis import Basis, basis_of
from nlucompress.stages.train.near_path import Strengths, fits_of
from nlucompress.training import design
from nlucompress.training.linear.fit import Problem, Weights

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

STEP = 1.0  # without a development set


@dataclass(frozen=True)
class NearOptions(Options):
    """Options of ``train --near``; of those that TrainOptions has too, the meaning is the same.

    They choose the new n-grams, and never leave out one of the older model. Without ``step`` 0.5 to
    1 is tried in steps of 0.05, with a bound of the flips 0 to 1; the untreated model is always
    tried. Without a bound the fewest flips at no accuracy lost are taken.
    """

    title = "Near the weights of an older model (--near OLD)"

    l2: float | None = option(
        None,
        "Strength of the squared penalty on the change",
        kind=float,
        least=0,
        absent="a path of them",
    )
    l1: float | None = option(
        None,
        "Strength of the absolute penalty on the change",
        kind=float,
        least=0,
        absent="a path of them",
    )
    step: float | None = option(
        None,
        "Share of the change that is taken",
        kind=float,
        unit="share",
        least=0,
        most=1,
        absent="by --dev, or all",
    )
    max_nfr: float | None = option(
        None,
        "Most negative flips against OLD on --dev, such as 1%",
        kind=float,
        unit="points",
        least=0,
        most=1,
        absent="fewest at no accuracy lost",
    )
    min_count: int = option(2, "Leave out features of fewer training texts", least=1)
    distinct: bool = option(
        True,
        "Of features that occur in exactly the same texts keep the shortest one",
        off="all-features",
        absent="distinct",
    )
    class_weight: ClassWeight = option(
        "none", "balanced gives every label the same total weight", choices=get_args(ClassWeight)
    )
    iterations: int = option(200, "Steps of the optimizer at most", least=1)


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
        strengths = options.l2, options.l1
        fits = fits_of(data, held_out, basis, loss, strengths, options.iterations, progress)
    except FloatingPointError:
        raise DataError("the training diverges; are the older model's weights absurd?") from None
    kept = len(old.labels)
    point = near_points.Point(0, *fits[0][0], STEP if options.step is None else options.step, 0, 0)
    told: dict[str, Any] = {}
    if dev is not None and held_out is not None:
        tried = _tried(fits, held_out.features, dev, old, basis, options)
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
) -> list[near_points.Point]:
    """Every point of every fit on the development data, whose keys are ``features``."""
    before = Classifier(old).predict(dev.texts)
    steps = near_points.HALF_ON if options.max_nfr is None else near_points.STEPS
    steps = steps if options.step is None else (options.step,)
    tried = []
    known = basis.old.scores(features)
    for number, (strengths, change) in enumerate(fits):
        scores = known, change.scores(features)
        # The untreated model is the bar, whatever step is asked for.
        answers = [
            (step, _answers(near_points.mixed(step, *scores, len(old.labels)), old, basis.labels))
            for step in sorted({*steps, *([1.0] if number == 0 else [])})
        ]
        tried += near_points.points(number, strengths, answers, dev.labels, before)
    return tried


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
