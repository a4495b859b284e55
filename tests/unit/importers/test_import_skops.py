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
from tests.unit.importers.test_from_sklearn import CLASSIFIERS, VECTORIZERS, fitted, same

skops_io = pytest.importorskip("skops.io")


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
    node: Any = {
        "__class__": "list",
        "__module__": "builtins",
        "__loader__": "ListNode",
        "content": [],
    }
    for _ in range(200):
        node = {**node, "content": [node]}
    return json.dumps(node).encode()


def plain(value: Any) -> dict[str, Any]:
    return {"__class__": "str", "__module__": "builtins", "__loader__": "JsonNode",
            "content": json.dumps(value)}  # fmt: skip


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
    (skops(coef=np.array([[np.nan, 1.0]])), "no finite float32"),
    (skops(coef=np.ones((1, 3))), "3 features, the vectorizers make 2"),
    (skops(coef=np.ones(2)), "no array of 2 dimensions"),
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
