"""finetune --linearized: linear quadratic fine-tuning (LQF) of a DAN or CNN, without torch."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nlucompress.algo.threads import single_threaded
from nlucompress.errors import StageOrderError, UsageError
from nlucompress.format import matrices
from nlucompress.format.indexes import Strings
from nlucompress.format.matrices import Matrix
from nlucompress.format.model import Model, Network, Table
from nlucompress.importers.examples import Examples
from nlucompress.networks import linearized
from nlucompress.networks.classifier import Classifier
from nlucompress.networks.layers import LINEARIZED, Settings
from nlucompress.networks.sequence import TABLE, Batch
from nlucompress.stages.train_neural import prepared
from nlucompress.training.linearized.expansion import Expansion
from nlucompress.training.linearized.solve import LeastSquares
from nlucompress.training.linearized.words import ROWS

Progress = Callable[[str, float], None]
Float64 = NDArray[np.float64]

RIDGES = (1.0, 0.3, 0.1, 0.03, 0.01)
RIDGE = 0.1  # without development data
LINEAR = ("linear", "crf", "fasttext")


@dataclass(frozen=True)
class LinearizedOptions:
    """Options of ``finetune --linearized``.

    Attributes:
        target_scale: Score that the right label aims at; the others aim at 0 (LQF, section 3).
        ridge: Strength of the penalty on the squared change of the weights; None takes the best
            of ``RIDGES`` on the development data, of equals the strongest.
        steps: Of conjugate gradients at most.
        fold: Add the changes to the weights, which gives an ordinary network with other answers.
    """

    target_scale: float = 15.0
    ridge: float | None = None
    steps: int = 100
    fold: bool = False


@single_threaded
def linearize(
    model: Model,
    examples: Examples,
    dev: Examples | None = None,
    options: LinearizedOptions | None = None,
    progress: Progress | None = None,
) -> tuple[Model, dict[str, Any]]:
    """The first-order expansion of a network around its weights, trained; and figures.

    The weights stay as they are stored, codes too; their changes come beside them as floats: for
    every tensor, and for the rows of words that occur in the examples. The loss is quadratic and is
    minimized by conjugate gradients (see ``training.linearized.solve``).

    Raises:
        UsageError: The model is no DAN or CNN with leaky ReLU, or an option is out of range.
        StageOrderError: The model is sealed, or its table hashed.
        DataError: A label is unknown to the model, or its numbers are not finite.
    """
    options = options or LinearizedOptions()
    network, keys = _checked(model, options)
    data = prepared(model, examples, "training")
    occurring, at = np.unique(data.batch.rows, return_inverse=True)
    rows = model.tables[TABLE].matrix.rows(occurring).astype(np.float64)
    settings = Settings.parse(network.kind, network.settings)
    expansion = Expansion(settings, _layers(network), rows, Batch(at, data.batch.lengths))
    problem = LeastSquares(expansion, data.targets, options.target_scale)
    words = Strings.of([keys.key(row) for row in occurring.tolist()])
    before = None if dev is None else _accuracy(model, dev)
    tried = (RIDGE if dev is None else None) if options.ridge is None else options.ridge
    ridges = RIDGES if tried is None else (tried,)
    best: tuple[Model, dict[str, Any]] | None = None
    flat = None
    for number, ridge in enumerate(ridges):
        if progress is not None:
            progress(f"ridge {ridge:g}", number / len(ridges))
        flat, steps = problem.solve(ridge, options.steps, flat)
        found = _changed(model, words, problem.split(flat), options.fold)
        accuracy = None if dev is None else _accuracy(found, dev)
        figures = {
            "ridge": ridge,
            "steps": steps,
            "loss": problem.loss(flat),
            "words": len(occurring),
            "dev_accuracy_before": before,
            "dev_accuracy": accuracy,
        }
        if best is None or accuracy is None or accuracy > best[1]["dev_accuracy"]:
            best = found, figures
    assert best is not None
    return best


def _checked(model: Model, options: LinearizedOptions) -> tuple[Network, Strings]:
    """The network and the keys of its table."""
    if model.sealed:
        raise StageOrderError("the model was sealed by pack; finetune the model before it")
    network = model.network
    kind = network.kind if network else "tables only"
    if kind in LINEAR:
        raise UsageError(f"a model of kind {kind!r} is linear already: leave --linearized away")
    if kind in LINEARIZED.values():
        raise UsageError("the model is linearized already; start from the one that it was made of")
    if network is None or kind not in LINEARIZED:
        raise UsageError(f"--linearized is for {' and '.join(LINEARIZED)}, not for {kind!r}")
    Classifier(model)  # checks that the parts fit together
    if network.settings["activation"] != "leaky-relu":
        raise UsageError(
            "the network has ReLU, below zero of which nothing moves to first order; "
            "train it with --activation leaky-relu"
        )
    keys = model.tables[TABLE].strings
    if keys is None:
        raise StageOrderError("the table of embeddings is hashed; finetune the model before phash")
    if not 0 < options.target_scale < np.inf or options.steps < 1:
        raise UsageError("the target scale must be above 0, and the steps at least 1")
    if options.ridge is not None and not 0 < options.ridge < np.inf:
        raise UsageError("the ridge must be above 0")
    return network, keys


def _layers(network: Network) -> dict[str, Float64]:
    """Weights by layer, the bias as their last row."""
    decoded = {
        name: matrix.rows(np.arange(matrix.shape[0])).astype(np.float64)
        for name, matrix in network.tensors.items()
    }
    names = [name.removesuffix(".weight") for name in decoded if name.endswith(".weight")]
    return {
        name: np.concatenate([decoded[f"{name}.weight"], decoded[f"{name}.bias"]]) for name in names
    }


def _changed(model: Model, words: Strings, changes: Mapping[str, Float64], fold: bool) -> Model:
    """The model with changes of its weights beside them, or added to them."""
    network = model.network
    assert network is not None
    moved = {}
    for name, change in changes.items():
        if name != ROWS:
            moved[f"{name}.weight"], moved[f"{name}.bias"] = change[:-1], change[-1:]
    if fold:
        return _folded(model, network, words, changes[ROWS], moved)
    tangents = {linearized.PREFIX + name: matrices.from_dense(each) for name, each in moved.items()}
    kind = LINEARIZED[network.kind]
    tables = {**model.tables, linearized.TABLE: Table(words, matrices.from_dense(changes[ROWS]))}
    expanded = Network(kind, network.settings, {**network.tensors, **tangents})
    return replace(model, tables=tables, network=expanded)


def _folded(
    model: Model, network: Network, words: Strings, rows: Float64, moved: Mapping[str, Float64]
) -> Model:
    table = model.tables[TABLE]
    at = table.find([words.key(row) for row in range(len(words))])
    sums = {name: _sum(matrix, moved[name]) for name, matrix in network.tensors.items()}
    tables = {**model.tables, TABLE: replace(table, matrix=_sum(table.matrix, rows, at))}
    return replace(model, tables=tables, network=replace(network, tensors=sums))


def _sum(matrix: Matrix, change: Float64, at: NDArray[np.int64] | None = None) -> Matrix:
    """Rows with a change added to some of them, as plain floats."""
    values = matrix.rows(np.arange(matrix.shape[0])).astype(np.float64)
    values[slice(None) if at is None else at] += change
    return matrices.from_dense(values)


def _accuracy(model: Model, examples: Examples) -> float:
    answers = Classifier(model).predict(examples.texts)
    return float(np.mean([a == b for a, b in zip(answers, examples.labels, strict=True)]))
