"""Two models of one basis as matrices that can be mixed number by number."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from nlucompress.errors import StageOrderError, UsageError
from nlucompress.format import codec
from nlucompress.format.indexes.kinds import Strings
from nlucompress.format.matrices import kinds as matrices
from nlucompress.format.matrices.product import whole
from nlucompress.format.model import Model, Table
from nlucompress.format.names import FEATURES, LINEAR, NEURAL, trait
from nlucompress.networks.classifier import Classifier
from nlucompress.stages.history import stage_of

Float64 = NDArray[np.float64]
# By name: the network's tensors, and the table as ``TABLE``.
Parts = dict[str, Float64]

TABLE = "table"
MERGED = (LINEAR, *NEURAL)  # kinds of networks


def aligned(old: Model, new: Model) -> tuple[Strings, Parts, Parts]:
    """The keys of the table, and the numbers of both models at the same places of equal matrices.

    Linear models have the rows of both, the newer one's first; of a neural model rows, labels and
    shapes must be the same, and the newer must have been trained from the older, or both from a
    third one, as their histories tell.

    Raises:
        UsageError: The models share no basis.
        StageOrderError: A model is sealed, hashed, or holds a product.
    """
    for each, what in ((old, "older"), (new, "newer")):
        Classifier(each)  # checks that the parts fit together
        _refuse(each, what)
    assert old.network is not None
    assert new.network is not None
    before, after = (_basis(each) for each in (old, new))
    for name, value in after.items():
        if before[name] != value:
            raise UsageError(
                f"the models share no basis: their {name} differ ({_short(before[name])} and "
                f"{_short(value)}); train the newer one from the older"
            )
    if new.network.kind == "linear":
        return _linear(old, new)
    if not _related(old, new):
        raise UsageError(
            "the models share no basis: neither was trained from the other, nor both from a third, "
            "as far as their histories tell; use `finetune OLD` to make the newer one"
        )
    old_keys, new_keys = (each.tables[trait(new.network.kind).table].strings for each in (old, new))
    assert old_keys is not None
    assert new_keys is not None
    if list(old_keys.encoded()) != list(new_keys.encoded()):
        raise UsageError("the models share no basis: their tables have other keys")
    return new_keys, _parts(old), _parts(new)


def restored(new: Model, keys: Strings, numbers: Mapping[str, Float64]) -> Model:
    """The newer model with other keys and numbers, which are floats."""
    network = new.network
    assert network is not None
    name = trait(network.kind).table
    table = new.tables[name]
    values = matrices.from_dense(numbers[TABLE])
    counts = table.counts if len(keys) == len(table.keys) else None
    smaller = matrices.smaller(values) if network.kind == "linear" else values
    changed = Table(keys, smaller, counts)
    tensors = {key: matrices.from_dense(numbers[key]) for key in network.tensors}
    return replace(
        new.with_tables({**new.tables, name: changed}), network=replace(network, tensors=tensors)
    )


def _refuse(model: Model, what: str) -> None:
    kind = model.network.kind if model.network else "tables only"
    if kind not in MERGED:
        raise UsageError(f"the {what} model is of kind {kind!r}, which merge does not know")
    if model.sealed:
        raise StageOrderError(f"the {what} model was sealed by pack; merge before pack")
    table = model.tables[trait(kind).table]
    if table.strings is None:
        stage = stage_of(model, "phash")
        raise StageOrderError(f"the keys of the {what} model were hashed by {stage}; merge before")
    assert model.network is not None
    for matrix in (table.matrix, *model.network.tensors.values()):
        if not isinstance(matrix, (matrices.Dense, matrices.Sparse)):
            stage = stage_of(model, "factorize", "quantize")
            raise StageOrderError(
                f"a matrix of the {what} model was taken apart by {stage}; merge before it"
            )


def _basis(model: Model) -> dict[str, object]:
    """What must be the same."""
    network = model.network
    assert network is not None
    return {
        "kinds": network.kind,
        "settings": dict(network.settings),
        "features": dict(model.features or {}),
        "labels": model.labels,
        "shapes": {name: matrix.shape for name, matrix in network.tensors.items()},
    }


def _short(value: object) -> str:
    text = str(value)
    return text if len(text) <= 60 else f"{text[:57]}..."


def _related(old: Model, new: Model) -> bool:
    """Whether the histories have a model in common."""

    def models(model: Model) -> set[object]:
        inputs = {record.get("input") for record in model.history}
        return (inputs | {codec.serialize(model).digest}) - {None}

    return bool(models(old) & models(new))


def _parts(model: Model) -> Parts:
    network = model.network
    assert network is not None
    found = {name: _whole(matrix) for name, matrix in network.tensors.items()}
    return {**found, TABLE: _whole(model.tables[trait(network.kind).table].matrix)}


def _whole(matrix: matrices.Matrix) -> Float64:
    return whole(matrix).astype(np.float64)


def _linear(old: Model, new: Model) -> tuple[Strings, Parts, Parts]:
    """The newer model's keys, then those of the older that it lacks; rows of both under them."""
    first, second = (each.tables[FEATURES].strings for each in (new, old))
    assert first is not None
    assert second is not None
    keys = Strings.of(dict.fromkeys((*first.decoded(), *second.decoded())))
    every = keys.decoded()
    found = []
    for each in (old, new):
        parts = _parts(each)
        index = each.tables[FEATURES].find(every)
        rows = np.zeros((len(every), len(each.labels)))
        rows[index >= 0] = parts[TABLE][index[index >= 0]]
        found.append({**parts, TABLE: rows})
    return keys, found[0], found[1]
