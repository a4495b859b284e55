"""finetune of conditional random fields: weights trained on, near the models they replace."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from nlucompress.data.tagged import Tagged
from nlucompress.errors import DataError, StageOrderError, UsageError
from nlucompress.format.matrices.kinds import Dense, Matrix, Sparse
from nlucompress.format.matrices.numbers import Floats
from nlucompress.format.matrices.product import whole
from nlucompress.format.model import Model, require_model
from nlucompress.format.names import FEATURES
from nlucompress.networks.crf import network as crf_network
from nlucompress.networks.crf.token_features import token_features
from nlucompress.networks.tagger import Tagger
from nlucompress.progress import tell
from nlucompress.stages.history import stage_of, with_record
from nlucompress.stages.learn.finetune.teaching import LinearFinetuneOptions, settled
from nlucompress.stages.learn.finetune.teaching_tags import crf_teacher_of
from nlucompress.training import design, straight_through
from nlucompress.training.crf import owlqn
from nlucompress.training.crf.fit import Objective, Problem, Weights
from nlucompress.training.rounding import encoded

L2 = 1e-6  # that of train
Float64 = NDArray[np.float64]


def finetune_crf(
    model: Model,
    tagged: Tagged,
    dev: Tagged | None = None,
    references: Sequence[Model] = (),
    options: LinearFinetuneOptions | None = None,
) -> Model:
    """Train a tagger on; attributes, zeros and the encoding of numbers stay.

    With references the loss gains lambda (alpha + beta share) KL(old(y | x) || new(y | x)) for each
    sentence x, where ``share`` is that of its tokens which the references get right, and the old
    model's probabilities are the mean of theirs: positive-congruent training (Yan et al. 2021,
    section 4) of whole labellings, convex as the loss of the task. With a development set the
    iterate of least loss there is kept.

    Raises:
        UsageError: The model is no CRF, or the options contradict each other.
        StageOrderError: Its keys are hashed, or it is sealed.
        DataError: A label of the data is unknown to the model.
    """
    require_model(model)
    options = options or LinearFinetuneOptions()
    options = settled(model, references, options)
    network = model.network
    if network is None or network.kind != crf_network.KIND:
        raise UsageError(
            "the model is not a conditional random field, so tagged data cannot train it"
        )
    if model.sealed:
        raise StageOrderError("the model was sealed by pack; finetune the model before it")
    table = model.tables[FEATURES]
    if table.strings is None:
        stage = stage_of(model, "phash", "import")
        raise StageOrderError(f"the keys were hashed by {stage}; run finetune before phash")
    stored, transitions = table.matrix, network.tensors[crf_network.TRANSITIONS]
    start = Weights(_values(stored), crf_network.transitions_of(model))
    columns = {key: row for row, key in enumerate(table.strings.decoded())}
    l2 = L2 if options.l2 is None else options.l2

    def objective(data: Tagged, what: str, penalty: float) -> tuple[Objective, Problem]:
        problem = _problem(model, data, columns, what)
        teacher = crf_teacher_of(model, data, references, options)
        return Objective(problem, penalty, start.matrix != 0, teacher), problem

    training, problem = objective(tagged, "training", l2)
    held_out = objective(dev, "development", 0.0)[0] if dev is not None else None
    watch = _Watch(held_out, options.iterations)
    first = training.packed(start)
    watch(0, first)
    if isinstance(_numbers(stored), Floats):
        last = owlqn.minimize(
            training,
            first,
            options.l1,
            options.iterations,
            lambda at, _, weights: watch(at, weights),
        )
    else:
        last = straight_through.minimize(
            training,
            first,
            lambda weights: training.packed(
                _rounded(training.unpacked(weights), stored, transitions)
            ),
            options.iterations,
            watch,
        )
    fitted = training.unpacked(last if watch.best is None else watch.best)
    new = {crf_network.TRANSITIONS: _encoded(fitted.transitions, transitions)}
    table = replace(table, matrix=_encoded(fitted.matrix, stored))
    result = replace(
        model.with_tables({**model.tables, FEATURES: table}),
        network=replace(network, tensors={**network.tensors, **new}),
    )
    figures = {
        "l2": l2,
        "weights": int(np.count_nonzero(start.matrix)),
        "weights_after": int(np.count_nonzero(fitted.matrix)),
        "accuracy_before": _accuracy(start, problem),
        "accuracy": _accuracy(fitted, problem),
    }
    return with_record("finetune", options, model, result, {FEATURES: figures})


class _Watch:
    """Keeps the weights of least loss on the development set."""

    def __init__(self, dev: Objective | None, iterations: int) -> None:
        self.best: Float64 | None = None
        self._dev, self._least, self._iterations = dev, np.inf, iterations

    def __call__(self, iteration: int, weights: Float64) -> bool:
        if self._dev is not None and (value := self._dev(weights)[0]) < self._least:
            self._least, self.best = value, weights.copy()
        least = "" if self._dev is None else f", least dev loss {self._least:.4g}"
        tell(f"training on{least}", iteration / self._iterations)
        return False


def _problem(model: Model, data: Tagged, columns: dict[str, int], what: str) -> Problem:
    known = set(model.labels)
    for at, labels in enumerate(data.labels, start=1):
        if unknown := [label for label in labels if label not in known]:
            raise DataError(f"{what} sentence {at}: label {unknown[0]!r} is unknown to the model")
    read = token_features(model.features or {})
    sentences = [read(sentence) for sentence in data.sentences]
    Tagger(model)  # checks that the parts fit together
    return design.token_problem(sentences, data, columns, model.labels)


def _numbers(matrix: Matrix) -> object:
    if not isinstance(matrix, (Dense, Sparse)):
        raise UsageError(
            f"the weights are a matrix of kind {matrix.kind}; finetune trains plain rows"
        )
    return matrix.numbers


def _values(matrix: Matrix) -> NDArray[np.float32]:
    _numbers(matrix)
    return whole(matrix)


def _rounded(weights: Weights, stored: Matrix, transitions: Matrix) -> Weights:
    """The weights as they can be stored."""
    nearest = _encoded(weights.matrix, stored), _encoded(weights.transitions, transitions)
    return Weights(_values(nearest[0]), _values(nearest[1]).astype(np.float64))


def _encoded(values: NDArray[np.floating], old: Matrix) -> Matrix:
    assert isinstance(old, (Dense, Sparse))
    return encoded(values.astype(np.float32), old.numbers, old)


def _accuracy(weights: Weights, problem: Problem) -> float:
    answers = np.concatenate(problem.tag(weights))
    return float((answers == problem.targets).mean())
