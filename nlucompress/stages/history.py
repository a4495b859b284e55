"""The record that every stage leaves in its model."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from nlucompress.format import codec
from nlucompress.format.model import Model
from nlucompress.version import VERSION

TRAINING = ("finetune", "merge")  # stages after which other scores are to be expected


def with_record(
    stage: str, options: Any, before: Model | None, after: Model, figures: Mapping[str, Any]
) -> Model:
    """The new model with one more record: what was done, by which version, to what.

    ``bytes_before`` and ``bytes_after`` are sizes of the models' files, the latter without the new
    record; ``input`` is the digest of the model that came in. A threshold below which texts are
    unknown is left out of a model whose weights were trained since; the record says so.
    """
    stale = {"left_out": ["unknown"]} if stage in TRAINING and after.unknown is not None else {}
    if stale:
        after = replace(after, unknown=None)
    record = {
        "stage": stage,
        "version": VERSION,
        "options": _plain(dataclasses.asdict(options)),
        "input": codec.digest(before) if before is not None else None,
        "bytes_before": codec.size(before) if before is not None else None,
        "bytes_after": codec.serialize(after).size,
        "figures": _plain(figures),
        **stale,
    }
    return replace(after, history=(*after.history, record))


def stage_of(model: Model, *stages: str) -> str:
    """Name of the last of these stages in the history, for a message; the first if none is."""
    done = [str(record.get("stage")) for record in model.history]
    return next((stage for stage in reversed(done) if stage in stages), stages[0])


def _plain(value: Any) -> Any:
    """The same in JSON's types."""
    if isinstance(value, Mapping):
        return {str(key): _plain(each) for key, each in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(each) for each in value]
    return value
