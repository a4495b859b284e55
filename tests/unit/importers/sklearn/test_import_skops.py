"""Files of skops, and pickles that somebody vouches for."""

from __future__ import annotations

import io
import json
import pickle
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import nlucompress as nc
from nlucompress.errors import FormatError, NluCompressError, UsageError
from nlucompress.format import codec
from tests.builders.skops_files import schema_of, skops
from tests.cli.program import BAD_INPUT, DONE, USAGE, run, shell
from tests.unit.importers.sklearn.test_from_sklearn import (
    BAYES,
    CLASSIFIERS,
    TEXTS,
    TRAIN,
    VECTORIZERS,
    fitted,
    same,
)

pytest.importorskip("skops.io")
import skops.io as skops_io
from scipy.sparse import csr_matrix, save_npz
from sklearn.feature_extraction.text import CountVectorizer, HashingVectorizer
from sklearn.linear_model import LogisticRegression, SGDClassifier
from sklearn.pipeline import make_pipeline


def load(data: bytes, **options: Any) -> nc.Model:
    return nc.import_model(io.BytesIO(data), nc.ImportOptions(**options))


@pytest.mark.parametrize("name", VECTORIZERS)
def test_a_file_gives_the_same_model_as_the_pipeline(name: str) -> None:
    pipeline = fitted(*VECTORIZERS[name](), CLASSIFIERS["logistic"]())
    model = load(skops_io.dumps(pipeline))
    assert codec.to_bytes(model) == codec.to_bytes(nc.from_sklearn(pipeline))


@pytest.mark.parametrize("name", CLASSIFIERS)
def test_classifiers_in_files(name: str) -> None:
    pipeline = fitted(*VECTORIZERS["count"](), CLASSIFIERS[name]())
    model = load(skops_io.dumps(pipeline))
    assert codec.to_bytes(model) == codec.to_bytes(nc.from_sklearn(pipeline))


def test_deflated_files(tmp_path: Path) -> None:
    pipeline = fitted(*VECTORIZERS["union"](), CLASSIFIERS["logistic"]())
    skops_io.dump(pipeline, tmp_path / "p.skops", compression=zipfile.ZIP_DEFLATED)
    same(pipeline, nc.import_model(tmp_path / "p.skops"))


LABELS: dict[str, Callable[[list[str]], Any]] = {
    "list": list,
    "<U": np.array,
    "object": lambda names: np.array(names, object),
    "int": lambda names: np.array([ord(name[0]) - 110 for name in names]),
    "int32": lambda names: np.array([ord(name[0]) for name in names], np.int32),
    "float": lambda names: np.array([float(ord(name[0])) for name in names]),
    "bool": lambda names: np.array([name == "music" for name in names]),
}


@pytest.mark.parametrize("kind", LABELS)
@pytest.mark.parametrize("many", [2, 3])
@pytest.mark.parametrize("name", sorted({**CLASSIFIERS, **BAYES}))
def test_labels_of_every_type(kind: str, many: int, name: str) -> None:
    kept = [pair for pair in TRAIN if many > 2 or pair[1] != "weather"]
    pipeline = make_pipeline(CountVectorizer(), {**CLASSIFIERS, **BAYES}[name]())
    pipeline.fit([text for text, _ in kept], LABELS[kind]([label for _, label in kept]))
    model = load(skops_io.dumps(pipeline))
    assert codec.to_bytes(model) == codec.to_bytes(nc.from_sklearn(pipeline))
    predicted = [str(label) for label in pipeline.predict(TEXTS).tolist()]
    assert nc.Classifier(model).predict(TEXTS) == predicted


@pytest.mark.parametrize("many", [2, 3])
@pytest.mark.parametrize("compression", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
def test_sparse_weights(tmp_path: Path, many: int, compression: int) -> None:
    pipeline = fitted(CountVectorizer(), SGDClassifier(penalty="l1", random_state=0), labels=many)
    expected = codec.to_bytes(nc.from_sklearn(pipeline))
    pipeline[-1].sparsify()
    skops_io.dump(pipeline, tmp_path / "p.skops", compression=compression)
    assert codec.to_bytes(nc.import_model(tmp_path / "p.skops")) == expected


@pytest.mark.parametrize("many", [2, 3])
def test_the_zeros_of_hashed_weights_are_no_bomb(tmp_path: Path, many: int) -> None:
    pipeline = fitted(HashingVectorizer(n_features=1 << 18), LogisticRegression(), labels=many)
    skops_io.dump(pipeline, tmp_path / "p.skops", compression=zipfile.ZIP_DEFLATED)
    assert (tmp_path / "p.skops").stat().st_size < 20_000
    same(pipeline, nc.import_model(tmp_path / "p.skops"))


def test_what_the_answer_does_not_need_is_not_looked_at() -> None:
    model = load(changed(lambda s: step(s, 1).update(n_iter_=[], t_=None, sparse_=deep_node())))
    assert codec.to_bytes(model) == codec.to_bytes(load(skops()))


def test_the_program(tmp_path: Path) -> None:
    pipeline = fitted(*VECTORIZERS["char_wb"](), CLASSIFIERS["logistic"]())
    (tmp_path / "p.skops").write_bytes(skops_io.dumps(pipeline))
    (tmp_path / "p.pickle").write_bytes(pickle.dumps(pipeline))
    line = "nlucompress import p.skops | nlucompress quantize --bits 7 | nlucompress phash"
    assert shell(tmp_path, f"{line} | nlucompress pack -o small.nlu").code == DONE
    done = run(tmp_path, "predict", "small.nlu", stdin=b"play some jazz\n")
    assert done.out.startswith(b"music\t")
    refused = run(tmp_path, "import", "p.pickle", "-o", "a.nlu")
    assert refused.code == BAD_INPUT
    assert "--trust-pickle" in refused.err
    assert run(tmp_path, "import", "p.pickle", "--trust-pickle", "-o", "a.nlu").code == DONE
    same(pipeline, nc.load(tmp_path / "a.nlu"))
    wrong = run(tmp_path, "import", "p.skops", "--trust-pickle", "-o", "b.nlu")
    assert wrong.code == USAGE


def test_pickles_of_other_things() -> None:
    with pytest.raises(FormatError, match="a list, not a Pipeline"):
        load(pickle.dumps([1, 2]), trust_pickle=True)
    with pytest.raises(FormatError, match="does not open"):
        load(pickle.dumps([1, 2])[:-3], trust_pickle=True)
    with pytest.raises(UsageError, match="is for pickles"):
        load(skops(), trust_pickle=True)


def test_a_file_of_our_own_making_is_read() -> None:
    model = load(skops())
    assert model.labels == ("a", "b")
    assert nc.Classifier(model).predict(["red", "blue"]) == ["b", "a"]


def changed(change: Callable[[dict[str, Any]], object]) -> bytes:
    """The file with another schema."""
    schema = schema_of(skops())
    change(schema)
    return skops(json.dumps(schema).encode())


def step(schema: dict[str, Any], number: int) -> Any:
    """The attributes of a step."""
    steps = schema["content"]["content"]["steps"]["content"]
    return steps[number]["content"][1]["content"]["content"]


def deep() -> bytes:
    """Lists in lists."""
    return json.dumps(deep_node()).encode()


def deep_node() -> Any:
    """Lists in lists."""
    node: Any = {
        "__class__": "list",
        "__module__": "builtins",
        "__loader__": "ListNode",
        "content": [],
    }
    for _ in range(200):
        node = {**node, "content": [node]}
    return node


def plain(value: Any) -> dict[str, Any]:
    return {"__class__": "str", "__module__": "builtins", "__loader__": "JsonNode",
            "content": json.dumps(value)}  # fmt: skip


def huge() -> bytes:
    """A sparse matrix of a few bytes that says it has 2^40 columns."""
    buffer = io.BytesIO()
    wide = csr_matrix(([1.0], [3], [0, 1]), (1, 1 << 40))
    save_npz(buffer, wide)
    schema = schema_of(skops())
    step(schema, 1)["coef_"] = {"__class__": "csr_matrix", "__module__": "scipy.sparse._csr",
                                "__loader__": "SparseMatrixNode", "type": "scipy",
                                "file": "1.npy"}  # fmt: skip
    return skops(json.dumps(schema).encode(), coef=buffer.getvalue())


def zeros() -> bytes:
    """A member that inflates to a thousand times its size."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("schema.json", b" " * (1 << 23))
    return buffer.getvalue()


DAMAGED: list[tuple[bytes, str]] = [
    (skops(b"{"), "no JSON"),
    (skops(b"[]"), "malformed"),
    (skops(b"[" * 100_000), "no JSON"),
    (skops(deep()), "nested too deeply"),
    (zeros(), "inflates to"),
    (huge(), "inflates to"),
    (skops(coef=np.array([[np.nan, 1.0]])), "no finite float32"),
    (skops(coef=np.ones((1, 3))), "3 features, the vectorizers make 2"),
    (skops(coef=np.ones(2)), "is not an array of 2 dimensions"),
    (skops(coef=np.ones((3, 2))), "classes_ does not fit"),
    (skops(coef=b"\x93NUMPY\x01\x00\x02\x00{}"), "no plain array"),
    (skops(coef=b"nothing"), "no plain array"),
    (changed(lambda s: step(s, 0).pop("vocabulary_")), "was it fitted"),
    (changed(lambda s: step(s, 0).update(analyzer=plain("chars"))), "analyzer='chars'"),
    (changed(lambda s: step(s, 0).update(ngram_range=plain([1, 99]))), "ngram_range="),
    (changed(lambda s: step(s, 0)["vocabulary_"]["content"].update(x=plain(1))), "for each column"),
    (changed(lambda s: step(s, 0)["vocabulary_"]["content"].update(x=plain(1 << 40))),
     "for each column"),
    (changed(lambda s: step(s, 1)["coef_"].update(file="no.npy")), "there is no 'no.npy'"),
    (changed(lambda s: s.update({"__class__": "Popen", "__module__": "subprocess"})),
     "a Popen, not a Pipeline"),
]  # fmt: skip


@pytest.mark.parametrize(("data", "message"), DAMAGED)
def test_damage_is_told(data: bytes, message: str) -> None:
    with pytest.raises(NluCompressError, match=message):
        load(data)


def test_every_prefix_is_refused() -> None:
    data = skops()
    for end in range(1, len(data), 7):
        with pytest.raises(NluCompressError):
            load(data[:end])


def test_changed_bytes_are_refused_or_read() -> None:
    data = skops()
    for at in range(0, len(data), 3):
        spoiled = bytearray(data)
        spoiled[at] ^= 0x11
        try:
            model = load(bytes(spoiled))
            nc.Classifier(model).scores(["red"])
        except NluCompressError:
            continue
