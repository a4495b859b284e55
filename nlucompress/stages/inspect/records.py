"""What the history in a description says of each stage, read leniently: it may be damaged."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import import_module
from typing import Any

from nlucompress.stages.inspect.contents import field

_OPTIONS = {
    "train": "nlucompress.stages.train.linear:TrainOptions",
    "import": "nlucompress.importers.detect:ImportOptions",
    "factorize": "nlucompress.stages.factorize:FactorizeOptions",
    "quantize": "nlucompress.stages.quantize.stage:QuantizeOptions",
    "phash": "nlucompress.stages.phash:PhashOptions",
    "pack": "nlucompress.stages.pack:PackOptions",
}
_UNKNOWN = object()


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
    if stage not in _OPTIONS:
        return options
    module, name = _OPTIONS[stage].split(":")
    defaults = dataclasses.asdict(getattr(import_module(module), name)())
    plain = json.loads(json.dumps(defaults))
    return {name: value for name, value in options.items() if plain.get(name, _UNKNOWN) != value}
