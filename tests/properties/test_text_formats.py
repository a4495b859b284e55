"""Text formats of ours with keys and labels that hold their separators: all comes back, or none."""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from nlucompress.errors import DataError, FormatError
from nlucompress.exporters import crfsuite_dump, json_file, word2vec
from nlucompress.exporters.rows import Rows, of_table
from nlucompress.format.indexes.kinds import Strings
from nlucompress.format.matrices.kinds import from_dense
from nlucompress.format.model import Model, Network, Table
from nlucompress.importers.linear import exported_json
from nlucompress.importers.options import ImportOptions
from nlucompress.importers.reading.weights import FEATURES
from nlucompress.importers.taggers.crfsuite import dump
from nlucompress.importers.vectors import text, word2vec_binary
from nlucompress.networks.crf.attributes import parse_attributes

PIECES = [
    " --> ", ": ", ":", "\n", "\r", "\t", " ", "\\", "0", "1", "  (0) ", "(1) ", "}", "\n}\n\n",
    "    1: ", "-0.5", "O", "a", "\u00e9", "\u2028", "\x85", '"', "\ufeff", "\udce9", "{", " = {",
]  # fmt: skip
NAMES = st.lists(st.sampled_from(PIECES), max_size=5).map("".join)
PLAIN = NAMES.map(lambda name: name.encode("utf-8", "replace").decode())


def model_of(keys: list[str], labels: list[str], seed: int) -> Model:
    """A conditional random field of random quarters, some of them 0."""
    generator = np.random.default_rng(seed)
    rows = generator.integers(-4, 5, (len(keys), len(labels))).astype(np.float32) / 4
    steps = generator.integers(-4, 5, (len(labels), len(labels))).astype(np.float32) / 4
    network = Network("crf", {}, {"transitions": from_dense(steps)})
    table = Table(Strings.of(keys), from_dense(rows))
    return Model({"features": table}, network, tuple(labels), FEATURES)


def written(write: Callable[[Rows], Iterator[bytes]], table: Table) -> bytes | None:
    """What an exporter writes of a table; None if it refuses, by an error that names the key."""
    try:
        return b"".join(write(of_table("features", table, None, "")))
    except DataError as error:
        refused = str(error)
    assert "key" in refused or "name" in refused
    return None


def same(first: Table, second: Table) -> bool:
    """Whether two tables have the same keys and rows, in any order."""
    assert isinstance(first.keys, Strings)
    keys = first.keys.decoded()
    at = second.find(keys)
    rows = first.matrix.rows(np.arange(len(keys))), second.matrix.rows(at)
    assert isinstance(second.keys, Strings)
    return len(second.keys) == len(keys) and bool((at >= 0).all() and (rows[0] == rows[1]).all())


@given(
    st.lists(NAMES, min_size=1, max_size=5, unique=True),
    st.lists(PLAIN, min_size=1, max_size=3, unique=True),
    st.integers(0, 99),
)
@example(["a --> O", "a"], ["O", "O: 1"], 1)
@example(["a\nb", "a\r", "\n"], ["O"], 2)
@example(["x: 1.000000\n", "", "\t34816"], ["O"], 3)
@settings(max_examples=150, deadline=None)
def test_dumps_of_crfsuite(keys: list[str], labels: list[str], seed: int) -> None:
    model = model_of(keys, labels, seed)
    table = model.tables["features"]
    data = written(lambda rows: crfsuite_dump.write(model, rows), table)
    if data is None:
        return
    again = dump.read(io.BytesIO(data))
    assert again.labels == model.labels
    assert again.network is not None
    assert model.network is not None
    steps = [
        each.tensors["transitions"].rows(np.arange(len(labels)))
        for each in (again.network, model.network)
    ]
    assert (steps[0] == steps[1]).all()
    assert same(table, again.tables["features"])


@given(st.lists(NAMES, min_size=1, max_size=4, unique=True), st.integers(0, 99))
@example(["\ufeffa", "b"], 1)
@example(["\x85", "\u2028 x"], 1)
@settings(max_examples=150, deadline=None)
def test_tables_as_text(keys: list[str], seed: int) -> None:
    model = model_of(keys, ["x", "y"], seed)
    table = model.tables["features"]
    cases: tuple[tuple[Callable[[Model, Rows], Iterator[bytes]], Callable[[Any], Model]], ...] = (
        (word2vec.text, lambda data: text.read(data, ImportOptions(format="word2vec"))),
        (word2vec.glove, lambda data: text.read(data, ImportOptions(format="glove"))),
        (word2vec.binary, lambda data: word2vec_binary.read(data, ImportOptions())),
    )
    for write, read in cases:
        data = written(partial(write, model), table)
        if data is not None:
            assert same(table, read(io.BytesIO(data)).table())


@given(
    st.lists(NAMES, min_size=1, max_size=4, unique=True),
    st.lists(PLAIN, min_size=1, max_size=3, unique=True),
)
@settings(max_examples=100, deadline=None)
def test_json(keys: list[str], labels: list[str]) -> None:
    model = model_of(keys, labels, 5)
    data = written(lambda rows: json_file.write(model, rows), model.tables["features"])
    assert data is not None
    json.loads(data)
    again = exported_json.read(io.BytesIO(data))
    assert again.labels == model.labels
    assert same(model.tables["features"], again.tables["features"])


@given(PLAIN.filter(lambda name: "\t" not in name), st.sampled_from(["", ":2", ":-.5e1"]))
def test_lines_of_attributes(name: str, value: str) -> None:
    written = name.replace("\\", "\\\\").replace(":", "\\:") + value
    expected = [(name, float(value[1:] or 1))] if written else []
    assert parse_attributes(written) == expected


def test_a_dump_of_two_readings_is_refused() -> None:
    """Two attributes that hold each other's lines."""
    head = b"FILEHEADER = {\n  num_features: 0\n  num_labels: 1\n  num_attrs: 2\n}\n\n"
    lines = (
        b"LABELS = {\n      0: O\n}\n\nATTRIBUTES = {\n      0: a\n      1: b\n      1: c\n}\n\n"
    )
    rest = b"TRANSITIONS = {\n}\n\nSTATE_FEATURES = {\n}\n\n"
    with pytest.raises(FormatError, match="more than one way"):
        dump.read(io.BytesIO(head + lines + rest))
