"""phash --method static and pack: the same rows as by the other methods, in fewer bytes."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import nlucompress as nc
from nlucompress.algo.hashing import murmur
from nlucompress.errors import DataError, StageOrderError, UsageError
from nlucompress.exporters.rows import of_table
from nlucompress.format import codec
from nlucompress.format.indexes.kinds import Strings
from nlucompress.format.indexes.static_keys import Hashes, Static
from nlucompress.format.matrices import packing
from nlucompress.format.matrices.kinds import Matrix, from_dense, smaller
from nlucompress.stages.measure.inspect.account import account
from nlucompress.stages.measure.inspect.histogram import histograms
from tests.golden.sources import (
    classifier,
    embeddings,
    factored,
    neural,
    quantized,
    values,
    words,
)

KEYS = 300
FACTORS = nc.FactorizeOptions(tables=("features",), rank=2)
UNSEEN = [f"unseen {n}" for n in range(20_000)]


def marked(model: nc.Model, bits: int = 8) -> nc.Model:
    """By the hashes of its keys."""
    return nc.phash(model, nc.PhashOptions(method="static", fingerprint_bits=bits))


def many(bits: int = 5) -> nc.Model:
    """A classifier of some hundred keys, its weights in codes."""
    names = tuple(f"label {n}" for n in range(40))
    return quantized(classifier(KEYS, names, 0.1), bits=bits, keep_zero_rows=True)


def read_again(model: nc.Model) -> nc.Model:
    """The model as a file holds it."""
    return codec.parse(codec.to_bytes(model))


@pytest.mark.parametrize("again", [False, True])
@pytest.mark.parametrize(
    "model",
    [
        many(),
        classifier(40, share=0.3),
        quantized(embeddings(120, 4), bits=4),
        quantized(embeddings(90, 5), bits=2, method="kmeans"),
        quantized(classifier(20, share=0.5), bits=3, per="label"),
    ],
)
def test_known_keys_have_their_rows(model: nc.Model, again: bool) -> None:
    before = model.table()
    assert before.strings is not None
    keys = before.strings.decoded()
    sealed = nc.pack(marked(model))
    table = (read_again(sealed) if again else sealed).table()
    assert isinstance(table.keys, Static)
    assert (table.lookup(keys) == before.lookup(keys)).all()
    assert [table.keys.slot(key) for key in keys] == table.find(keys).tolist()


def test_unseen_keys_pass_as_seldom_as_fingerprints_say() -> None:
    table = nc.pack(marked(many(), bits=6)).table()
    share = float((table.find(UNSEEN) >= 0).mean())
    assert 0.5 / 64 < share < 2 / 64
    rows = table.lookup(UNSEEN)
    assert np.isfinite(rows).all()


def test_it_is_smaller_than_a_hash_beside_the_rows() -> None:
    hashed = nc.pack(nc.phash(many(), nc.PhashOptions(method="grouped")))
    assert codec.size(nc.pack(marked(many()))) < codec.size(hashed)


def test_the_marked_model_answers_like_the_one_before() -> None:
    model = many()
    keys = [*words(KEYS), "unseen"]
    after = read_again(marked(model)).table()
    assert isinstance(after.keys, Hashes)
    assert (after.find(["unseen", "also unseen"]) == -1).all()
    assert (after.lookup(keys) == model.table().lookup(keys)).all()
    assert after.counts is not None
    assert model.table().counts is not None
    found = after.find(keys[:-1])
    assert (after.counts[found] == model.table().counts).all()


def test_the_order_of_the_keys_does_not_matter() -> None:
    model = many()
    order = np.random.default_rng(1).permutation(KEYS)
    turned = model.with_tables({"features": model.table().take(order)})
    first, second = (nc.pack(marked(each)) for each in (model, turned))
    assert codec.to_bytes(first) == codec.to_bytes(second)


def test_a_table_without_keys() -> None:
    table = read_again(nc.pack(marked(quantized(embeddings(0, 3), bits=2)))).table()
    assert len(table.keys) == 0
    assert (table.find(["a", "b"]) == -1).all()
    assert table.lookup(["a"]).tolist() == [[0, 0, 0]]


def test_rows_without_columns() -> None:
    empty = nc.Model({"t": nc.Table(Strings.of(["a", "b"]), from_dense(np.zeros((2, 0))))})
    table = read_again(nc.pack(marked(empty, bits=0))).table()
    assert table.lookup(["a", "b"]).shape == (2, 0)


@pytest.mark.parametrize(
    ("model", "why"),
    [
        (factored(40), "several matrices"),
        (quantized(embeddings(40), bits=4, per="row"), "scale or codebook of its own"),
    ],
)
def test_what_a_function_cannot_hold_is_refused(model: nc.Model, why: str) -> None:
    with pytest.raises(DataError, match=f"{why}.*method='grouped'"):
        marked(model)


def test_pack_refuses_too() -> None:
    rows: Matrix = quantized(embeddings(40), bits=4, per="row").table().matrix
    keys = marked(embeddings(40)).table().keys
    with pytest.raises(DataError, match=r"scale or codebook.*method='grouped'"):
        nc.pack(nc.Model({"t": nc.Table(keys, rows)}))
    assert packing.not_static(smaller(from_dense(values(4, 4, 0.1)))) is None


def test_keys_that_share_63_bits(monkeypatch: pytest.MonkeyPatch) -> None:
    halves = np.array([6, 7, 1], np.uint64), np.array([1, 2, 3], np.uint64)
    monkeypatch.setattr(murmur, "hash_keys", lambda _: halves)
    with pytest.raises(DataError, match="'' and 'on' share 63 bits"):
        marked(embeddings(3))


def test_stages_that_come_too_late() -> None:
    model = marked(classifier(40))
    for stage in (nc.quantize, nc.phash, lambda each: nc.factorize(each, FACTORS)):
        with pytest.raises(StageOrderError, match="hashed by"):
            stage(model)
    with pytest.raises(UsageError, match="cannot be moved"):
        model.table().take(np.arange(3))


def test_the_account() -> None:
    sealed = nc.pack(marked(many()))
    grouped = account(nc.pack(nc.phash(many(), nc.PhashOptions(method="grouped")))).tables[0]
    table = account(sealed).tables[0]
    assert table.bound_bits == pytest.approx(grouped.bound_bits)
    assert table.nonzero == grouped.nonzero
    assert table.overhead is not None
    assert table.overhead < 0.05
    assert table.stored_bits is not None
    assert table.key_bits == pytest.approx(table.stored_bits * (1 + table.overhead))
    counted = account(sealed)
    assert sum(part.bytes for part in counted.parts) == counted.total
    again = account(read_again(sealed)).tables[0]
    assert again == replace(table, bound_bits=None, code_bound_bits=None, nonzero=None)


def test_rows_that_a_file_cannot_list(tmp_path: Path) -> None:
    sealed = nc.pack(marked(many()))
    assert histograms(sealed)
    with pytest.raises(UsageError, match="cannot be listed"):
        histograms(read_again(sealed))
    nc.save(sealed, tmp_path / "m.nlu")
    assert nc.load(tmp_path / "m.nlu").table().lookup(["on"]).shape == (1, 40)


def test_networks_and_exports_read_by_handles(tmp_path: Path) -> None:
    model = neural("dan", 2)
    sealed = nc.pack(marked(model, 16))
    again = read_again(sealed)
    texts = ("on off", "play rain", "unseen", "")
    for each in (sealed, again):
        given = nc.Classifier(each).scores(texts)
        assert given == pytest.approx(nc.Classifier(model).scores(texts), abs=1e-12)
    strings = model.tables["embeddings"].strings
    assert strings is not None
    rows = of_table("embeddings", again.tables["embeddings"], strings, "keys")
    assert (rows.values() == model.tables["embeddings"].matrix.rows(np.arange(len(rows)))).all()
    with pytest.raises(DataError, match="are missing"):
        of_table("embeddings", again.tables["embeddings"], strings.take(np.arange(3)), "keys")
