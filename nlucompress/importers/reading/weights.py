"""Weights of attributes and labels, listed one by one in a file, to the parts of a tagger."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nlucompress.algo.hashing import murmur
from nlucompress.errors import DataError, FormatError
from nlucompress.format.indexes.kinds import Strings
from nlucompress.format.matrices import kinds as matrices
from nlucompress.format.matrices.kinds import Matrix
from nlucompress.format.matrices.numbers import Floats
from nlucompress.format.model import Model, Network, Table
from nlucompress.importers.reading.keylist import shown

Int64 = NDArray[np.int64]
Float64 = NDArray[np.float64]

FEATURES = {"kind": "attributes"}
LARGEST = float(np.finfo(np.float32).max)
MAX_LABELS = 2048  # of a network of kind ``crf``


def matrix_of(
    shape: tuple[int, int], rows: Int64, columns: Int64, weights: Float64, where: str
) -> Matrix:
    """A matrix of listed weights as float32, sparse or dense, whichever is smaller.

    Args:
        shape: Rows and columns; every listed place lies within.
        rows: Shape (n,): the row of each weight.
        columns: Shape (n,): its column.
        weights: Shape (n,): the weights, in any order.
        where: Names file and part in messages.

    Raises:
        DataError: A weight is no finite float32.
        FormatError: A place is listed twice.
    """
    with np.errstate(over="ignore", invalid="ignore", under="ignore"):
        values = weights.astype(np.float32)
    finite = np.isfinite(values)
    if not finite.all():
        bad = weights[int(np.argmin(finite))]
        raise DataError(f"{where}: the weight {bad} is no finite float32")
    order = np.lexsort((columns, rows))
    rows, columns, values = rows[order], columns[order], values[order]
    twice = (np.diff(rows) == 0) & (np.diff(columns) == 0)
    if twice.any():
        at = int(np.argmax(twice))
        raise FormatError(f"{where}: row {rows[at]}, column {columns[at]} has two weights")
    listed = values != 0
    rows, columns, values = rows[listed], columns[listed], values[listed]
    sparse_bytes = len(values) * 6 + 8 * shape[0] + 8
    if sparse_bytes < 4 * shape[0] * shape[1]:
        return matrices.sparse_from(Floats(), shape, rows, columns, values)
    dense = np.zeros(shape, np.float32)
    dense[rows, columns] = values
    return matrices.from_dense(dense)


def bias_of(values: Float64, where: str) -> Matrix:
    """A bias per label, shape (labels,), as float32.

    Raises:
        DataError: One is no finite float32.
    """
    if not (np.abs(values) <= LARGEST).all():
        raise DataError(f"{where}: the bias is no finite float32")
    return matrices.from_dense(values[None, :].astype(np.float32))


def keys_of(encoded: Sequence[bytes], what: str, where: str) -> list[str]:
    """Keys that differ; a byte that is not UTF-8 becomes the lone surrogate U+DC00 + byte.

    Raises:
        FormatError: One comes twice.
    """
    keys = [key.decode("utf-8", "surrogateescape") for key in encoded]
    check_distinct(keys, what, where)
    return keys


def names_of(encoded: Sequence[bytes], what: str, where: str) -> list[str]:
    """Names that differ, from UTF-8.

    Raises:
        FormatError: One is no UTF-8 or comes twice.
    """
    names = []
    for at, name in enumerate(encoded):
        try:
            names.append(name.decode())
        except UnicodeDecodeError:
            raise FormatError(f"{where}: {what} {at}, {shown(name)}, is not valid UTF-8") from None
    check_distinct(names, what, where)
    return names


def check_distinct(names: Sequence[str], what: str, where: str) -> None:
    """Refuse names that come twice.

    Raises:
        FormatError: There is one.
    """
    seen: set[str] = set()
    for name in names:
        if name in seen:
            raise FormatError(
                f"{where}: {what} {shown(name.encode('utf-8', 'surrogatepass'))} occurs twice"
            )
        seen.add(name)


def quoted(name: str) -> str:
    """A name for a message."""
    return shown(murmur.encode_key(name))


def crf(keys: list[str], labels: list[str], features: Matrix, transitions: Matrix) -> Model:
    """A model of kind ``crf``."""
    return _tagger(keys, labels, features, Network("crf", {}, {"transitions": transitions}))


def tagger_of_tokens(keys: list[str], labels: list[str], features: Matrix) -> Model:
    """A linear model of margins that labels each token alone, without a bias."""
    bias = matrices.from_dense(np.zeros((1, len(labels)), np.float32))
    settings: dict[str, Any] = {"link": "margin"}
    return _tagger(keys, labels, features, Network("linear", settings, {"bias": bias}))


def _tagger(keys: list[str], labels: list[str], features: Matrix, network: Network) -> Model:
    table = Table(Strings.of(keys), features)
    return Model({"features": table}, network, tuple(labels), FEATURES)


def check_labels(count: int, where: str) -> None:
    """Refuse more labels than a conditional random field may have, or none.

    Raises:
        FormatError: So it is.
    """
    if not 1 <= count <= MAX_LABELS:
        raise FormatError(f"{where}: {count:,} labels; 1 to {MAX_LABELS:,} can be imported")
