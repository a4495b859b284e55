"""train: labelled utterances to a linear n-gram model."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from nlucompress.data.examples import Examples
from nlucompress.errors import DataError, UsageError
from nlucompress.format.indexes.kinds import Strings
from nlucompress.format.matrices import kinds as matrices
from nlucompress.format.model import Model, Network, Table
from nlucompress.format.names import FEATURES
from nlucompress.networks.linear import network as linear_network
from nlucompress.progress import Progress
from nlucompress.stages.history import with_record
from nlucompress.stages.learn.train import descent, linear_search
from nlucompress.stages.learn.train.linear_design import Data, Design, Found
from nlucompress.stages.learn.train.linear_options import TrainOptions
from nlucompress.training.linear.losses import LINK

__all__ = [
    "TrainOptions",
    "example_weights",
    "known_labels",
    "targets_of",
    "train",
]


def train(
    examples: Examples,
    dev: Examples | None = None,
    options: TrainOptions | None = None,
    progress: Progress | None = None,
) -> Model:
    """Train a linear classifier.

    Args:
        examples: Training data, at least two labels.
        dev: Development data: chooses the strength and ends the training early.
        options: See TrainOptions.
        progress: Called with what is done and the share of it that is.

    Raises:
        DataError: The data do not suffice.
        UsageError: The options contradict each other.
    """
    options = options or TrainOptions()
    labels = tuple(sorted(set(examples.labels)))
    if len(labels) < 2:
        raise DataError(f"training needs at least two labels, found only {labels[0]!r}")
    targets = targets_of(examples, labels)
    data = Data(examples.texts, targets, example_weights(targets, len(labels), options))
    held_out = None
    if dev is not None:
        known_labels(dev, labels)
        held_out = Data(dev.texts, targets_of(dev, labels), np.ones(len(dev), np.float32))
    if options.refit and held_out is None:
        raise UsageError("--refit fits on the development data too: give --dev")
    if options.loss == "squared-hinge":
        found = linear_search.searched(data, held_out, len(labels), options, progress)
    else:
        found = _descended(data, held_out, len(labels), options, progress)
    used = np.flatnonzero(np.diff(found.matrix.indptr))
    keys = [found.keys[at] for at in used.tolist()]
    table = Table(
        Strings.of(keys),
        matrices.from_rows(found.matrix[used]),
        np.array([found.counts[key] for key in keys], np.uint32),
    )
    bias = matrices.from_dense(found.bias[None, :])
    model = Model(
        {FEATURES: table},
        Network("linear", {"link": LINK[options.loss]}, {linear_network.BIAS: bias}),
        labels,
        found.featurizer.describe(),
    )
    figures = {**found.figures, "nonzero_weights": int(found.matrix.nnz), "keys": len(keys)}
    return with_record("train", options, None, model, figures)


def _descended(
    data: Data, dev: Data | None, labels: int, options: TrainOptions, progress: Progress | None
) -> Found:
    """A model of another loss than the squared hinge."""
    from scipy.sparse import csr_matrix

    if options.refit or options.idf or options.normalize:
        raise UsageError("--refit, --idf and --normalize are for --loss squared-hinge")
    borders = options.borders is not False
    made = Design.of(data.texts, options, borders)
    problem = made.fitted(data, labels)
    held_out = None if dev is None else made.problem(dev, labels)
    fitted, figures = descent.choose(problem, held_out, options, progress)
    matrix = csr_matrix(fitted.matrix)
    told = {**figures, "borders": borders, "idf": False, "normalize": False}
    return Found(made.keys, made.counts, made.featurizer, matrix, fitted.bias, told)


def targets_of(examples: Examples, labels: tuple[str, ...]) -> NDArray[np.int64]:
    """The number of each example's label, shape (examples,)."""
    index = {label: i for i, label in enumerate(labels)}
    return np.array([index[label] for label in examples.labels], np.int64)


def known_labels(dev: Examples, labels: tuple[str, ...]) -> None:
    """Refuse development data with other labels.

    Raises:
        DataError: A label has no training example.
    """
    known = set(labels)
    for number, label in enumerate(dev.labels, start=1):
        if label not in known:
            raise DataError(
                f"development example {number}: label {label!r} has no training example"
            )


def example_weights(
    targets: NDArray[np.int64], labels: int, options: TrainOptions
) -> NDArray[np.float32]:
    """The weight of each example, 1 on average, shape (examples,)."""
    if options.class_weight == "none":
        return np.ones(len(targets), np.float32)
    frequency = np.bincount(targets, minlength=labels)
    return (len(targets) / (labels * frequency[targets])).astype(np.float32)
