"""A static function lists its rows once its keys are known: those of the model from before pack."""

from __future__ import annotations

import numpy as np

from nlucompress.algo.hashing import murmur, static
from nlucompress.errors import UsageError
from nlucompress.format.indexes.kinds import Strings
from nlucompress.format.indexes.static_keys import Hashes, Static
from nlucompress.format.matrices.kinds import StaticRows
from nlucompress.format.model import Model, Table
from nlucompress.networks.linear import closure


def listed(model: Model, before: Model) -> Model:
    """The sealed model, whose static functions list the rows of these keys.

    Args:
        model: The sealed model.
        before: The model that ``pack`` or ``phash`` read, with the same keys in each such table.

    Raises:
        UsageError: A table has other keys there, or the model has no static function.
    """
    tables = {
        name: _listed(name, table, before)
        for name, table in model.tables.items()
        if isinstance(table.keys, Static) and isinstance(table.matrix, StaticRows)
    }
    if not tables:
        raise UsageError("--keys is for tables in static functions, of which the model has none")
    return model.with_tables({**model.tables, **tables})


def _listed(name: str, table: Table, before: Model) -> Table:
    keys, matrix = table.keys, table.matrix
    assert isinstance(keys, Static)
    assert isinstance(matrix, StaticRows)
    other = before.tables.get(name)
    if other is None or not isinstance(other.keys, Hashes | Strings):
        raise UsageError(
            f"--keys: table {name!r} is not there with its keys or their hashes; take the model "
            "from before pack"
        )
    if isinstance(other.keys, Strings) and table.closed:
        other = closure.closed(other, before.features or {}) or other
    if isinstance(other.keys, Hashes):
        h1, h2 = other.keys.halves
    else:
        assert isinstance(other.keys, Strings)
        h1, h2 = murmur.hash_keys(other.keys.encoded())
    if len(h1) != len(keys) or (keys.find_hashes(h1, h2) < 0).any():
        raise UsageError(
            f"--keys: table {name!r} has other keys there ({len(h1):,}; here {len(keys):,}); take "
            "the model that pack made this one of"
        )
    return Table(keys, matrix.known(static.handles(np.sort(h1))), table.counts, table.closed)
