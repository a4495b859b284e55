"""The JSON that `export --to json` writes: labels, features, network, a table, in plain numbers."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import numpy as np

from nlucompress.errors import DataError, FormatError
from nlucompress.format.frame.canonical import canonical
from nlucompress.format.indexes.kinds import Strings
from nlucompress.format.matrices import kinds as matrices
from nlucompress.format.matrices.kinds import Matrix
from nlucompress.format.matrices.plain import MAX_SPARSE_COLUMNS
from nlucompress.format.model import Model, Network, Table
from nlucompress.importers.options import ImportOptions
from nlucompress.importers.reading import weights
from nlucompress.importers.reading.json_text import parsed
from nlucompress.importers.tensors.table import float32
from nlucompress.io.sources import BOM, Opened, opened

BEYOND = 3.5e38  # the shortest text of the largest float32 is a little more than it
_PARTS = {"labels", "features", "network", "tables"}


def recognizes(head: bytes) -> bool:
    """Whether a file that begins so was exported: an object whose labels come first, in a list."""
    return re.match(rb'\s*\{\s*"labels"\s*:\s*\[', head.removeprefix(BOM)) is not None


def read(source: Opened, options: ImportOptions | None = None) -> Model:
    """Read an exported model back, every number as it was.

    Raises:
        FormatError: The file is no JSON, or not of this shape.
        DataError: A number is no finite float32.
    """
    with opened(source) as stream:
        where = stream.name
        value = parsed(stream.read().removeprefix(BOM), where)
    if not isinstance(value, dict) or set(value) != _PARTS:
        raise FormatError(f"{where}: expected an object of {', '.join(sorted(_PARTS))}")
    labels, features, tables = value["labels"], value["features"], value["tables"]
    if not isinstance(labels, list) or not all(isinstance(label, str) for label in labels):
        raise FormatError(f"{where}: the labels are no list of strings")
    if features is not None and not isinstance(features, dict):
        raise FormatError(f"{where}: the features are no object")
    _check_plain({"features": features, "network": value["network"]}, where)
    if not isinstance(tables, dict) or not all(isinstance(each, dict) for each in tables.values()):
        raise FormatError(f"{where}: the tables are no object of objects")
    found = {}
    for name, rows in tables.items():
        matrix = _matrix(list(rows.values()), f"{where}: table {weights.quoted(name)}")
        found[name] = Table(Strings.of(rows), matrix)
    return Model(found, _network(value["network"], where), tuple(labels), features)


def _network(value: Any, where: str) -> Network | None:
    if value is None:
        return None
    if not isinstance(value, dict) or set(value) != {"kind", "settings", "tensors"}:
        raise FormatError(f"{where}: the network is not an object of kind, settings, tensors")
    kind, settings, tensors = value["kind"], value["settings"], value["tensors"]
    if not isinstance(kind, str) or not isinstance(settings, dict) or not isinstance(tensors, dict):
        raise FormatError(f"{where}: kind, settings or tensors of the network are malformed")
    read = {
        name: _matrix(rows, f"{where}: tensor {weights.quoted(name)}")
        for name, rows in tensors.items()
    }
    return Network(kind, settings, read)


def _matrix(rows: Any, where: str) -> Matrix:
    """Lists of numbers as the smaller of a dense and a sparse matrix."""
    if not isinstance(rows, list) or not rows or not isinstance(rows[0], list):
        raise FormatError(f"{where}: expected rows of numbers")
    width = len(rows[0])
    if not 1 <= width <= MAX_SPARSE_COLUMNS:
        raise FormatError(f"{where}: a row has {width:,} numbers, not 1 to {MAX_SPARSE_COLUMNS:,}")
    for at, row in enumerate(rows):
        if not isinstance(row, list) or len(row) != width:
            raise FormatError(
                f"{where}: row {at + 1} is not a list of {width} numbers as the first is"
            )
        _check(row, f"{where}: row {at + 1}")
    values = float32(np.array(rows, np.float64), where)
    return matrices.smaller(matrices.from_dense(values))


def _check(row: Sequence[Any], where: str) -> None:
    for value in row:
        if type(value) not in (int, float) or not abs(value) <= BEYOND:
            raise DataError(f"{where}: {str(value)[:20]!r} is no finite float32")


def _check_plain(value: Any, where: str) -> None:
    """Refuse what the description of a model cannot hold."""
    try:
        canonical(value)
    except (ValueError, RecursionError):
        raise FormatError(
            f"{where}: features or network hold a number that is not finite, or nest too deeply"
        ) from None
