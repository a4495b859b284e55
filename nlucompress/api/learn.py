"""Functions that make a model: train, finetune, linearize, merge."""

from __future__ import annotations

import os
from collections.abc import Sequence
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
    models_of,
    tagged_of,
)
from nlucompress.format.model import Model, Table
from nlucompress.networks.tagger import is_tagger
from nlucompress.progress import Progress
from nlucompress.stages.learn.finetune import stage as finetuning
from nlucompress.stages.learn.finetune.linearized_options import LinearizedOptions
from nlucompress.stages.learn.finetune.stage import FinetuneOptions
from nlucompress.stages.learn.merge import stage as merging
from nlucompress.stages.learn.merge.stage import MergeOptions
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


@takes(FinetuneOptions)
def finetune(
    model: Source,
    data: TextData | TaggedData,
    dev: TextData | TaggedData | None = None,
    references: Sequence[Source] = (),
    options: FinetuneOptions | None = None,
    progress: Progress | None = None,
    checkpoint: str | os.PathLike[str] | None = None,
    compatible_with: Source | None = None,
    **keywords: Any,
) -> Model:
    """Train a model on with the task's data; what it stores its numbers in stays.

    Args:
        model: A classifier or a tagger.
        data: Texts with labels; for a tagger, tagged sentences.
        dev: Development data: the best iterate there is kept.
        references: Older models to stay near.
        options: All options as one object.
        progress: Called with lines for people.
        checkpoint: File that an interrupted training of a network goes on from.
        compatible_with: A model in whose space the representations are to stay.
        keywords: Options by name.

    Raises:
        DataError: The data cannot be read or do not fit.
        UsageError: An option is out of range or not for this kind of model.
    """
    read, older = model_of(model), models_of(references)
    picked, space = chosen(FinetuneOptions, options, keywords), maybe_model(compatible_with)
    if is_tagger(read):
        from nlucompress.stages.learn.finetune.crf import finetune_crf
        from nlucompress.stages.measure.evaluate.tags import layout_of

        teaching, layout = picked.of_tagger(space), layout_of(read)
        sentences = tagged_of(data, layout)  # type: ignore[arg-type]
        held_out = maybe_tagged(dev, layout)  # type: ignore[arg-type]
        return finetune_crf(read, sentences, held_out, older, teaching)
    return finetuning.finetune(
        read,
        examples_of(data),  # type: ignore[arg-type]
        maybe_examples(dev),  # type: ignore[arg-type]
        older,
        picked,
        progress,
        checkpoint,
        space,
    )


@takes(LinearizedOptions)
def linearize(
    model: Source,
    examples: TextData,
    dev: TextData | None = None,
    options: LinearizedOptions | None = None,
    progress: Progress | None = None,
    **keywords: Any,
) -> Model:
    """Train a network on by its first-order expansion around its weights, without torch.

    Raises:
        DataError: The data cannot be read or do not fit.
        UsageError: The model is no DAN or CNN with leaky ReLU, or an option is out of range.
    """
    from nlucompress.stages.learn.finetune.linearized import linearize as stage

    picked = chosen(LinearizedOptions, options, keywords)
    return stage(model_of(model), examples_of(examples), maybe_examples(dev), picked, progress)


@takes(MergeOptions)
def merge(
    old: Source,
    new: Source,
    options: MergeOptions | None = None,
    data: TextData | None = None,
    dev: TextData | None = None,
    **keywords: Any,
) -> Model:
    """Mix the weights of an older model and of a newer one that was trained from it.

    Args:
        old: The older model.
        new: The newer one.
        options: All options as one object.
        data: With ``fisher=True``: texts that the importance of weights is measured on.
        dev: Development data: the best share there is taken.
        keywords: Options by name.

    Raises:
        UsageError: The models do not fit each other, or options do not go together.
    """
    picked = chosen(MergeOptions, options, keywords)
    return merging.merge(
        model_of(old), model_of(new), picked, maybe_examples(data), maybe_examples(dev)
    )


def fold(model: Model, data: TextData | TaggedData | None = None) -> Model:
    """One model out of one with overlays on it, as ``merge --overlay`` makes it.

    Args:
        model: What ``overlaid`` gave.
        data: The texts, or tagged sentences, that hashed models were trained with.

    Raises:
        UsageError: There are no overlays, or a hashed model needs ``data``.
    """
    from nlucompress.stages.learn.merge.fold import fold as stage
    from nlucompress.stages.measure.evaluate.tags import layout_of

    if data is None:
        return stage(model)
    if is_tagger(model):
        return stage(model, tagged_of(data, layout_of(model)))  # type: ignore[arg-type]
    return stage(model, examples_of(data))  # type: ignore[arg-type]
