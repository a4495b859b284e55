"""Some rows of an imported table of vectors: the first ones, or those of a vocabulary."""

from __future__ import annotations

import warnings
from dataclasses import replace

import numpy as np

from nlucompress.errors import DataError, ForeignFileWarning, UsageError
from nlucompress.format.indexes.kinds import Strings
from nlucompress.format.matrices import kinds as matrices
from nlucompress.format.matrices.kinds import Matrix
from nlucompress.format.matrices.numbers import Int64
from nlucompress.format.model import Model, Network, Table
from nlucompress.importers.options import ImportOptions
from nlucompress.importers.reading.keyfile import read_keys

_SUBWORDS = "subwords"  # features of fastText: the rows of n-grams stand behind those of words
_BUCKET = b" "  # their keys begin so


def selected(model: Model, options: ImportOptions, where: str) -> Model:
    """The model with the rows that the options keep, in their order; n-grams' rows stay.

    Vectors beside the table that have a number for each row, such as norms, lose the same ones.

    Raises:
        UsageError: The model is not a table of vectors.
        DataError: No row is kept, or the vocabulary cannot be read.
    """
    network = model.network
    if len(model.tables) != 1 or (network is not None and network.kind != "tensors"):
        raise UsageError(
            f"{where}: limit and vocabulary are for tables of vectors; this is a model with labels"
        )
    ((name, table),) = model.tables.items()
    rows = _rows(table, options, where, (model.features or {}).get("kind") == _SUBWORDS)
    strings = table.strings
    assert strings is not None  # what is imported has its keys
    kept = Table(strings.take(rows), table.matrix.take(rows))
    return replace(
        model, tables={name: kept}, network=_network(network, table.matrix.shape[0], rows)
    )


def _rows(table: Table, options: ImportOptions, where: str, hashed: bool) -> Int64:
    """The rows that are kept, ascending."""
    strings = table.strings
    assert strings is not None
    buckets = np.zeros(len(strings), bool)
    if hashed:
        buckets |= [key.startswith(_BUCKET) for key in strings.encoded()]
    words = np.flatnonzero(~buckets)
    if options.vocabulary is not None:
        words = np.intersect1d(words, _wanted(strings, options, where))
    if options.limit is not None:
        words = words[: options.limit]
    return np.union1d(words, np.flatnonzero(buckets))


def _wanted(strings: Strings, options: ImportOptions, where: str) -> Int64:
    """Rows of a vocabulary's words; a warning counts those that have none."""
    assert options.vocabulary is not None
    keys = read_keys(options.vocabulary)
    found = strings.find(keys.decoded())
    missing = np.flatnonzero(found < 0)
    if len(missing) == len(keys):
        raise DataError(f"{where}: none of the {len(keys):,} words of the vocabulary is in it")
    if len(missing):
        text = f"{where}: {len(missing):,} of {len(keys):,} words of the vocabulary are not in it"
        first = keys.key(int(missing[0]))[:40]
        warnings.warn(f"{text}, such as {first!r}", ForeignFileWarning, stacklevel=5)
    return found[found >= 0]


def _network(network: Network | None, count: int, rows: Int64) -> Network | None:
    """The tensors beside the table; a vector of a number per row keeps those of the rows."""
    if network is None:
        return None
    tensors: dict[str, Matrix] = dict(network.tensors)
    shapes = dict(network.settings.get("shapes", {}))
    for name, matrix in network.tensors.items():
        if shapes.get(name) == [count]:
            values = matrix.rows(np.zeros(1, np.int64))[:, rows]
            tensors[name] = matrices.from_dense(values)
            shapes[name] = [len(rows)]
    settings = {**network.settings, "shapes": shapes} if shapes else network.settings
    return replace(network, tensors=tensors, settings=settings)
