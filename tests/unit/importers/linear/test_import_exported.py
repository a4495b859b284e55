"""What `export` writes, `import` reads back: the same keys, the same numbers, the same answers."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pytest

import nlucompress as nc
from nlucompress.errors import DataError, FormatError
from nlucompress.format.indexes.kinds import Strings
from nlucompress.format.matrices.kinds import from_dense
from nlucompress.importers.detect import recognize
from tests.builders.classifier_files import JSON
from tests.golden.sources import LINES, SOURCES, TEXTS, classifier, embeddings, neural, tagger

TABLES = ("word2vec", "word2vec-binary", "glove", "safetensors", "onnx", "json")
SHAPED = embeddings()  # of which one key is empty and one holds a space: for JSON and tensors


def exported(model: nc.Model, to: str, **options: str) -> bytes:
    made = nc.export(model, nc.ExportOptions(to, **options))
    return b"".join(made)  # type: ignore[arg-type]


def again(model: nc.Model, to: str) -> nc.Model:
    return nc.import_model(io.BytesIO(exported(model, to)))


def plain() -> nc.Model:
    """Keys that every format holds, and numbers at both ends of float32."""
    keys = ["on", "füße", "東京", "x" * 40, "a,b", '"', "\\", "[UNK]", "0.5", "-1"]
    values = np.random.default_rng(3).normal(size=(len(keys), 4)).astype(np.float32)
    values[0] = [3.4028235e38, -1.1754944e-38, 1e-45, -0.0]
    values[1] = [0.1, 16777216, 1 / 3, 0]
    table = nc.Table(Strings.of(keys), from_dense(values))
    return nc.Model({"embeddings": table})


def rows(model: nc.Model) -> dict[str, bytes]:
    table = model.table()
    assert table.strings is not None
    keys = [table.strings.key(row) for row in range(len(table.strings))]
    return {key: row.tobytes() for key, row in zip(keys, table.lookup(keys), strict=True)}


@pytest.mark.parametrize("to", TABLES)
def test_tables(to: str) -> None:
    assert rows(again(plain(), to)) == rows(plain())


def test_model2vec(tmp_path: Path) -> None:
    files = nc.export(plain(), nc.ExportOptions("model2vec"))
    assert isinstance(files, dict)
    for name, pieces in files.items():
        (tmp_path / name).write_bytes(b"".join(pieces))
    assert rows(nc.import_model(tmp_path)) == rows(plain())


@pytest.mark.parametrize("to", ["safetensors", "onnx", "json"])
def test_odd_keys(to: str) -> None:
    assert rows(again(SHAPED, to)) == rows(SHAPED)


def test_models_in_json() -> None:
    full = classifier()
    data = exported(full, "json")
    assert recognize(data) == "nlucompress-json"
    read = nc.import_model(io.BytesIO(data))
    assert (read.labels, read.features) == (full.labels, full.features)
    assert rows(read) == rows(full)
    assert nc.Classifier(read).scores(TEXTS).tolist() == nc.Classifier(full).scores(TEXTS).tolist()
    assert exported(read, "json") == data
    words = neural("cnn")
    found = nc.Classifier(again(words, "json")).scores(["play the jazz"])
    assert found.tolist() == nc.Classifier(words).scores(["play the jazz"]).tolist()
    crf = tagger("crf", {"kind": "attributes"}, ("b", "w=on", ""))
    sentence = [["b\tw=on", "b:0.5"]]
    assert nc.Tagger(again(crf, "json")).tag(sentence) == nc.Tagger(crf).tag(sentence)
    spaces = SOURCES["namespaces"]()
    scores = nc.Classifier(again(spaces, "json")).scores(LINES)
    assert scores.tolist() == nc.Classifier(spaces).scores(LINES).tolist()


REFUSED: dict[str, tuple[bytes, str]] = {
    "cut off": (JSON[:-40], "no JSON"),
    "a part": (JSON.replace(b'"tables"', b'"table"'), "expected an object of features, labels"),
    "labels": (JSON.replace(b'"on"', b"1"), "the labels are no list of strings"),
    "same labels": (JSON.replace(b'"off"', b'"on"'), "two labels have the same name"),
    "features": (b'{"labels": [], "features": 1, "network": null, "tables": {}}', "no object"),
    "infinity": (JSON.replace(b'"weighting": "binary"', b'"weighting": 1e999'), "not finite"),
    "network": (
        JSON.replace(b'"kind": "linear", ', b""),
        "is not an object of kind, settings, tensors",
    ),
    "kind": (JSON.replace(b'"kind": "linear"', b'"kind": 1'), "kind, settings or tensors"),
    "tables": (JSON.replace(b"[1.5, 0.0]", b"[1.5, 0.0]}, 3: {"), "no JSON"),
    "rows": (JSON.replace(b"[1.5, 0.0]", b"1.5"), "table 'features': expected rows of numbers"),
    "width": (JSON.replace(b"[1.5, 0.0]", b"[1.5]"), "row 2 is not a list of 1 numbers"),
    "no columns": (JSON.replace(b"[1.5, 0.0]", b"[]"), "a row has 0 numbers, not 1 to"),
    "tensor": (JSON.replace(b"[[0.5, -0.25]]", b"[]"), "tensor 'bias': expected rows"),
    "a key twice": (JSON.replace("füße".encode(), b"light"), "name 'light' occurs twice"),
    "deep": (b'{"labels": [' + b"[" * 100_000, "nested too deeply"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_refused(name: str) -> None:
    data, problem = REFUSED[name]
    with pytest.raises(FormatError, match=problem):
        nc.import_model(io.BytesIO(data))


@pytest.mark.parametrize("number", [b"NaN", b"1e39", b"-Infinity", b"true", b'"1"', b"9" * 50])
def test_numbers_that_are_none(number: bytes) -> None:
    with pytest.raises(DataError, match=r"row 1: .* is no finite float32"):
        nc.import_model(io.BytesIO(JSON.replace(b"1.5", number)))
