"""linearize: linear quadratic fine-tuning (LQF) of a DAN or CNN, without torch."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nlucompress.algo.threads import single_threaded
from nlucompress.data.examples import Examples
from nlucompress.errors import StageOrderError, UsageError
from nlucompress.format.indexes.kinds import Strings
from nlucompress.format.matrices import kinds as matrices
from nlucompress.format.matrices.product import whole
from nlucompress.format.model import Model, Network, Table, require_model
from nlucompress.format.names import EMBEDDINGS, TANGENTS
from nlucompress.networks.classifier import Classifier
from nlucompress.networks.neural import linearized
from nlucompress.networks.neural.layers import LINEARIZED, PROJECTION, Settings
from nlucompress.networks.neural.sequence import Batch
from nlucompress.progress import Progress, unheard
from nlucompress.stages.history import with_record
from nlucompress.stages.learn.finetune.linearized_options import (
    MOST_READINGS,
    READINGS,
    RIDGE,
    RIDGES,
    LinearizedOptions,
)
from nlucompress.stages.learn.finetune.new_labels import with_fitted_output, with_new_labels
from nlucompress.stages.learn.train.neural import prepared
from nlucompress.training.linearized.expansion import Expansion
from nlucompress.training.linearized.readings import readings
from nlucompress.training.linearized.solve import LeastSquares
from nlucompress.training.linearized.words import ROWS

Float64 = NDArray[np.float64]

LINEAR = ("linear", "crf", "fasttext")


@single_threaded
def linearize(
    model: Model,
    examples: Examples,
    dev: Examples | None = None,
    options: LinearizedOptions | None = None,
    progress: Progress | None = None,
) -> Model:
    """The first-order expansion of a network around its weights, trained.

    The weights stay as they are stored, codes too; their changes come beside them as floats: for
    every tensor, and for the rows of words that occur in the examples. The loss is quadratic and is
    minimized by conjugate gradients (see ``training.linearized.solve``).

    Raises:
        UsageError: The model is no DAN or CNN with leaky ReLU, or an option is out of range.
        StageOrderError: The model is sealed, or its table hashed.
        DataError: A label is unknown to the model, or its numbers are not finite.
    """
    require_model(model)
    options = options or LinearizedOptions()
    base = _checked(model)
    if options.new_labels:
        base = with_new_labels(base, examples, options.seed)
        base = with_fitted_output(base, examples, options.target_scale)
    data = prepared(base, examples, "training")
    if dev is not None:
        prepared(base, dev, "development")
    count = options.readings or max(1, min(READINGS, MOST_READINGS // len(data.targets)))
    data = readings(data, count, options.word_dropout, options.seed)
    occurring, at = np.unique(data.batch.rows, return_inverse=True)
    problem = _problem(base, occurring, Batch(at, data.batch.lengths), data.targets, options)
    table = base.tables[EMBEDDINGS]
    assert table.strings is not None
    words = Strings.of([table.strings.key(row) for row in occurring.tolist()])
    preconditioner = problem.preconditioner(options.preconditioner)
    ridges = RIDGES if dev is not None else (RIDGE,)
    ridges = ridges if options.ridge is None else (options.ridge,)
    best: tuple[Model, dict[str, Any]] | None = None
    flat = None
    for number, ridge in enumerate(ridges):
        if progress is not None:
            so_far = best[1]["dev_accuracy"] if best is not None else None
            shown = "" if so_far is None else f", best dev {100 * so_far:.2f} %"
            progress(f"ridge {ridge:g}{shown}", number / len(ridges))
        strength = ridge / len(base.labels)
        flat, steps = problem.solve(strength, options.iterations, preconditioner, flat)
        found = _changed(base, words, problem.changes(flat))
        with unheard():
            accuracy = None if dev is None else _accuracy(found, dev)
        figures = {
            "ridge": ridge,
            "steps": steps,
            "loss": problem.loss(flat),
            "words": len(occurring),
            "readings": count,
            "dev_accuracy": accuracy,
        }
        if best is None or accuracy is None or accuracy > best[1]["dev_accuracy"]:
            best = found, figures
    assert best is not None
    return with_record("finetune", options, model, best[0], {"linearized": best[1]})


def _checked(model: Model) -> Model:
    """The model as it can be expanded, without a projection into another model's space."""
    if model.sealed:
        raise StageOrderError("the model was sealed by pack; finetune the model before it")
    network = model.network
    kind = network.kind if network else "tables only"
    if kind in LINEAR:
        raise UsageError(f"a model of kind {kind!r} is linear already: `finetune` it")
    if kind in LINEARIZED.values():
        raise UsageError("the model is linearized already; start from the one that it was made of")
    if network is None or kind not in LINEARIZED:
        raise UsageError(f"linearize is for {' and '.join(LINEARIZED)}, not for {kind!r}")
    Classifier(model)  # checks that the parts fit together
    if network.settings["activation"] != "leaky-relu":
        raise UsageError(
            "the network has ReLU, below zero of which nothing moves to first order; "
            "train it with --activation leaky-relu"
        )
    if model.tables[EMBEDDINGS].strings is None:
        raise StageOrderError("the table of embeddings is hashed; finetune the model before phash")
    projection = PROJECTION.split(".")[0]
    tensors = {
        name: each for name, each in network.tensors.items() if name.split(".")[0] != projection
    }
    return replace(model, network=replace(network, tensors=tensors))


def _problem(
    model: Model,
    occurring: NDArray[np.int64],
    batch: Batch,
    targets: NDArray[np.int64],
    options: LinearizedOptions,
) -> LeastSquares:
    network = model.network
    assert network is not None
    settings = Settings.parse(network.kind, network.settings)
    rows = model.tables[EMBEDDINGS].matrix.rows(occurring).astype(np.float64)
    expansion = Expansion(settings, _layers(network), rows, batch)
    residuals = -expansion.scores
    residuals[np.arange(len(targets)), targets] += options.target_scale
    return LeastSquares(expansion, residuals, options.row_scale)


def _layers(network: Network) -> dict[str, Float64]:
    """Weights by layer, the bias as their last row."""
    decoded = {name: whole(matrix).astype(np.float64) for name, matrix in network.tensors.items()}
    names = [name.removesuffix(".weight") for name in decoded if name.endswith(".weight")]
    return {
        name: np.concatenate([decoded[f"{name}.weight"], decoded[f"{name}.bias"]]) for name in names
    }


def _changed(model: Model, words: Strings, changes: Mapping[str, Float64]) -> Model:
    """The model with changes of its weights beside them."""
    network = model.network
    assert network is not None
    tensors = dict(network.tensors)
    for name, change in changes.items():
        if name != ROWS:
            tensors[f"{linearized.PREFIX}{name}.weight"] = matrices.from_dense(change[:-1])
            tensors[f"{linearized.PREFIX}{name}.bias"] = matrices.from_dense(change[-1:])
    tables = {**model.tables, TANGENTS: Table(words, matrices.from_dense(changes[ROWS]))}
    expanded = Network(LINEARIZED[network.kind], network.settings, tensors)
    return replace(model, tables=tables, network=expanded)


def _accuracy(model: Model, examples: Examples) -> float:
    answers = Classifier(model).predict(examples.texts)
    return float(np.mean([a == b for a, b in zip(answers, examples.labels, strict=True)]))
