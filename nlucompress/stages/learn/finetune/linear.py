"""finetune of linear models: weights trained on, near the scores of the models they replace."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nlucompress.data.examples import Examples
from nlucompress.errors import DataError, StageOrderError, UsageError
from nlucompress.format.indexes.kinds import Strings
from nlucompress.format.matrices import kinds as matrices
from nlucompress.format.matrices.numbers import Floats
from nlucompress.format.model import Model, Network, Table, require_model
from nlucompress.format.names import FEATURES
from nlucompress.networks.classifier import Classifier
from nlucompress.networks.linear import network as network_linear
from nlucompress.stages.history import stage_of, with_record
from nlucompress.stages.learn.finetune.teaching import LinearFinetuneOptions, settled, teacher_of
from nlucompress.training import design
from nlucompress.training.distill import Teacher
from nlucompress.training.linear.fit import Problem, Weights
from nlucompress.training.linear.losses import LossName
from nlucompress.training.linear.refit import Penalties, loss_of, refit
from nlucompress.training.rounding import encoded, rounding_of

Int64 = NDArray[np.int64]
LOSS_OF: dict[str, LossName] = {
    "margin": "squared-hinge",
    "logistic": "logistic",
    "one-vs-rest": "logistic",
    "clipped": "squared-hinge",
    "softmax": "softmax",
}


def finetune_linear(
    model: Model,
    examples: Examples,
    dev: Examples | None = None,
    references: Sequence[Model] = (),
    options: LinearFinetuneOptions | None = None,
) -> Model:
    """Train the weights of a linear model on; keys, zeros and the encoding of numbers stay.

    Weights that are codes are trained straight through on their own grid or codebook. With a
    development set the iterate of least loss there is kept, the distillation's term included.
    Labels that a reference does not know are left out of its distance, and so are the examples
    that have them.

    Raises:
        UsageError: The model is not linear, or the options contradict each other.
        StageOrderError: The keys are hashed, or the model is sealed.
        DataError: A label of the data is unknown to the model, or the training diverges.
    """
    require_model(model)
    options = options or LinearFinetuneOptions()
    options = settled(model, references, options)
    if model.sealed:
        raise StageOrderError("the model was sealed by pack; finetune the model before it")
    network, table, keys = _parts(model)
    stored = table.matrix
    if not isinstance(stored, (matrices.Dense, matrices.Sparse)):
        raise UsageError(
            f"the weights are a matrix of kind {stored.kind}; finetune trains plain rows"
        )
    rows, columns, codes = _entries(stored)
    numbers = stored.numbers
    matrix = np.zeros(stored.shape, np.float32)
    matrix[rows, columns] = numbers.decode(codes, rows, columns)
    support = matrix != 0
    rows, columns = np.nonzero(support)
    bias = network.tensors[network_linear.BIAS]
    start = Weights(matrix, bias.rows(np.zeros(1, np.int64))[0])
    weigh = network_linear.weights_of(model)
    index = {key: row for row, key in enumerate(keys.decoded())}
    problem = _problem(model, weigh, index, examples, "training")
    teacher = teacher_of(model, examples, problem.targets, references, options)
    loss_name = LOSS_OF[network.settings["link"]]
    figure = None
    if dev is not None:
        held_out = _problem(model, weigh, index, dev, "development")
        figure = _dev_loss(
            held_out, loss_name, teacher_of(model, dev, held_out.targets, references, options)
        )
    trained_l2 = _trained_l2(model) if options.l2 is None else options.l2
    rounding = None if isinstance(numbers, Floats) else rounding_of(numbers, rows, columns)
    try:
        fitted = refit(
            problem,
            start,
            support,
            loss_name,
            Penalties(trained_l2, options.l1),
            options.iterations,
            teacher,
            rounding,
            figure,
        )
    except FloatingPointError:
        raise DataError("the training diverges; are the model's weights absurdly large?") from None
    new = encoded(fitted.matrix, numbers, stored)
    tensors = {**network.tensors, network_linear.BIAS: matrices.from_dense(fitted.bias[None, :])}
    result = replace(
        model.with_tables({**model.tables, FEATURES: replace(table, matrix=new)}),
        network=replace(network, tensors=tensors),
    )
    figures = {
        "l2": trained_l2,
        "weights": int(support.sum()),
        "weights_after": int(np.count_nonzero(fitted.matrix)),
        "accuracy_before": _accuracy(start, problem),
        "accuracy": _accuracy(fitted, problem),
    }
    return with_record("finetune", options, model, result, {FEATURES: figures})


def _parts(model: Model) -> tuple[Network, Table, Strings]:
    Classifier(model)  # checks that the parts fit together
    network = model.network
    if network is None or network.kind != "linear":
        raise UsageError(f"the network is {network.kind if network else 'missing'}, not linear")
    table = model.tables[FEATURES]
    if table.strings is None:
        stage = stage_of(model, "phash")
        raise StageOrderError(f"the keys were hashed by {stage}; run finetune before phash")
    return network, table, table.strings


def _entries(matrix: matrices.Dense | matrices.Sparse) -> tuple[Int64, Int64, NDArray[Any]]:
    """Row, column and code of every listed element, flat."""
    rows, columns, codes = np.broadcast_arrays(*matrix.entries())
    return rows.reshape(-1), columns.reshape(-1), codes.reshape(-1)


def _problem(
    model: Model,
    weigh: network_linear.Weigh,
    index: dict[str, int],
    examples: Examples,
    what: str,
) -> Problem:
    numbers = {label: number for number, label in enumerate(model.labels)}
    for at, label in enumerate(examples.labels, start=1):
        if label not in numbers:
            raise DataError(f"{what} example {at}: label {label!r} is unknown to the model")
    targets = np.array([numbers[label] for label in examples.labels], np.int64)
    x = design.matrix(weigh, examples.texts, index)
    return Problem(x, targets, len(numbers), np.ones(len(examples), np.float32))


def _dev_loss(problem: Problem, loss_name: LossName, teacher: Teacher | None) -> Any:
    loss = loss_of(problem, loss_name, teacher)
    return lambda weights: loss(weights.scores(problem.features))[0]


def _trained_l2(model: Model) -> float:
    """Strength of the penalty that ``train`` recorded, else its default."""
    for record in reversed(model.history):
        figures = record.get("figures")
        l2 = figures.get("l2") if isinstance(figures, dict) else None
        if record.get("stage") == "train" and isinstance(l2, float) and 0 <= l2 < np.inf:
            return l2
    return 1e-3


def _accuracy(weights: Weights, problem: Problem) -> float:
    right = weights.scores(problem.features).argmax(axis=1) == problem.targets
    return float(right.mean())
