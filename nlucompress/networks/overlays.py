"""Overlays: the changes of a linear model or CRF as a small model of its own.

An overlay names the model under it by digest. Its table has a row for each key whose weights
change, a column for each label under it and then one for each label that it adds; its one tensor
is the change of the bias, or of the transitions. Scores are sums, so a reader adds what all of
them give. Of several, each lies on those before it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nlucompress.errors import FormatError, UsageError
from nlucompress.format import codec
from nlucompress.format.matrices.kinds import Matrix
from nlucompress.format.model import Model, Table
from nlucompress.format.names import FEATURES
from nlucompress.networks.linear import closure
from nlucompress.networks.linear.closure import Int64

Float64 = NDArray[np.float64]
Bools = NDArray[np.bool_]

KIND = "overlay"
TENSORS = {"linear": "bias", "crf": "transitions"}  # by the kind of network that is changed
MAX_LABELS = 1 << 20  # as of any model
_DIGEST = re.compile("[0-9a-f]{32}")


@dataclass(frozen=True)
class Overlay:
    """What an overlay holds.

    Attributes:
        base: Digest of the model under it.
        network: Kind of the network that it changes.
        under: Labels under it.
        width: Labels with those that it adds.
        table: Changes of rows, ``width`` columns.
        tensor: Change of the bias, shape (1, width), or of the transitions, (width, width).
    """

    base: str
    network: str
    under: int
    width: int
    table: Table
    tensor: Matrix


def is_overlay(model: Model) -> bool:
    """Whether this is not a model but the changes of one."""
    return model.network is not None and model.network.kind == KIND


def refuse_alone(model: Model) -> None:
    """Refuse an overlay where a model is meant.

    Raises:
        UsageError: It is one; the text says what to do.
    """
    if is_overlay(model):
        raise UsageError(
            "this file is an overlay, the changes of another model: name that one, and this "
            "behind --overlay"
        )


def describe(base: str, network: str, under: int) -> dict[str, object]:
    """The settings of an overlay's network."""
    return {"base": base, "labels": under, "network": network}


def parts_of(update: Model) -> Overlay:
    """The parts of an overlay, checked.

    Raises:
        FormatError: They do not fit together.
    """
    network = update.network
    assert network is not None
    settings = dict(network.settings)
    if set(settings) != {"base", "labels", "network"}:
        raise FormatError(f"unknown settings of the overlay: {str(settings)[:80]}")
    base, under, kind = settings["base"], settings["labels"], settings["network"]
    if not isinstance(base, str) or not _DIGEST.fullmatch(base):
        raise FormatError(f"the overlay's base is not a digest: {str(base)[:40]!r}")
    if not isinstance(kind, str) or kind not in TENSORS:
        raise FormatError(f"the overlay changes a network of unknown kind {str(kind)[:40]!r}")
    if type(under) is not int or not 1 <= under <= MAX_LABELS:
        raise FormatError(f"the overlay lies on {str(under)[:40]} labels")
    name, width = TENSORS[kind], under + len(update.labels)
    if set(update.tables) != {FEATURES} or set(network.tensors) != {name}:
        raise FormatError(
            f"an overlay of a {kind} model needs a table {FEATURES!r} and {name!r} only"
        )
    if update.features is not None:
        raise FormatError("an overlay has no features of its own")
    table, tensor = update.tables[FEATURES], network.tensors[name]
    if table.matrix.shape[1] != width:
        raise FormatError(f"the columns of the overlay's table are not its {width} labels")
    if tensor.shape != (width if kind == "crf" else 1, width):
        raise FormatError(f"tensor {name!r} of the overlay has shape {tensor.shape}")
    return Overlay(base, kind, under, width, table, tensor)


def overlaid(base: Model, *updates: Model) -> Model:
    """A model with overlays on it, in this order; all that reads models takes it.

    Raises:
        UsageError: An overlay is made for another model, or is none.
        FormatError: An overlay is malformed.
    """
    for update in updates:
        base = _overlaid(base, update)
    return base


def _overlaid(base: Model, update: Model) -> Model:
    if not is_overlay(update):
        raise UsageError("this is not an overlay: `nlucompress diff OLD NEW -o FILE` makes one")
    if is_overlay(base):
        raise UsageError("an overlay lies on a model: name the model first, then its overlays")
    parts = parts_of(update)
    digest = codec.digest(base)
    if parts.base != digest:
        what = "the model with the overlays before it" if base.overlays else "the model"
        raise UsageError(
            f"the overlay is for the model of digest {parts.base}, but {what} has {digest}"
        )
    kind = base.network.kind if base.network else "tables only"
    if kind != parts.network or parts.under != len(base.labels):
        raise FormatError(
            f"the overlay is for a {parts.network} model of {parts.under} labels, but under it is "
            f"a {kind} model of {len(base.labels)}"
        )
    both = sorted(set(update.labels) & set(base.labels))
    if both:
        raise FormatError(f"the overlay adds label {both[0]!r}, which the model has already")
    labels = (*base.labels, *update.labels)
    made = replace(base, labels=labels, overlays=(*base.overlays, update))
    return made.of_file(base.file)


def bottom(model: Model) -> Model:
    """The model without its overlays."""
    if not model.overlays:
        return model
    made = replace(model, labels=model.labels[: model.own_labels], overlays=())
    return made.of_file(model.file)


def with_changes(model: Model, own: Float64) -> Float64:
    """A tensor of the model itself and all that its overlays add to it.

    Args:
        model: The model.
        own: Its bias, shape (1, labels), or its transitions, (labels, labels).
    """
    if not model.overlays:
        return own
    count = len(model.labels)
    square = model.network is not None and model.network.kind == "crf"
    total = np.zeros((count if square else 1, count))
    total[: own.shape[0], : own.shape[1]] = own
    for update in model.overlays:
        parts = parts_of(update)
        height = parts.tensor.shape[0]
        total[:height, : parts.width] += parts.tensor.rows(np.arange(height))
    return total


def tables_of(model: Model, own: Table) -> list[Table]:
    """The model's own table and those of its overlays."""
    return [own, *(parts_of(update).table for update in model.overlays)]


def find(
    tables: Sequence[Table], keys: Sequence[str], features: Mapping[str, Any] | None
) -> list[Int64]:
    """Rows of the keys in each table, -1 for unknown ones; only the first can be closed."""
    own, *others = tables
    return [closure.find(own, features, keys), *(table.find(keys) for table in others)]


def rows_of(
    tables: Sequence[Table],
    keys: Sequence[str],
    labels: int,
    features: Mapping[str, Any] | None = None,
) -> tuple[Bools, Float64]:
    """Which keys any of the tables knows, shape (keys,), and of those the sums of their rows.

    The rows have a column for each of so many labels, float64.
    """
    found = find(tables, keys, features)
    if len(found) == 1:
        known = found[0] >= 0
        return known, tables[0].matrix.rows(found[0][known]).astype(np.float64)
    known = np.logical_or.reduce([index >= 0 for index in found])
    rows = np.zeros((int(known.sum()), labels))
    for table, index in zip(tables, found, strict=True):
        at = index[known]
        own = at >= 0
        rows[own, : table.matrix.shape[1]] += table.matrix.rows(at[own])
    return known, rows
