"""merge --overlay: a model and the overlays on it as one model."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from nlucompress.data.examples import Examples
from nlucompress.data.tagged import Tagged
from nlucompress.errors import UsageError
from nlucompress.format.indexes.kinds import Strings
from nlucompress.format.matrices import kinds as matrices
from nlucompress.format.model import Model, Network, Table, require_model
from nlucompress.format.names import FEATURES
from nlucompress.networks import overlays
from nlucompress.networks.crf import network as crf
from nlucompress.networks.linear import network as linear
from nlucompress.networks.tagger import Tagger
from nlucompress.stages.history import with_record


@dataclass(frozen=True)
class FoldOptions:
    """What the record of a fold keeps.

    Attributes:
        overlays: How many were folded in.
    """

    overlays: int


@dataclass(frozen=True)
class Reached:
    """How many keys of one of the tables the folded model has, of how many."""

    keys: int
    of: int


def fold(model: Model, data: Examples | Tagged | None = None) -> Model:
    """A model with overlays on it as one model of float weights and string keys.

    Tables whose keys are hashed do not know them any more: they are asked for the keys of the
    data, best the texts that the models were trained with; what these do not reach is lost, and
    the record of the stage says how much that is.

    Raises:
        UsageError: There are no overlays, or keys are hashed and there are no data.
    """
    require_model(model, overlays=True)
    if not model.overlays:
        raise UsageError("there is no overlay to fold in")
    network = model.network
    assert network is not None
    own = linear.table_of(model)
    tables = overlays.tables_of(model, own)
    if data is None and any(table.strings is None for table in tables):
        raise UsageError(
            "keys are hashed: give --data, the texts that the model and its overlays were trained "
            "with, whose keys are looked up"
        )
    keys = _keys(model, tables, data)
    known, rows = overlays.rows_of(tables, keys, len(model.labels), model.features)
    kept = [key for key, is_in in zip(keys, known.tolist(), strict=True) if is_in]
    table = Table(Strings.of(kept), matrices.smaller(matrices.from_dense(rows)))
    name = overlays.TENSORS[network.kind]
    tensor = (
        crf.transitions_of(model)
        if network.kind == "crf"
        else linear.bias_and_link(model)[0][None, :]
    )
    tensors = {**network.tensors, name: matrices.from_dense(tensor)}
    folded = Model(
        {**model.tables, FEATURES: table},
        Network(network.kind, network.settings, tensors),
        model.labels,
        model.features,
        model.history,
    )
    figures = {
        "folded": {
            "keys": len(kept),
            "tables": [asdict(_reached(each, kept)) for each in tables],
        }
    }
    return with_record("merge", FoldOptions(len(model.overlays)), model, folded, figures)


def _keys(model: Model, tables: Sequence[Table], data: Examples | Tagged | None) -> list[str]:
    """Keys that the tables still have, and those of the data, ascending."""
    keys: set[str] = set()
    for table in tables:
        if table.strings is not None:
            keys.update(table.strings.decoded())
    if isinstance(data, Tagged):
        tagger = Tagger(model)
        for sentence in data.sentences:
            keys.update(key for token in tagger.tokens(sentence) for key, _ in token)
    elif data is not None:
        for weights in linear.weights_of(model)(data.texts):
            keys.update(weights)
    return sorted(keys)


def _reached(table: Table, keys: Sequence[str]) -> Reached:
    found: Any = np.unique(table.find(keys))
    # Keys that pass for known ones may reach more than there are.
    return Reached(min(int((found >= 0).sum()), len(table.keys)), len(table.keys))
