"""Model and Table: look-ups, moves, and what does not fit together."""

from __future__ import annotations

from dataclasses import FrozenInstanceError, replace

import numpy as np
import pytest

from nlucompress.errors import FormatError, UsageError
from nlucompress.format.indexes.kinds import Strings
from nlucompress.format.matrices.kinds import from_dense
from nlucompress.format.model import Model, Table
from tests.builders.samples import hashed, int64, rich_model, tiny_model

KEYS = ["a", "b", "c"]
VALUES = np.array([[1, 2], [3, 4], [5, 6]], np.float32)


def strings_table() -> Table:
    """Three keys, three rows, three counts."""
    return Table(Strings.of(KEYS), from_dense(VALUES), np.array([9, 8, 7], np.uint32))


def test_unknown_keys_have_rows_of_zeros() -> None:
    table = strings_table()
    assert table.find(["c", "x", "a"]).tolist() == [2, -1, 0]
    assert table.lookup(["c", "x", "a"]).tolist() == [[5, 6], [0, 0], [1, 2]]
    assert table.lookup([]).shape == (0, 2)


def test_take_moves_all_that_belongs_to_a_row() -> None:
    moved = strings_table().take(int64(2, 0))
    assert moved.lookup(["a", "c", "b"]).tolist() == [[1, 2], [5, 6], [0, 0]]
    assert moved.counts is not None
    assert moved.counts.tolist() == [7, 9]


def test_slot_order_leads_to_the_same_rows() -> None:
    strings, index = strings_table(), hashed(KEYS, fingerprint_bits=16)
    order = np.argsort(index.find(KEYS))
    table = Table(index, strings.take(order).matrix)
    assert table.lookup(KEYS).tolist() == VALUES.tolist()
    with pytest.raises(UsageError, match="slot order"):
        table.take(order)


def test_strings() -> None:
    table = strings_table()
    assert table.strings is table.keys
    assert replace(table, keys=hashed(KEYS)).strings is None


def test_keys_rows_and_counts_are_as_many() -> None:
    table = strings_table()
    with pytest.raises(FormatError, match="2 keys but 3 rows"):
        replace(table, keys=Strings.of(["a", "b"]))
    with pytest.raises(FormatError, match="3 keys but 3 rows or counts"):
        replace(table, counts=np.zeros(2, np.uint32))


def test_a_table_by_name() -> None:
    tiny, rich = tiny_model(), rich_model()
    assert tiny.table() is tiny.tables["t"]
    assert rich.table("words") is rich.tables["words"]
    for model, name in ((rich, None), (rich, "t"), (tiny, "words"), (Model({}), None)):
        with pytest.raises(UsageError, match="no table"):
            model.table(name)


def test_labels_differ() -> None:
    with pytest.raises(FormatError, match="same name"):
        Model({}, labels=("a", "b", "a"))


def test_with_tables_keeps_the_rest() -> None:
    rich = rich_model()
    changed = rich.with_tables({"t": strings_table()})
    assert list(changed.tables) == ["t"]
    assert replace(changed, tables=rich.tables) == rich


def test_values_are_frozen() -> None:
    for value, name in ((tiny_model(), "labels"), (strings_table(), "keys")):
        with pytest.raises(FrozenInstanceError):
            setattr(value, name, ())
