"""train --network dan|lstm|bilstm|cnn: labelled utterances to a network over word embeddings."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, replace
from importlib.util import find_spec
from typing import Literal, get_args

import numpy as np

from nlucompress.data.examples import Examples
from nlucompress.errors import DataError, StageOrderError, UsageError
from nlucompress.format.indexes.kinds import Strings
from nlucompress.format.matrices import kinds as matrices
from nlucompress.format.model import Model, Table
from nlucompress.format.names import EMBEDDINGS
from nlucompress.networks.linear.featurizer import words
from nlucompress.networks.neural import sequence
from nlucompress.networks.neural.layers import KINDS, Settings
from nlucompress.options import Options, nested, option
from nlucompress.progress import Progress
from nlucompress.stages.history import with_record
from nlucompress.stages.learn.train.compatible import prepare
from nlucompress.stages.learn.train.starting import started
from nlucompress.training.compatible import CompatibleOptions, Frozen
from nlucompress.training.plan import Data, LoopOptions

NeuralName = Literal["dan", "lstm", "bilstm", "cnn"]
Pooling = Literal["max", "mean"]
Activation = Literal["relu", "leaky-relu"]


@dataclass(frozen=True)
class NeuralOptions(Options):
    """Options of ``train`` for a neural network."""

    title = "Neural networks"

    network: NeuralName = "dan"
    hidden_size: int = option(256, "Width of the hidden layers, states or convolutions", least=1)
    hidden_layers: int = option(1, "dan: hidden layers", least=0)
    pooling: Pooling = option("max", "lstm, bilstm: over the states", choices=get_args(Pooling))
    activation: Activation = option(
        "relu", "dan, cnn: of the hidden layers", choices=get_args(Activation)
    )
    vocabulary: str | int = option(
        "all",
        "Rows kept of --embeddings: all, train (of words in the data), or these and the first N",
        kind=object,
        metavar="all|train|N",
    )
    dimensions: int = option(
        100, "Width of a word's row that is learned from scratch, without --embeddings", least=1
    )
    min_count: int = option(1, "Leave out words of fewer training texts", least=1)
    loop: LoopOptions = nested(LoopOptions)
    compatible: CompatibleOptions = nested(CompatibleOptions)

    def __post_init__(self) -> None:
        """Check every field.

        Raises:
            UsageError: A value is unknown or out of range.
        """
        super().__post_init__()
        if self.network not in KINDS:
            raise UsageError(f"unknown network {self.network!r}; known: {', '.join(KINDS)}")
        if type(self.vocabulary) is not int and self.vocabulary not in ("all", "train"):
            raise UsageError(f"--vocabulary {self.vocabulary!r} is none of all, train or a number")


def train_neural(
    examples: Examples,
    dev: Examples | None = None,
    embeddings: Table | None = None,
    options: NeuralOptions | None = None,
    progress: Progress | None = None,
    checkpoint: str | os.PathLike[str] | None = None,
    compatible_with: Model | None = None,
    note: Callable[[str], None] | None = None,
) -> Model:
    """Train a sentence classifier over a table of word embeddings, which is trained along.

    Words that the table lacks are left out of a text, in training and afterwards.

    Args:
        examples: Training data, at least two labels.
        dev: Development data: the epoch of best accuracy there is kept.
        embeddings: Table to start from; None learns one from scratch.
        options: See NeuralOptions.
        progress: Called with what is done and the share of it that is.
        checkpoint: File that is written after every epoch; training goes on from it if it exists
            and is of the same training.
        compatible_with: Model whose space of representations the new one is trained into.
        note: Called with one line that says at which epoch a checkpoint goes on.

    Raises:
        DataError: The data do not suffice, the loss is not finite, or the checkpoint is damaged or
            of another training: of other options, data, embeddings or versions.
        StageOrderError: The table is hashed.
        UsageError: The options are out of range, or torch is not installed.
    """
    options = options or NeuralOptions()
    labels = tuple(sorted(set(examples.labels)))
    if len(labels) < 2:
        raise DataError(f"training needs at least two labels, found only {labels[0]!r}")
    counts = Counter(word for text in examples.texts for word in set(words(text)))
    rng = np.random.default_rng(options.loop.seed)
    table = (
        _scratch(counts, options, rng) if embeddings is None else _kept(embeddings, counts, options)
    )
    seen = np.array([counts[table_key] for table_key in _keys(table)], np.uint32)
    settings = Settings(options.network, options.activation, options.hidden_layers, options.pooling)
    shapes = settings.shapes(table.matrix.shape[1], options.hidden_size, len(labels))
    network = started(options.network, settings.describe(), shapes, rng)
    model = Model(
        {EMBEDDINGS: replace(table, counts=seen)},
        network,
        labels,
        dict(sequence.FEATURES),
    )
    frozen = None
    if compatible_with is not None:
        model, frozen = prepare(model, compatible_with, examples, options.compatible)
    loop = options.loop
    fitted, figures = fit_neural(
        model, examples, dev, loop, None, progress, checkpoint, frozen, note
    )
    found = {"keys": len(seen), "in_training": int((seen > 0).sum()), **figures}
    return with_record("train", options, None, fitted, found)


def fit_neural(
    model: Model,
    examples: Examples,
    dev: Examples | None,
    loop: LoopOptions,
    teacher: object = None,
    progress: Progress | None = None,
    checkpoint: str | os.PathLike[str] | None = None,
    frozen: Frozen | None = None,
    note: Callable[[str], None] | None = None,
) -> tuple[Model, dict[str, object]]:
    """Train a neural model on; see ``training.neural.loop.fit``."""
    need_torch()
    from nlucompress.training.neural.loop import fit

    data = prepared(model, examples, "training")
    held_out = None if dev is None else prepared(model, dev, "development")
    fitted, figures = fit(
        model,
        data,
        held_out,
        loop,
        teacher,  # type: ignore[arg-type]
        progress,
        checkpoint,
        frozen,
        note,
    )
    return fitted, figures if frozen is None else {**figures, "compatible": frozen.figures()}


def need_torch() -> None:
    """Raise UsageError where torch is not installed."""
    if find_spec("torch") is None:
        raise UsageError("neural networks are trained by torch: pip install 'nlucompress[train]'")


def prepared(model: Model, examples: Examples, what: str) -> Data:
    """Texts as rows of the model's table, labels as numbers.

    Raises:
        DataError: A label is unknown to the model, or no word of the data is in its table.
    """
    numbers = {label: number for number, label in enumerate(model.labels)}
    for at, label in enumerate(examples.labels, start=1):
        if label not in numbers:
            raise DataError(
                f"{what} example {at}: label {label!r} is unknown to the model (`finetune "
                "--new-labels` takes the labels of the training data)"
            )
    batch = sequence.read(model.tables[EMBEDDINGS], examples.texts)
    if not len(batch.rows):
        raise DataError(f"no word of the {what} data is in the table of embeddings")
    return Data(batch, np.array([numbers[label] for label in examples.labels], np.int64))


def _keys(table: Table) -> list[str]:
    strings = table.strings
    if strings is None:
        raise StageOrderError("the table of embeddings is hashed; take the one before phash")
    return strings.decoded()


def _kept(table: Table, counts: Counter[str], options: NeuralOptions) -> Table:
    """The rows of a given table that the vocabulary keeps, as plain floats."""
    keys = _keys(table)
    first = options.vocabulary if isinstance(options.vocabulary, int) else 0
    if options.vocabulary == "all":
        first = len(keys)
    chosen = np.array([at for at, key in enumerate(keys) if at < first or key in counts], np.int64)
    if not len(chosen):
        raise DataError("no word of the training data is in the table of embeddings")
    values = matrices.from_dense(table.matrix.rows(chosen))
    return Table(Strings.of([keys[at] for at in chosen.tolist()]), values)


def _scratch(counts: Counter[str], options: NeuralOptions, rng: np.random.Generator) -> Table:
    keys = sorted(word for word, count in counts.items() if count >= options.min_count)
    if not keys:
        raise DataError("no word occurs often enough; lower --min-count or give more text")
    values = rng.normal(0, 0.1, (len(keys), options.dimensions))
    return Table(Strings.of(keys), matrices.from_dense(values))
