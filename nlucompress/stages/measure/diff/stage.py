"""diff: what changed between any two models."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from nlucompress.format import codec
from nlucompress.format.matrices.kinds import Matrix
from nlucompress.format.model import Model, require_model
from nlucompress.stages.measure.diff.numbers import Changes
from nlucompress.stages.measure.diff.tables import TableDiff, table_diff, tensor_diff
from nlucompress.stages.measure.reported import Reported

TOP = 10  # largest changes that are listed


@dataclass(frozen=True)
class Side:
    """One of the models.

    Attributes:
        size_bytes: Of its file, with its overlays.
        digest: What tells it from every other.
        sealed: Whether ``pack`` made it.
        stages: Those of its history.
    """

    size_bytes: int
    digest: str
    sealed: bool
    stages: tuple[str, ...]


@dataclass(frozen=True)
class Difference(Reported):
    """What changed from one model to another.

    Attributes:
        same: Whether both are the same model, by digest.
        old, new: The models.
        structure: By what differs (kind of network, settings, features), both values.
        new_labels: Labels that only the newer has, in its order.
        gone_labels: Labels that only the older has.
        reordered: Whether the labels that both have stand in another order.
        tables: Tables of both, by name.
        new_tables, gone_tables: Names of those of one alone.
        tensors: Changes of the tensors that both networks have, by name; None where their shapes
            differ.
        new_tensors, gone_tensors: Names of the others.
    """

    same: bool
    old: Side
    new: Side
    structure: Mapping[str, tuple[Any, Any]]
    new_labels: tuple[str, ...]
    gone_labels: tuple[str, ...]
    reordered: bool
    tables: Mapping[str, TableDiff]
    new_tables: tuple[str, ...]
    gone_tables: tuple[str, ...]
    tensors: Mapping[str, Changes | None]
    new_tensors: tuple[str, ...]
    gone_tensors: tuple[str, ...]


def diff(old: Model, new: Model, top: int = TOP) -> Difference:
    """Compare two models of any kind, which may have overlays on them.

    Keys are compared where a table still has its strings: then the other table is asked for each of
    them, even if its own keys are hashed. Rows are compared of the keys that both know, their
    columns by label; where both tables are hashed, only if slot for slot their keys are the same.

    Args:
        old: The older model.
        new: The newer one.
        top: How many of the largest changes are listed, of each table and tensor.
    """
    require_model(old, new, overlays=True)
    shared = [label for label in old.labels if label in set(new.labels)]
    tables = [name for name in old.tables if name in new.tables]
    tensors = [name for name in _tensors(old) if name in _tensors(new)]
    return Difference(
        codec.digest(old) == codec.digest(new),
        _side(old),
        _side(new),
        {name: pair for name, pair in structure(old, new).items() if pair[0] != pair[1]},
        _only(new.labels, old.labels),
        _only(old.labels, new.labels),
        shared != [label for label in new.labels if label in set(shared)],
        {name: table_diff(name, old, new, top) for name in tables},
        _only(new.tables, old.tables),
        _only(old.tables, new.tables),
        {name: tensor_diff(name, old, new, top) for name in tensors},
        _only(_tensors(new), _tensors(old)),
        _only(_tensors(old), _tensors(new)),
    )


def _only(names: Iterable[str], others: Iterable[str]) -> tuple[str, ...]:
    """The names that are not among the others, in their order."""
    known = set(others)
    return tuple(name for name in names if name not in known)


def _tensors(model: Model) -> Mapping[str, Matrix]:
    return {} if model.network is None else model.network.tensors


def _side(model: Model) -> Side:
    stages = tuple(str(record.get("stage")) for record in model.history)
    return Side(codec.size(model), codec.digest(model), model.sealed, stages)


def structure(old: Model, new: Model) -> dict[str, tuple[Any, Any]]:
    """What both models are made of besides tables, tensors and labels, by name."""
    found = []
    for model in (old, new):
        network = model.network
        found.append(
            {
                "network": None if network is None else network.kind,
                "settings": None if network is None else dict(network.settings),
                "features": None if model.features is None else dict(model.features),
            }
        )
    return {name: (value, found[1][name]) for name, value in found[0].items()}
