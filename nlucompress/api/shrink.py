"""Functions that make a model small: factorize, quantize, phash, pack, compress, search."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from nlucompress.api.keywords import chosen, takes
from nlucompress.api.sources import (
    Source,
    TaggedData,
    TextData,
    examples_of,
    model_of,
    tagged_of,
)
from nlucompress.format.model import Model
from nlucompress.networks.tagger import is_tagger
from nlucompress.progress import Progress
from nlucompress.stages.shrink import factorize as factorizing
from nlucompress.stages.shrink import pack as packing
from nlucompress.stages.shrink import phash as hashing
from nlucompress.stages.shrink.compress.options import CompressOptions
from nlucompress.stages.shrink.compress.report import CompressReport
from nlucompress.stages.shrink.factorize import FactorizeOptions
from nlucompress.stages.shrink.pack import PackOptions
from nlucompress.stages.shrink.phash import PhashOptions
from nlucompress.stages.shrink.quantize import stage as quantizing
from nlucompress.stages.shrink.quantize.options import QuantizeOptions
from nlucompress.stages.shrink.search.stage import SearchReport
from nlucompress.stages.shrink.search.students import SearchOptions


@takes(FactorizeOptions)
def factorize(model: Source, options: FactorizeOptions | None = None, **keywords: Any) -> Model:
    """Replace a table by two thin factors: ``factorize(model, rank=50)``.

    Raises:
        UsageError: An option is out of range, or not exactly one of rank, ratio and energy is told.
        StageOrderError: The table is factorized, quantized or hashed already.
    """
    return factorizing.factorize(model_of(model), chosen(FactorizeOptions, options, keywords))


@takes(QuantizeOptions)
def quantize(model: Source, options: QuantizeOptions | None = None, **keywords: Any) -> Model:
    """Round weights to a few levels and drop what rounds to zero: ``quantize(model, bits=5)``.

    Raises:
        UsageError: An option does not fit a matrix, or a name is unknown.
        StageOrderError: The numbers are codes already, or the keys are hashed.
        DataError: A weight is NaN, infinite or absurdly large.
    """
    return quantizing.quantize(model_of(model), chosen(QuantizeOptions, options, keywords))


@takes(PhashOptions)
def phash(model: Source, options: PhashOptions | None = None, **keywords: Any) -> Model:
    """Replace the keys' strings by a minimal perfect hash: ``phash(model, fingerprint_bits=8)``.

    Raises:
        UsageError: An option is out of range, or there is no such table.
        StageOrderError: The keys are hashed already.
    """
    return hashing.phash(model_of(model), chosen(PhashOptions, options, keywords))


@takes(PackOptions)
def pack(model: Source, options: PackOptions | None = None, **keywords: Any) -> Model:
    """Seal a model in its smallest encoding.

    Raises:
        UsageError: An option does not fit the model.
        StageOrderError: It is sealed already.
    """
    return packing.pack(model_of(model), chosen(PackOptions, options, keywords))


@takes(CompressOptions)
def compress(
    model: Source,
    dev: TextData | TaggedData,
    references: Mapping[str, Source] | None = None,
    options: CompressOptions | None = None,
    name: str = "the model",
    **keywords: Any,
) -> tuple[Model | None, CompressReport]:
    """Find the smallest model that meets gates on development data.

    Args:
        model: Trained or imported: its keys are strings.
        dev: Examples, or tagged sentences for a tagger; not those of the training.
        references: Further models that drop and flips are measured against, by name.
        options: All options as one object.
        name: What the report calls the model.
        keywords: Options and gates by name: ``max_nfr=0.01, effort="low"``.

    Returns:
        The model, None where no candidate meets the gates, and what was tried.

    Raises:
        StageOrderError: The model is hashed or sealed already.
        DataError: The data do not fit the model.
    """
    from nlucompress.stages.measure.evaluate.tags import layout_of
    from nlucompress.stages.shrink.compress.stage import compress as stage

    read, picked = model_of(model), chosen(CompressOptions, options, keywords)
    old = {key: model_of(each) for key, each in (references or {}).items()}
    if is_tagger(read):
        return stage(read, tagged_of(dev, layout_of(read)), old, picked, name)  # type: ignore[arg-type]
    return stage(read, examples_of(dev), old, picked, name)  # type: ignore[arg-type]


@takes(SearchOptions)
def search(
    large: Source,
    examples: TextData,
    dev: TextData,
    options: SearchOptions | None = None,
    progress: Progress | None = None,
    **keywords: Any,
) -> tuple[Model | None, SearchReport]:
    """Find the cheapest student that answers queries against a large network's gallery.

    Returns:
        The student, None where none is within ``max_drop``, and what was tried.

    Raises:
        UsageError: The model has no representations, an option is out of range, torch is missing.
        DataError: The data do not fit.
    """
    from nlucompress.stages.shrink.search.stage import search as stage

    picked = chosen(SearchOptions, options, keywords)
    return stage(model_of(large), examples_of(examples), examples_of(dev), picked, progress)
