"""Functions that train a model on, or mix it with another: finetune, linearize, merge, fold."""

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
from nlucompress.format.model import Model
from nlucompress.networks.tagger import is_tagger
from nlucompress.progress import Progress
from nlucompress.stages.learn.finetune import stage as finetuning
from nlucompress.stages.learn.finetune.linearized_options import LinearizedOptions
from nlucompress.stages.learn.finetune.stage import FinetuneOptions
from nlucompress.stages.learn.merge import stage as merging
from nlucompress.stages.learn.merge.stage import MergeOptions


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
