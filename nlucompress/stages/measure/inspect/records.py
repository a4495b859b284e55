"""What the history in a description says of each stage, read leniently: it may be damaged."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Mapping
from dataclasses import MISSING, dataclass
from importlib import import_module
from typing import Any

from nlucompress.stages.measure.inspect.contents import field

# The options that a stage records; a stage that does several jobs has several kinds of them.
_OPTIONS: dict[str, tuple[str, ...]] = {
    "train": (
        "nlucompress.stages.learn.train.linear:TrainOptions",
        "nlucompress.stages.learn.train.crf:CrfOptions",
        "nlucompress.stages.learn.train.neural:NeuralOptions",
    ),
    "import": ("nlucompress.importers.detect:ImportOptions",),
    "factorize": ("nlucompress.stages.shrink.factorize:FactorizeOptions",),
    "finetune": (
        "nlucompress.stages.learn.finetune.stage:FinetuneOptions",
        "nlucompress.stages.learn.finetune.teaching:LinearFinetuneOptions",
        "nlucompress.stages.learn.finetune.linearized_options:LinearizedOptions",
    ),
    "merge": ("nlucompress.stages.learn.merge.stage:MergeOptions",),
    "quantize": ("nlucompress.stages.shrink.quantize.stage:QuantizeOptions",),
    "phash": ("nlucompress.stages.shrink.phash:PhashOptions",),
    "pack": ("nlucompress.stages.shrink.pack:PackOptions",),
}


@dataclass(frozen=True)
class StageInfo:
    """A record of the history.

    Attributes:
        options: Those that differ from the defaults; all where the defaults are not known.
    """

    stage: str
    version: str
    options: Mapping[str, Any]
    input: str | None
    bytes_before: int | None
    bytes_after: int | None


def history_of(description: Mapping[str, Any]) -> tuple[StageInfo, ...]:
    """All stages, oldest first."""
    return tuple(
        StageInfo(
            stage := field(record, "stage", str) or "unknown",
            field(record, "version", str) or "unknown",
            _changed(stage, field(record, "options", dict) or {}),
            field(record, "input", str),
            field(record, "bytes_before", int),
            field(record, "bytes_after", int),
        )
        for record in field(description, "history", list) or []
    )


def _changed(stage: str, options: dict[str, Any]) -> dict[str, Any]:
    """The options that are not the defaults of the first kind that has them all."""
    for place in _OPTIONS.get(stage, ()):
        module, name = place.split(":")
        defaults = _defaults(getattr(import_module(module), name))
        if set(options) <= set(defaults):
            plain = json.loads(json.dumps(defaults))
            return {each: value for each, value in options.items() if plain[each] != value}
    return options


def _defaults(kind: Any) -> dict[str, Any]:
    """By name; not those of an instance, since some options are refused where none is given."""
    found = {
        each.name: each.default if each.default_factory is MISSING else each.default_factory()
        for each in dataclasses.fields(kind)
    }
    return {
        name: dataclasses.asdict(value)
        if dataclasses.is_dataclass(value) and not isinstance(value, type)
        else value
        for name, value in found.items()
        if value is not MISSING
    }
