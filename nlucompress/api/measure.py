"""Functions that prove that a model works: evaluate, threshold, neighbours, retrieval, diff."""

from __future__ import annotations

from typing import Any

from nlucompress.api.keywords import chosen, takes
from nlucompress.api.sources import (
    References,
    Source,
    TaggedData,
    TextData,
    examples_of,
    maybe_examples,
    maybe_model,
    model_of,
    references_of,
    tagged_of,
)
from nlucompress.format import codec
from nlucompress.format.files import read_bytes
from nlucompress.format.model import Model
from nlucompress.stages.measure.diff import overlay as overlaying
from nlucompress.stages.measure.diff import stage as differing
from nlucompress.stages.measure.diff.overlay import OverlayOptions
from nlucompress.stages.measure.diff.stage import Difference
from nlucompress.stages.measure.evaluate import tags, texts
from nlucompress.stages.measure.evaluate.gates import Gates
from nlucompress.stages.measure.evaluate.neighbours import NeighbourOptions, NeighbourReport
from nlucompress.stages.measure.evaluate.retrieval_report import RetrievalOptions, RetrievalReport
from nlucompress.stages.measure.evaluate.tags import TagReport
from nlucompress.stages.measure.evaluate.texts import Report
from nlucompress.stages.measure.inspect.stage import Inspection
from nlucompress.stages.measure.threshold import ThresholdOptions


@takes(Gates)
def evaluate(
    model: Source,
    examples: TextData,
    reference: References = None,
    gates: Gates | None = None,
    **keywords: Any,
) -> Report:
    """Measure a classifier, and what it breaks that references got right; check gates.

    Args:
        model: The model.
        examples: What it is measured on.
        reference: A model that it is to replace, or several by name.
        gates: Bounds as one object.
        keywords: Bounds by name: ``max_nfr=0.012``.

    Raises:
        DataError: There are no examples, or no label of theirs is known to a model.
        UsageError: A gate needs a reference, or a model cannot classify.
    """
    bounds = chosen(Gates, gates, keywords)
    read, old = model_of(model), references_of(reference)
    return texts.evaluate(read, examples_of(examples), old, bounds)


@takes(Gates)
def evaluate_tags(
    model: Source,
    tagged: TaggedData,
    reference: References = None,
    gates: Gates | None = None,
    **keywords: Any,
) -> TagReport:
    """Measure a tagger, and what it breaks that references got right; check gates.

    Raises:
        DataError: There are no sentences, or no label of theirs is known to a model.
        UsageError: A gate needs a reference, or a model does not tag.
    """
    bounds = chosen(Gates, gates, keywords)
    read, old = model_of(model), references_of(reference)
    return tags.evaluate_tags(read, tagged_of(tagged, tags.layout_of(read)), old, bounds)


@takes(ThresholdOptions)
def choose_threshold(
    model: Source, dev: TextData, options: ThresholdOptions | None = None, **keywords: Any
) -> Model:
    """Store in a model the confidence below which a text is answered as unknown.

    Raises:
        UsageError: An option is out of range, or the model does not classify.
        DataError: The data lack texts in or out of scope.
    """
    from nlucompress.stages.measure.threshold import choose_threshold as stage

    picked = chosen(ThresholdOptions, options, keywords)
    return stage(model_of(model), examples_of(dev), picked)


@takes(NeighbourOptions)
def neighbours(
    model: Source, reference: Source, options: NeighbourOptions | None = None, **keywords: Any
) -> NeighbourReport:
    """Compare the nearest neighbours in a table with those in its reference; check gates.

    Raises:
        UsageError: An option is out of range, or there is no such table.
        DataError: The tables share no key or are no embeddings.
    """
    from nlucompress.stages.measure.evaluate.neighbours import compare

    picked = chosen(NeighbourOptions, options, keywords)
    return compare(model_of(model), model_of(reference), picked)


@takes(RetrievalOptions)
def retrieval(
    model: Source,
    gallery: Source,
    queries: TextData,
    items: TextData | None = None,
    reference: Source | None = None,
    options: RetrievalOptions | None = None,
    **keywords: Any,
) -> RetrievalReport:
    """Measure whether a model's queries find what an older model has indexed; check gates.

    Args:
        model: What embeds the queries.
        gallery: What has embedded the gallery.
        queries: Labelled texts that ask.
        items: Labelled texts of the gallery; None is the queries, each without itself.
        reference: A new model trained without compatibility.
        options: All options as one object.
        keywords: Options by name.

    Raises:
        UsageError: A model has no representations, or an option is out of range.
        DataError: There are too few texts.
    """
    from nlucompress.stages.measure.evaluate.retrieval import retrieve

    return retrieve(
        model_of(gallery),
        model_of(model),
        examples_of(queries),
        maybe_examples(items),
        maybe_model(reference),
        chosen(RetrievalOptions, options, keywords),
    )


def diff(old: Source, new: Source, top: int = differing.TOP) -> Difference:
    """What changed between two models; ``top`` of the largest changes are listed.

    Raises:
        UsageError: The models have nothing that can be compared.
    """
    return differing.diff(model_of(old), model_of(new), top)


@takes(OverlayOptions)
def overlay_of(
    old: Source, new: Source, options: OverlayOptions | None = None, **keywords: Any
) -> tuple[Model, dict[str, Any]]:
    """The overlay that turns one model into another, as ``diff -o`` writes it, and its figures.

    Raises:
        UsageError: The models are not linear or CRFs of one basis.
    """
    picked = chosen(OverlayOptions, options, keywords)
    return overlaying.overlay_of(model_of(old), model_of(new), picked)


def inspect(model: Source, verify: bool = False) -> Inspection:
    """What a file holds, where its bytes go, and what is wrong with it.

    Args:
        model: A model or any safetensors file; a damaged one is described as far as it can be read.
        verify: Also decode every key, slot and row.

    Raises:
        FormatError: The file cannot be read.
    """
    from nlucompress.stages.measure.inspect.stage import inspect as stage

    if isinstance(model, Model):
        return stage(codec.to_bytes(model) if model.file is None else model.file, verify)
    return stage(read_bytes(model), verify)
