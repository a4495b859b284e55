"""Functions that train a model: linear, CRF, near an older one, neural."""

from __future__ import annotations

import os
from typing import Any

from nlucompress.api.keywords import chosen, takes
from nlucompress.api.sources import (
    Source,
    TaggedData,
    TextData,
    examples_of,
    maybe_examples,
    maybe_model,
    maybe_tagged,
    model_of,
    tagged_of,
)
from nlucompress.format.model import Model, Table
from nlucompress.progress import Progress
from nlucompress.stages.learn.train import crf, linear, neural
from nlucompress.stages.learn.train.crf import CrfOptions
from nlucompress.stages.learn.train.linear import TrainOptions
from nlucompress.stages.learn.train.near import crf as near_crf
from nlucompress.stages.learn.train.near import stage as near
from nlucompress.stages.learn.train.near.crf import NearCrfOptions
from nlucompress.stages.learn.train.near.stage import NearOptions
from nlucompress.stages.learn.train.neural import NeuralOptions


@takes(TrainOptions)
def train(
    examples: TextData,
    dev: TextData | None = None,
    options: TrainOptions | None = None,
    progress: Progress | None = None,
    **keywords: Any,
) -> Model:
    """Train a linear n-gram classifier: ``train("train.tsv", "dev.tsv", refit=True)``.

    Args:
        examples: Texts with labels: read ones, a path, bytes or an open file.
        dev: Development data, which choose features and penalties.
        options: All options as one object.
        progress: Called with lines for people.
        keywords: Options by name, which change ``options``.

    Raises:
        DataError: The data cannot be read, or nothing can be learned from them.
        UsageError: An option is out of range.
    """
    picked = chosen(TrainOptions, options, keywords)
    return linear.train(examples_of(examples), maybe_examples(dev), picked, progress)


@takes(CrfOptions)
def train_crf(
    tagged: TaggedData,
    dev: TaggedData | None = None,
    options: CrfOptions | None = None,
    progress: Progress | None = None,
    **keywords: Any,
) -> Model:
    """Train a tagger, a conditional random field, on tagged sentences.

    Raises:
        DataError: The data cannot be read, or nothing can be learned from them.
        UsageError: An option is out of range.
    """
    picked = chosen(CrfOptions, options, keywords)
    return crf.train_crf(tagged_of(tagged), maybe_tagged(dev), picked, progress)


@takes(NearOptions)
def train_near(
    old: Source,
    examples: TextData,
    dev: TextData | None = None,
    options: NearOptions | None = None,
    progress: Progress | None = None,
    **keywords: Any,
) -> Model:
    """Train a linear classifier that stays near an older one and breaks little of it.

    Raises:
        DataError: The data cannot be read or do not fit.
        UsageError: An option is out of range, or the older model is not linear.
    """
    picked = chosen(NearOptions, options, keywords)
    return near.train_near(
        model_of(old), examples_of(examples), maybe_examples(dev), picked, progress
    )


@takes(NearCrfOptions)
def train_near_crf(
    old: Source,
    tagged: TaggedData,
    dev: TaggedData | None = None,
    options: NearCrfOptions | None = None,
    progress: Progress | None = None,
    **keywords: Any,
) -> Model:
    """Train a tagger that stays near an older one and breaks little of it.

    Raises:
        DataError: The data cannot be read or do not fit.
        UsageError: An option is out of range, or the older model is no CRF.
    """
    picked = chosen(NearCrfOptions, options, keywords)
    return near_crf.train_near_crf(
        model_of(old), tagged_of(tagged), maybe_tagged(dev), picked, progress
    )


@takes(NeuralOptions)
def train_neural(
    examples: TextData,
    dev: TextData | None = None,
    embeddings: Table | Source | None = None,
    options: NeuralOptions | None = None,
    progress: Progress | None = None,
    checkpoint: str | os.PathLike[str] | None = None,
    compatible_with: Source | None = None,
    **keywords: Any,
) -> Model:
    """Train a neural network over word embeddings; needs torch, the extra ``train``.

    Args:
        examples: Texts with labels.
        dev: Development data: the best epoch there is kept.
        embeddings: A table, or a model of one, that the network starts from; None learns them.
        options: All options as one object.
        progress: Called with lines for people.
        checkpoint: File that an interrupted training goes on from.
        compatible_with: A model in whose space the representations are to lie.
        keywords: Options by name, such as ``network="cnn"``.

    Raises:
        DataError: The data cannot be read or do not fit.
        UsageError: An option is out of range, or torch is not installed.
    """
    table = embeddings
    if table is not None and not isinstance(table, Table):
        table = model_of(table).table()
    return neural.train_neural(
        examples_of(examples),
        maybe_examples(dev),
        table,
        chosen(NeuralOptions, options, keywords),
        progress,
        checkpoint,
        maybe_model(compatible_with),
    )
