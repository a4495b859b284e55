"""Export: what is written reads back as the same table, here and by the formats' own libraries."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from numpy.typing import NDArray

import nlucompress as nc
from nlucompress.errors import DataError, UsageError
from nlucompress.exporters import rows
from nlucompress.format.indexes.kinds import Strings
from nlucompress.format.matrices.kinds import from_dense
from nlucompress.io.folders import write_folder
from nlucompress.networks.linear.network import linked
from tests.golden.sources import NAMED, namespaces

KEYS = ["red", "grün", "東京", "it's", "5", "#<a"]
VALUES = np.array(
    [[1, 0, 0.1], [0, -0.0, 1 / 3], [-2, 0.125, 3e-9], [1e-45, 1e38, -1], [7, 8, 9], [2, 2, 2]],
    np.float32,
)
FILES = ("word2vec", "word2vec-binary", "glove", "safetensors", "onnx")


def model_of(keys: list[str] = KEYS, values: NDArray[np.float32] = VALUES) -> nc.Model:
    return nc.Model({"embeddings": nc.Table(Strings.of(keys), from_dense(values))})


def exported(model: nc.Model, to: str, **options: Any) -> bytes:
    made = nc.export(model, nc.ExportOptions(to, **options))
    assert not isinstance(made, dict)
    return b"".join(made)  # type: ignore[arg-type]


def keys_of(model: nc.Model) -> list[str]:
    strings = model.table().strings
    assert strings is not None
    return [strings.key(row) for row in range(len(strings))]


def rows_of(model: nc.Model) -> NDArray[np.float32]:
    matrix = model.table().matrix
    return matrix.rows(np.arange(matrix.shape[0]))


def assert_same(read: nc.Model, keys: list[str], values: NDArray[np.float32]) -> None:
    assert keys_of(read) == keys
    assert np.array_equal(rows_of(read).view(np.uint32), values.view(np.uint32))


@pytest.mark.parametrize("to", FILES)
def test_a_file_reads_back_as_the_same_table(to: str) -> None:
    assert_same(nc.import_model(io.BytesIO(exported(model_of(), to))), KEYS, VALUES)


@pytest.mark.parametrize("to", [*FILES, "json"])
def test_a_table_of_many_blocks(to: str, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = exported(model_of(), to)
    monkeypatch.setattr(rows, "BLOCK_VALUES", 7)  # two rows
    assert exported(model_of(), to) == whole


@pytest.mark.parametrize("to", FILES)
@given(
    values=hnp.arrays(
        np.float32,
        st.tuples(st.integers(1, 5), st.integers(1, 4)),
        elements=st.floats(width=32, allow_nan=False, allow_infinity=False),
    ),
    first=st.text(
        st.characters(exclude_characters=" \t\r\n\ufeff\0{", exclude_categories=["Cs", "Cc"]),
        min_size=1,
    ),
)
def test_any_numbers_and_keys_read_back(to: str, values: NDArray[np.float32], first: str) -> None:
    keys = [first, *(f"{first}-{row}" for row in range(1, len(values)))]
    data = exported(model_of(keys, values), to)
    read = nc.import_model(io.BytesIO(data), nc.ImportOptions(format=to))
    assert_same(read, keys, values)


@pytest.mark.parametrize("unknown", [False, True])
def test_model2vec_reads_back(tmp_path: Path, unknown: bool) -> None:
    keys = [*KEYS[:-1], "[UNK]"] if unknown else KEYS
    files = nc.export(model_of(keys), nc.ExportOptions("model2vec"))
    write_folder(tmp_path / "m", files)  # type: ignore[arg-type]
    assert_same(nc.import_model(tmp_path / "m"), keys, VALUES)
    with pytest.raises(UsageError, match="is a directory; glove is a file"):
        nc.import_model(tmp_path / "m", nc.ImportOptions(format="glove"))


def test_model2vec_itself_reads_the_directory(tmp_path: Path) -> None:
    model2vec = pytest.importorskip("model2vec")
    write_folder(tmp_path / "m", nc.export(model_of(), nc.ExportOptions("model2vec")))  # type: ignore[arg-type]
    static = model2vec.StaticModel.from_pretrained(str(tmp_path / "m"))
    wanted = VALUES[[0, 4]].mean(axis=0)
    assert np.allclose(static.encode(["red unseen 5"]), wanted)
    static.save_pretrained(str(tmp_path / "again"))
    assert_same(nc.import_model(tmp_path / "again"), KEYS, VALUES)


def test_float16(tmp_path: Path) -> None:
    values = np.array([[0.5, 2], [3, -1]], np.float32)
    data = exported(model_of(["a", "b"], values), "safetensors", dtype="float16")
    assert_same(nc.import_model(io.BytesIO(data)), ["a", "b"], values)
    with pytest.raises(DataError, match="table 'embeddings' holds numbers beyond the range"):
        exported(model_of(), "safetensors", dtype="float16")
    with pytest.raises(UsageError, match="dtype='float16' is for safetensors, model2vec; glove"):
        exported(model_of(), "glove", dtype="float16")


def test_safetensors_carries_the_network() -> None:
    safetensors = pytest.importorskip("safetensors.numpy")
    tensors = {"embeddings": VALUES, "bias": np.ones(4, np.float32),
               "cube": np.arange(24, dtype=np.float32).reshape(2, 3, 4)}  # fmt: skip
    options = nc.ImportOptions(tensor="embeddings")
    model = nc.import_model(io.BytesIO(safetensors.save(tensors)), options)
    back = safetensors.load(exported(model, "safetensors"))
    assert {name: each.tolist() for name, each in back.items()} == {
        name: each.tolist() for name, each in tensors.items()
    }


@pytest.mark.parametrize("key", ["a b", "", "a\tb", "a\n"])
@pytest.mark.parametrize("to", ["word2vec", "word2vec-binary", "glove"])
def test_keys_that_a_format_cannot_hold(key: str, to: str) -> None:
    with pytest.raises(DataError, match="is empty or holds white space"):
        exported(model_of([key, "b"], VALUES[:2]), to)
    kept = nc.import_model(io.BytesIO(exported(model_of([key, "b"], VALUES[:2]), "safetensors")))
    assert_same(kept, [key, "b"], VALUES[:2])


def test_a_hashed_table_needs_its_keys() -> None:
    model = model_of()
    hashed = nc.phash(model)
    with pytest.raises(UsageError, match="holds hashes of its keys, not the keys: give them"):
        exported(hashed, "word2vec")
    with pytest.raises(UsageError, match="keys is for hashed tables"):
        exported(model, "word2vec", keys=io.BytesIO(b"red\n"))
    text = "\n".join(reversed(KEYS)).encode()
    back = nc.import_model(io.BytesIO(exported(hashed, "word2vec", keys=io.BytesIO(text))))
    assert_same(back, KEYS[::-1], VALUES[::-1])
    for keys, problem in (
        ([*KEYS[:3], "nope"], "line 4: 'nope' is not a key of table 'embeddings'"),
        (KEYS[:4], "4 keys, but table 'embeddings' has 6: 2 are missing"),
        ([*KEYS, "red"], "lines 1 and 7: the key 'red' occurs twice"),
    ):
        with pytest.raises(DataError, match=problem):
            exported(hashed, "word2vec", keys=io.BytesIO("\n".join(keys).encode()))
    loose = nc.phash(model, nc.PhashOptions(fingerprint_bits=0))
    with pytest.raises(DataError, match="both lead to one row, so one is not a key"):
        exported(loose, "glove", keys=io.BytesIO("\n".join([*KEYS, "seven"]).encode()))


@pytest.mark.parametrize("per", ["tensor", "row", "label", "group"])
@pytest.mark.parametrize("stage", ["quantized", "packed"])
@pytest.mark.parametrize("to", ["onnx", "safetensors", "word2vec-binary"])
def test_a_compressed_table_is_decoded(per: Any, stage: str, to: str) -> None:
    small = VALUES.clip(-3, 3)
    options = nc.QuantizeOptions(bits=4, per=per, group=2 * (per == "group"), keep_zero_rows=True)
    quantized = nc.quantize(model_of(KEYS, small), options)
    model, keys = quantized, None
    if stage == "packed":
        model = nc.pack(nc.phash(quantized))
        keys = io.BytesIO("\n".join(KEYS).encode())
    back = nc.import_model(io.BytesIO(exported(model, to, keys=keys)))
    assert keys_of(back) == KEYS
    assert np.array_equal(rows_of(back), rows_of(quantized))


def test_json(models: Path) -> None:
    model = nc.load(models / "quantized.nlu")
    read = json.loads(exported(model, "json"))
    assert read["labels"] == list(model.labels)
    assert read["features"] == model.features
    assert read["network"]["kind"] == "linear"
    table = model.table()
    keys = list(read["tables"]["features"])
    assert len(keys) == len(table.keys)
    numbers = np.array(list(read["tables"]["features"].values()), np.float32)
    assert np.array_equal(numbers, table.lookup(keys))


def test_onnx_runs(models: Path) -> None:
    """onnxruntime gives the scores of our classifier, from floats and from 8-bit codes."""
    onnx = pytest.importorskip("onnx")
    runtime = pytest.importorskip("onnxruntime")
    texts = ["call mom", "turn the heating up", "play music"]
    for name in ("full", "quantized", "small"):
        model = nc.load(models / f"{name}.nlu")
        source = nc.load(models / "quantized.nlu") if name == "small" else model
        text = "\n".join(keys_of(source)).encode()
        data = exported(model, "onnx", keys=io.BytesIO(text) if name == "small" else None)
        onnx.checker.check_model(onnx.load_from_string(data), full_check=True)
        if name != "full":
            assert b"DequantizeLinear" in data
        session = runtime.InferenceSession(data, providers=["CPUExecutionProvider"])
        keys = json.loads(session.get_modelmeta().custom_metadata_map["keys"])
        assert keys == keys_of(source)
        features = np.zeros((len(texts), len(keys)), np.float32)
        for row, text_ in enumerate(texts):
            for key in nc.Featurizer.parse(model.features or {})(text_):
                if key in keys:
                    features[row, keys.index(key)] = 1
        (scores,) = session.run(None, {"features": features})
        assert np.allclose(scores, nc.Classifier(model).scores(texts), atol=1e-4)


@pytest.mark.parametrize("link", ["margin", "softmax", "logistic", "one-vs-rest", "clipped"])
@pytest.mark.parametrize("bounds", [None, [-1.5, 0.25]])
def test_onnx_links_and_bounds(link: str, bounds: list[float] | None) -> None:
    runtime = pytest.importorskip("onnxruntime")
    model = namespaces({"link": link} | ({"bounds": bounds} if bounds else {}), {}, False)
    session = runtime.InferenceSession(exported(model, "onnx"), providers=["CPUExecutionProvider"])
    features = np.eye(len(NAMED), dtype=np.float32)[[0, 3]]
    (found,) = session.run(None, {"features": features})
    scores = nc.Classifier(model).scores([f"|w {NAMED[0][2:]}", f"| {NAMED[3]}"])
    assert np.allclose(found, linked(scores, link), atol=1e-6)


def test_onnx_bag_runs() -> None:
    runtime = pytest.importorskip("onnxruntime")
    for model in (
        model_of(),
        nc.quantize(model_of(values=VALUES.clip(-9, 9)), nc.QuantizeOptions(per="row")),
    ):
        data = exported(model, "onnx")
        session = runtime.InferenceSession(data, providers=["CPUExecutionProvider"])
        ids = np.array([[0, 4], [5, 0]])
        weights = np.array([[0.5, 0.5], [1, 0]], np.float32)
        (vectors,) = session.run(None, {"ids": ids, "weights": weights})
        rows = rows_of(model)
        assert np.allclose(vectors, [(rows[0] + rows[4]) / 2, rows[5]])


@pytest.mark.filterwarnings("ignore")  # gensim leaves files open
def test_gensim_reads_word2vec(tmp_path: Path) -> None:
    keyedvectors = pytest.importorskip("gensim.models").KeyedVectors
    for to, options in (
        ("word2vec", {}), ("word2vec-binary", {"binary": True}), ("glove", {"no_header": True}),
    ):  # fmt: skip
        (tmp_path / to).write_bytes(exported(model_of(), to))
        read = keyedvectors.load_word2vec_format(str(tmp_path / to), **options)
        assert read.index_to_key == KEYS
        assert np.array_equal(read.vectors, VALUES)


def test_crfsuite_dump() -> None:
    table = nc.Table(
        Strings.of(["w=a", "b"]), from_dense(np.array([[1.5, 0], [0, -2]], np.float32))
    )
    transitions = from_dense(np.array([[0, 0.25], [-1, 0]], np.float32))
    model = nc.Model(
        {"features": table}, nc.Network("crf", {}, {"transitions": transitions}), ("O", "B-x")
    )
    assert exported(model, "crfsuite-dump").decode() == (
        "FILEHEADER = {\n  magic: lCRF\n  type: FOMC\n  version: 100\n  num_features: 4\n"
        "  num_labels: 2\n  num_attrs: 2\n}\n\n"
        "LABELS = {\n      0: O\n      1: B-x\n}\n\n"
        "ATTRIBUTES = {\n      0: w=a\n      1: b\n}\n\n"
        "TRANSITIONS = {\n  (1) O --> B-x: 0.250000\n  (1) B-x --> O: -1.000000\n}\n\n"
        "STATE_FEATURES = {\n  (0) w=a --> O: 1.500000\n  (0) b --> B-x: -2.000000\n}\n\n"
    )
    with pytest.raises(UsageError, match="only a model of kind crf"):
        exported(model_of(), "crfsuite-dump")


def test_nothing_to_export() -> None:
    empty = model_of([], np.zeros((0, 3), np.float32))
    with pytest.raises(DataError, match="holds no numbers, so there is nothing to export"):
        exported(empty, "word2vec")
    with pytest.raises(UsageError, match="'csv' is not one of"):
        exported(model_of(), "csv")
