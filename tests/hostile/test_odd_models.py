"""Models that are valid but odd, and weights that no model should have."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

import nlucompress as nc
from nlucompress.errors import DataError, FormatError, NluCompressError
from nlucompress.format import codec
from nlucompress.format.indexes.kinds import Strings
from nlucompress.format.matrices.kinds import from_dense
from tests.cli.program import DONE, run
from tests.hostile.samples import KEYS, LABELS, TEXTS, linear, model_bytes, packed

SURROGATE = "\ud800"
ODD_NAMES = ("a\tb", "line\nend", "nul\0", SURROGATE, "\u2028", "\x1b[31m", " ", "e\u0301", "😀")


def same_answers(model: nc.Model) -> None:
    """Check that hashing and packing floats changes no answer, through files."""
    small = codec.parse(model_bytes(nc.pack(nc.phash(codec.parse(model_bytes(model))))))
    before, after = nc.Classifier(model), nc.Classifier(small)
    assert after.scores(TEXTS).tolist() == before.scores(TEXTS).tolist()
    assert small.labels == model.labels


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_weights_that_are_no_numbers(bad: float) -> None:
    values = np.ones((len(KEYS), len(LABELS)), np.float32)
    assert nc.quantize(linear(values=values)).history
    values[3, 1] = bad
    with pytest.raises(DataError, match="table 'features' holds NaN or infinite weights"):
        nc.quantize(linear(values=values))
    with pytest.raises(NluCompressError):
        codec.parse(model_bytes(linear(values=values)))


def test_huge_and_tiny_weights() -> None:
    values = np.ones((len(KEYS), len(LABELS)), np.float32)
    values[0, 0] = 1e29
    assert nc.quantize(linear(values=values)).history
    values[0, 0] = 1e31
    with pytest.raises(DataError, match="beyond 1e\\+30"):
        nc.quantize(linear(values=values))
    values[:] = np.float32(1e-45)
    same_answers(linear(values=values))
    assert nc.Classifier(packed(linear(values=values))).scores(["a"]).shape == (1, 3)


@pytest.mark.parametrize("rows", [0, 1, 2])
def test_tables_of_few_rows(rows: int) -> None:
    model = linear(KEYS[:rows])
    same_answers(model)
    small = codec.parse(model_bytes(packed(model)))
    assert small.tables["features"].matrix.shape == (rows, 3)
    nc.Classifier(small).predict(TEXTS)


def test_zero_weights_everywhere() -> None:
    model = linear(values=np.zeros((len(KEYS), len(LABELS)), np.float32))
    same_answers(model)
    emptied = nc.pack(nc.phash(nc.quantize(model)))
    assert emptied.tables["features"].matrix.shape[0] == 0
    assert nc.Classifier(codec.parse(model_bytes(emptied))).predict(["a b"]) == [LABELS[0]]
    kept = codec.parse(model_bytes(packed(model)))
    assert kept.tables["features"].matrix.shape[0] == len(KEYS)
    assert not kept.tables["features"].lookup(KEYS).any()


def test_no_columns_and_one_column() -> None:
    for width in (0, 1):
        table = nc.Table(Strings.of(KEYS), from_dense(np.ones((len(KEYS), width), np.float32)))
        model = nc.Model({"t": table})
        for made in (nc.phash(model), nc.phash(nc.quantize(model))):
            small = codec.parse(model_bytes(nc.pack(made)))
            assert small.tables["t"].matrix.shape[1] == width
            total = float(small.tables["t"].lookup(KEYS).sum())
            assert total == pytest.approx(len(KEYS) * width, rel=1e-4)


def test_one_label() -> None:
    model = linear(labels=("only",))
    same_answers(model)
    assert nc.Classifier(packed(model)).predict(TEXTS) == ["only"] * len(TEXTS)


def test_odd_labels() -> None:
    labels = tuple(name for name in ODD_NAMES if name != SURROGATE)
    same_answers(linear(labels=labels))
    with pytest.raises(FormatError, match="holds a lone surrogate"):
        linear(labels=(*labels, SURROGATE))
    with pytest.raises(FormatError, match="two labels have the same name"):
        linear(labels=("a", "a"))
    empty = linear(labels=("", "x"))
    same_answers(empty)


def test_answers_stay_on_their_line(tmp_path: Path) -> None:
    labels = ("a\tb", "line\nend", "cr\rnul\0", "\x1b[31m", "\u2028", "\x85")
    values = np.eye(len(labels), dtype=np.float32)
    keys = [f"w{n}" for n in range(len(labels))]
    nc.save(packed(linear(keys, labels, values)), tmp_path / "odd.nlu")
    texts = "\n".join(keys).encode()
    shown = run(tmp_path, "predict", "odd.nlu", stdin=texts).out.decode().split("\n")
    assert [line.split("\t")[0] for line in shown[:-1]] == [
        "a\\tb", "line\\nend", "cr\\rnul\\x00", "\\x1b[31m", "\\u2028", "\\x85",
    ]  # fmt: skip
    spoken = run(tmp_path, "predict", "odd.nlu", "--json", stdin=texts).lines
    assert [json.loads(line)["label"] for line in spoken] == list(labels)
    data = b"play\tw1\n\x1b[31m\tw0\n"
    table = run(tmp_path, "evaluate", "odd.nlu", "--data", "-", "--per-label", stdin=data)
    assert table.code == DONE
    assert "\x1b" not in table.out.decode() + table.err


def test_labels_that_end_in_nul_are_measured() -> None:
    values = np.eye(2, dtype=np.float32)
    model = linear(("one", "two"), ("a", "a\0"), values)
    report = nc.evaluate(model, nc.Examples(("a", "a\0", "a\0"), ("one", "two", "one")))
    assert report.accuracy == pytest.approx(2 / 3)
    assert [(each.label, each.examples) for each in report.labels] == [("a", 1), ("a\0", 2)]
    assert [each.recall for each in report.labels] == [1, 0.5]


def test_odd_keys() -> None:
    keys = [*ODD_NAMES, "", "\ud800\udc00", "x" * 1_000_000, "é"]
    values = np.arange(3 * len(keys), dtype=np.float32).reshape(-1, 3)
    model = linear(keys, values=values)
    for made in (model, nc.phash(model), nc.pack(nc.phash(model))):
        table = codec.parse(model_bytes(made)).tables["features"]
        assert table.lookup(keys).tolist() == values.tolist()
        assert table.find(["x" * 999_999]).tolist() in (
            [-1],
            *([[row] for row in range(len(keys))]),
        )


def test_many_labels() -> None:
    labels = [f"label {n}" for n in range(70_000)]
    values = np.zeros((2, len(labels)), np.float32)
    values[0, 69_999], values[1, 66_000] = 2, 1
    model = linear(("a", "b"), labels, values)
    small = codec.parse(model_bytes(packed(model)))
    assert nc.Classifier(small).predict(["a", "b", "c"]) == [
        "label 69999",
        "label 66000",
        "label 0",
    ]


@pytest.mark.parametrize("first", [0, 3])
def test_a_key_that_occurs_twice_is_named_with_both_rows(first: int) -> None:
    keys = list(KEYS)
    keys[8] = keys[first]
    model = codec.parse(model_bytes(linear(keys)))
    with pytest.raises(DataError, match=f"{keys[first]!r} stands in rows {first} and 8"):
        nc.phash(model)
    with pytest.raises(DataError, match="holds a key twice"):
        model.tables["features"].lookup(["a"])
    assert nc.phash(linear()).history


def test_training_data_that_do_not_suffice() -> None:
    for labels, texts, problem in (
        (("a", "a"), ("x", "y"), "at least two labels"),
        (("a", "b"), ("x", "y"), "no key occurs often enough"),
        (("a", "b"), ("...", "!!!"), "no key occurs often enough"),
    ):
        with pytest.raises(DataError, match=problem):
            nc.train(nc.Examples(labels, texts), None, nc.TrainOptions(min_count=2))
    trained = nc.train(nc.Examples(("a", "b", "a", "b"), ("x", "y", "x", "y")))
    assert nc.Classifier(trained).predict(["x", "y"]) == ["a", "b"]
