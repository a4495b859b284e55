"""A table as exporters see it: keys in order, each with its row decoded to float32."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

import numpy as np

from nlucompress.errors import DataError
from nlucompress.format.indexes.kinds import Strings
from nlucompress.format.matrices.kinds import Matrix, StaticRows, listed
from nlucompress.format.matrices.numbers import Float32, Int64
from nlucompress.format.model import Table

BLOCK_VALUES = 1 << 20  # numbers that are decoded at once


@dataclass(frozen=True)
class Rows:
    """Keys and rows of a table.

    Attributes:
        name: Name of the table.
        keys: The keys, in the order in which they are written.
        order: int64, shape (keys,): row of each key.
        matrix: The rows in their own order.
    """

    name: str
    keys: Strings
    order: Int64
    matrix: Matrix

    def __len__(self) -> int:
        """Number of keys."""
        return len(self.keys)

    @property
    def columns(self) -> int:
        """Numbers of a row."""
        return self.matrix.shape[1]

    def texts(self, errors: str = "strict") -> Iterator[str]:
        """The keys as text.

        Args:
            errors: ``surrogatepass`` where lone surrogates, which stand for bytes, may be in it.

        Raises:
            DataError: A key is no UTF-8, or holds a lone surrogate.
        """
        for row, key in enumerate(self.keys.encoded()):
            try:
                yield key.decode("utf-8", errors)
            except UnicodeDecodeError:
                raise DataError(f"table {self.name!r}: key {row + 1} is no UTF-8") from None

    def blocks(self, errors: str = "strict") -> Iterator[tuple[list[str], Float32]]:
        """Some keys and their rows, float32 of shape (keys, columns), until all were there."""
        texts = self.texts(errors)
        step = max(1, BLOCK_VALUES // max(1, self.columns))
        for begin in range(0, len(self), step):
            order = self.order[begin : begin + step]
            yield list(islice(texts, len(order))), self.matrix.rows(order)

    def values(self) -> Float32:
        """All rows, float32 of shape (keys, columns)."""
        return self.matrix.rows(self.order)


def of_table(name: str, table: Table, keys: Strings | None, where: str) -> Rows:
    """The rows of a table; one whose keys are hashed needs them from elsewhere.

    Args:
        name: Name of the table.
        table: The table.
        keys: The keys of a hashed table, each once; key i stands on line i + 1.
        where: The file that the keys come from, for messages.

    Raises:
        DataError: There are no rows or columns, a key is missing or unknown, or they are not as
            many as the rows.
    """
    if 0 in table.matrix.shape:
        raise DataError(f"table {name!r} holds no numbers, so there is nothing to export")
    if table.strings is not None:
        order = np.arange(len(table.strings))
        return Rows(name, table.strings, order, table.matrix)
    if keys is None:
        raise DataError(f"table {name!r} holds hashes of its keys: give the keys themselves")
    texts = [key.decode() for key in keys.encoded()]
    found = table.find(texts)
    for row in np.flatnonzero(found < 0)[:1].tolist():
        raise DataError(f"{where}: line {row + 1}: {texts[row]!r} is not a key of table {name!r}")
    first: dict[int, int] = {}  # by slot, or by what finds a row in a static function
    for row, slot in enumerate(found.tolist()):
        if slot in first:
            lines = f"lines {first[slot] + 1} and {row + 1}"
            raise DataError(
                f"{where}: {lines}: both lead to one row, so one is not a key of table {name!r}"
            )
        first[slot] = row
    size = len(table.keys)
    if len(texts) < size:
        raise DataError(
            f"{where}: {len(texts):,} keys, but table {name!r} has {size:,}: "
            f"{size - len(texts):,} are missing"
        )
    if len(texts) > size:  # of a static function, where two keys never lead to one row
        raise DataError(
            f"{where}: {len(texts):,} keys, but table {name!r} has {size:,}: "
            f"{len(texts) - size:,} are none of them"
        )
    if isinstance(table.matrix, StaticRows):  # rows by number, as exporters have them
        return Rows(name, keys, np.arange(size), listed(table.matrix.known(found)))
    return Rows(name, keys, found, table.matrix)
