"""Closed tables of n-grams: parts, what is added, and what is known through them."""

from __future__ import annotations

from dataclasses import replace
from typing import Literal

import numpy as np
import pytest

import nlucompress as nc
from nlucompress.errors import UsageError
from nlucompress.format import codec
from nlucompress.format.indexes.kinds import Strings
from nlucompress.format.matrices.growing import with_empty_rows
from nlucompress.format.matrices.kinds import Matrix, Product, from_dense, smaller
from nlucompress.format.names import FEATURES
from nlucompress.networks.linear import closure
from tests.builders.samples import file_of
from tests.golden.sources import grams, quantized, table_of, values
from tests.reference.decoder import open_model

PARTS = closure.Parts(nc.Featurizer(words=(1, 3), chars=(2, 4)))


@pytest.mark.parametrize(
    ("key", "parts"),
    [
        ("a", ()),
        ("a b", ("a", "b")),
        ("a b c", ("a b", "b c")),
        ("#ab", ()),
        ("#abc", ("#ab", "#bc")),
        ("#füß>", ("#füß", "#üß>")),
    ],
)
def test_parts(key: str, parts: tuple[str, ...]) -> None:
    assert PARTS.of(key) == parts


def test_shortest_n_grams_have_no_parts() -> None:
    pairs = closure.Parts(nc.Featurizer(words=(2, 3), chars=None))
    assert pairs.of("a b") == ()
    assert pairs.of("a b c") == ("a b", "b c")
    assert pairs.of("#abc") == ()


def test_parts_of_parts_are_missing_too() -> None:
    assert PARTS.missing(["a b c", "a", "b c"]) == ["a b", "b", "c"]
    assert PARTS.missing(["#abcd"]) == ["#ab", "#abc", "#bc", "#bcd", "#cd"]
    assert PARTS.missing(["a", "b", "a b"]) == []


def closed_and_open() -> tuple[nc.Model, nc.Model]:
    made = [
        nc.phash(grams(), nc.PhashOptions(fingerprint_bits=16, closed=closed))
        for closed in (True, False)
    ]
    return made[0], made[1]


def test_scores_of_known_n_grams_stay() -> None:
    closed, opened = closed_and_open()
    texts = ("on off", "play a b", "a b", "füße 東京", "on on off", "unseen words", "")
    expected = nc.Classifier(grams()).scores(texts)
    for model in (closed, opened, nc.pack(closed), codec.parse(file(nc.pack(closed)))):
        np.testing.assert_array_equal(nc.Classifier(model).scores(texts), expected)
    assert len(closed.tables[FEATURES].keys) > len(opened.tables[FEATURES].keys)
    assert closed.tables[FEATURES].closed
    assert not opened.tables[FEATURES].closed


def file(model: nc.Model) -> bytes:
    return file_of(codec.serialize(model))


def test_an_n_gram_without_a_part_is_unknown_whatever_its_fingerprint() -> None:
    """With no fingerprints an open table knows nearly everything, a closed one through parts."""
    model = nc.phash(grams(), nc.PhashOptions(fingerprint_bits=0, closed=True))
    table = model.tables[FEATURES]
    unseen = [f"w{n}" for n in range(40)]
    words = closure.find(table, model.features, unseen) >= 0
    assert words.any()
    assert not words.all()
    pairs = [f"{one} {other}" for one in unseen for other in unseen]
    possible = [bool(a and b) for a in words for b in words]
    asked = [*pairs, *unseen]
    found = closure.find(table, model.features, asked)[: len(pairs)] >= 0
    assert not (found & ~np.array(possible)).any()
    assert (found == (table.find(pairs) >= 0) & possible).all()
    assert (closure.find(table, model.features, pairs) >= 0).tolist() == found.tolist()
    assert (closure.find(replace(table, closed=False), model.features, pairs) >= 0).sum() > sum(
        found
    )


@pytest.mark.parametrize("method", ["grouped", "static"])
@pytest.mark.parametrize("chars", [None, (1, 3)])
def test_all_readers_agree_on_accidents(
    chars: tuple[int, int] | None, method: Literal["grouped", "static"]
) -> None:
    """Few bits of fingerprints, many unseen n-grams: which pass is the same for every reader."""
    random = np.random.default_rng(3)
    words = [f"{a}{b}" for a in "abcdefg" for b in "xyz"]
    texts = [" ".join(random.choice(words, 5)) for _ in range(120)]
    labels = [str(random.integers(3)) for _ in texts]
    how = nc.TrainOptions(words=(1, 3), chars=chars, min_count=1, iterations=5)
    model = nc.train(nc.Examples(tuple(labels), tuple(texts)), None, how)
    options = nc.PhashOptions(method=method, fingerprint_bits=1, closed=True)
    hashed = nc.phash(model, options)
    packed = nc.pack(hashed)
    assert packed.tables[FEATURES].closed
    asked = [" ".join(random.choice([*words, "q", "rr", "sst"], 6)) for _ in range(40)]
    mine = nc.Classifier(packed if method == "static" else hashed).scores(asked)
    np.testing.assert_allclose(nc.Classifier(packed).scores(asked), mine, atol=1e-9)
    second = open_model(file(packed))
    np.testing.assert_allclose([second.scores(text) for text in asked], mine, atol=1e-9)
    opened = nc.pack(nc.phash(model, replace(options, closed=False)))
    assert np.abs(nc.Classifier(opened).scores(asked) - mine).max() > 1e-3


def test_it_is_the_default_where_it_pays() -> None:
    alone = table_of(from_dense(values(12, 4, 1)))
    assert not nc.phash(alone).tables["embeddings"].closed
    with pytest.raises(UsageError, match="closed needs a table"):
        nc.phash(alone, nc.PhashOptions(closed=True))
    many = replace(
        grams(),
        tables={
            FEATURES: nc.Table(
                Strings.of([*(f"w{n}" for n in range(60)), "w1 w2", "w1 x"]),
                from_dense(values(62, 3, 0.8)),
            )
        },
    )
    closed = nc.phash(many)
    assert closed.tables[FEATURES].closed
    assert closed.history[-1]["figures"][FEATURES]["keys_without_weights"] == 1
    assert closed.history[-1]["figures"][FEATURES]["fingerprint_bits"] == 7
    assert not nc.phash(grams()).tables[FEATURES].closed  # too many parts for so few keys
    assert not nc.phash(many, nc.PhashOptions(fingerprint_bits=0)).tables[FEATURES].closed
    assert not nc.phash(many, nc.PhashOptions(closed=False)).tables[FEATURES].closed


MATRICES: dict[str, Matrix] = {
    "floats": from_dense(values(5, 4, 1)),
    "sparse": smaller(from_dense(values(40, 30, 0.05))),
    "tensor": quantized(table_of(from_dense(values(5, 4, 1))), bits=4).table().matrix,
    "row": quantized(table_of(from_dense(values(5, 4, 1))), bits=4, per="row").table().matrix,
    "label": quantized(table_of(from_dense(values(5, 4, 1))), bits=3, per="label").table().matrix,
    "codebook": quantized(table_of(from_dense(values(5, 4, 1))), bits=2, method="kmeans", per="row")
    .table()
    .matrix,
    "product": Product(from_dense(values(5, 2, 1)), from_dense(values(2, 4, 1))),
}


@pytest.mark.parametrize("name", MATRICES)
def test_rows_of_zeros_are_added(name: str) -> None:
    matrix = MATRICES[name]
    rows, columns = matrix.shape
    grown = with_empty_rows(matrix, 3)
    assert grown is not None
    assert grown.shape == (rows + 3, columns)
    before = matrix.rows(np.arange(rows))
    np.testing.assert_array_equal(grown.rows(np.arange(rows)), before)
    assert not grown.rows(np.arange(rows, rows + 3)).any()
    model = table_of(grown)
    again = codec.parse(file(model)).table().matrix
    np.testing.assert_array_equal(again.rows(np.arange(rows)), before)
