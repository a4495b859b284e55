"""Every command has a function, and takes what stands for a model and for data."""

from __future__ import annotations

import copy
import inspect
import io
import json
import pickle
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import nlucompress as nc
from nlucompress.cli.groups import COMMANDS
from tests.workplace import SAMPLE

# What stands at the top for each command; nothing for what only a shell needs.
FUNCTIONS = {
    "train": "train", "import": "import_model", "finetune": "finetune", "linearize": "linearize",
    "merge": "merge", "compress": "compress", "factorize": "factorize", "quantize": "quantize",
    "phash": "phash", "pack": "pack", "run": "run", "fleet": "run_fleet", "search": "search",
    "evaluate": "evaluate", "threshold": "choose_threshold", "neighbours": "neighbours",
    "retrieval": "retrieval", "diff": "diff", "inspect": "inspect", "predict": "predict",
    "tag": "tag", "embed": "embed", "lookup": "lookup", "export": "export",
}  # fmt: skip
SHELL = {"help", "completion"}
EXAMPLES = nc.Examples(("on", "off", "on", "off"), ("light on", "light off", "on now", "off now"))
DATA = b"on\tlight on\noff\tlight off\non\ton now\noff\toff now\n"


@pytest.fixture(scope="module")
def model() -> nc.Model:
    return nc.train(EXAMPLES, min_count=1, l1=0.0)


@pytest.fixture(scope="module")
def small(model: nc.Model) -> nc.Model:
    return nc.load(_file(nc.pack(nc.phash(model, fingerprint_bits=16))))


def _file(model: nc.Model) -> bytes:
    from nlucompress.format import codec

    return codec.to_bytes(model)


def test_every_command_has_a_function() -> None:
    assert set(COMMANDS) - SHELL == set(FUNCTIONS)
    assert all(callable(getattr(nc, name)) for name in FUNCTIONS.values())


def test_the_names_are_there_and_sorted() -> None:
    assert list(nc.__all__) == sorted(nc.__all__)
    assert all(getattr(nc, name) is not None for name in nc.__all__)
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        _ = nc.nothing


def test_the_import_alone_imports_nothing_heavy() -> None:
    code = "import sys, nlucompress; print(*sorted({m.split('.')[0] for m in sys.modules}))"
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert not {"numpy", "scipy", "mmh3", "click", "rich", "torch"} & set(told.stdout.split())


def test_keywords_and_objects_are_the_same(model: nc.Model) -> None:
    by_object = nc.quantize(model, nc.QuantizeOptions(bits=5, threshold=0.01))
    assert _file(nc.quantize(model, bits=5, threshold=0.01)) == _file(by_object)
    changed = nc.quantize(model, nc.QuantizeOptions(bits=2, threshold=0.01), bits=5)
    assert _file(changed) == _file(by_object)
    assert nc.quantize(model, tables=["features"]).history[-1]["options"]["tables"] == ["features"]


def test_keywords_reach_options_within_others(model: nc.Model) -> None:
    tuned = nc.finetune(model, EXAMPLES, iterations=3)
    assert tuned.history[-1]["options"]["iterations"] == 3
    found, report = nc.compress(model, EXAMPLES, max_size=10**6, effort="low", risk=0.9)
    assert found is not None
    assert [gate for gate in report.candidates[report.order[0]].gates if gate.name == "max_size"]


def test_a_keyword_that_is_not_there_names_the_nearest(model: nc.Model) -> None:
    with pytest.raises(TypeError, match="no option 'bit'; did you mean bits"):
        nc.quantize(model, bit=5)
    with pytest.raises(TypeError, match="options must be QuantizeOptions, not PackOptions"):
        nc.quantize(model, nc.PackOptions())  # type: ignore[arg-type]


def test_help_lists_the_options() -> None:
    shown = inspect.signature(nc.quantize).parameters
    assert shown["bits"].default == 8
    assert list(shown)[:2] == ["model", "options"]
    assert {"max_nfr", "effort"} <= set(inspect.signature(nc.compress).parameters)


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda: nc.QuantizeOptions(bits=9), "bits: 9 is not within 1 to 8"),
        (lambda: nc.QuantizeOptions(per="group"), "per='group' needs group=COLUMNS, and only it"),
        (lambda: nc.QuantizeOptions(norms=False), "norms=False belong to method='pq'"),
        (lambda: nc.FactorizeOptions(), "exactly one of rank, ratio and energy"),
    ],
)
def test_messages_speak_of_arguments(call: Any, said: str) -> None:
    with pytest.raises(nc.UsageError) as caught:
        call()
    assert said in str(caught.value)
    assert "--" not in str(caught.value)
    from nlucompress.errors import in_flags

    with in_flags():
        assert "--" in str(caught.value)


def test_what_stands_for_a_model(tmp_path: Path, model: nc.Model) -> None:
    path, data = tmp_path / "m.nlu", _file(model)
    assert nc.save(model, path) == len(data)
    asked = ["light on", "now off"]
    expected = nc.Classifier(model).scores(asked)
    with open(path, "rb") as file:
        for given in (path, str(path), data, bytearray(data), memoryview(data), file):
            assert (nc.Classifier(given).scores(asked) == expected).all()
    assert nc.inspect(data).kind == nc.inspect(path).kind == "nlucompress model"
    assert nc.inspect(model).digest == nc.inspect(path).digest
    with pytest.raises(nc.FormatError, match="is empty"):
        nc.load(b"")


def test_what_stands_for_data(tmp_path: Path, model: nc.Model) -> None:
    (tmp_path / "d.tsv").write_bytes(DATA)
    every = [
        nc.evaluate(model, data) for data in (EXAMPLES, DATA, io.BytesIO(DATA), tmp_path / "d.tsv")
    ]
    assert [each.accuracy for each in every] == [1.0] * 4
    assert _file(nc.train(DATA, min_count=1, l1=0.0)) == _file(model)


def test_files_that_are_missing_or_in_the_way(tmp_path: Path, model: nc.Model) -> None:
    for call in (nc.load, nc.read_examples, nc.quantize, nc.inspect):
        with pytest.raises(FileNotFoundError) as caught:
            call(tmp_path / "none")
        assert isinstance(caught.value, nc.NluCompressError)
        assert caught.value.filename == str(tmp_path / "none")
        assert "No such file" in str(caught.value)
        assert pickle.loads(pickle.dumps(caught.value)).args == caught.value.args
    nc.save(model, tmp_path / "m.nlu")
    with pytest.raises(FileExistsError, match="overwrite=True") as refused:
        nc.save(nc.pack(nc.phash(model)), tmp_path / "m.nlu")
    assert isinstance(refused.value, nc.OutputError)
    assert not nc.load(tmp_path / "m.nlu").sealed
    nc.save(nc.pack(nc.phash(model)), tmp_path / "m.nlu", overwrite=True)
    assert nc.load(tmp_path / "m.nlu").sealed


def test_reports_become_other_things(model: nc.Model, small: nc.Model) -> None:
    report = nc.evaluate(small, EXAMPLES, {"<old>": model}, max_size=1)
    assert json.loads(report.to_json()) == json.loads(json.dumps(report.to_dict()))
    assert report.to_dict()["gates"][0]["met"] is False
    page = report._repr_html_()
    assert "&lt;old&gt;" in page
    assert "100.00 %" in page
    assert "missed" in page
    assert nc.diff(model, small).to_dict()["same"] is False


def test_a_short_repr(model: nc.Model, small: nc.Model) -> None:
    rows = model.table().matrix.shape[0]
    assert repr(model) == f"<linear model, 2 labels, features {rows} x 2, train>"
    size = len(_file(small))
    assert repr(small) == f"<linear model, 2 labels, features {rows} x 2, sealed, {size} bytes>"


@pytest.mark.parametrize("mapped", [False, True])
def test_models_and_classifiers_travel(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, small: nc.Model, model: nc.Model, mapped: bool
) -> None:
    from nlucompress.format import files

    if mapped:
        monkeypatch.setattr(files, "READ_WHOLE", 0)
    for each in (small, model):
        path = tmp_path / f"{each.sealed}.nlu"
        nc.save(each, path)
        read, asked = nc.load(path), ["light on", "off now"]
        expected = nc.Classifier(read).scores(asked)
        for made in (pickle.loads(pickle.dumps(read)), copy.copy(read), copy.deepcopy(read)):
            assert _file(made) == _file(read)
            assert (nc.Classifier(made).scores(asked) == expected).all()
        classifier = nc.Classifier(read)
        for copied in (pickle.loads(pickle.dumps(classifier)), copy.deepcopy(classifier)):
            assert (copied.scores(asked) == expected).all()


def test_parts_sum_up_to_the_scores(model: nc.Model, small: nc.Model) -> None:
    for each in (model, small, nc.quantize(model, bits=3)):
        told = nc.Classifier(each).explain("light on unheard")
        assert np.allclose(told.bias + told.contributions.sum(axis=0), told.scores, atol=1e-12)
        assert (told.scores == nc.Classifier(each).scores(["light on unheard"])[0]).all()
        assert "on" in told.keys
        assert "unheard" in told.unknown
        assert told.label == "on"
        assert told.top(count=1)[0][1] > 0
    with pytest.raises(ValueError, match="not in tuple"):
        told.top("no label")


def test_only_linear_models_explain() -> None:
    from tests.golden.sources import neural

    with pytest.raises(nc.UsageError, match="only of a linear model"):
        nc.Classifier(neural("dan")).explain("jazz")


def test_threads_get_the_same_answers() -> None:
    model = nc.train(SAMPLE / "dev.tsv", min_count=2)
    texts = list(nc.read_examples(SAMPLE / "test.tsv").texts[:300])
    for each in (model, nc.load(_file(nc.pack(nc.phash(nc.quantize(model, bits=5)))))):
        classifier = nc.Classifier(each)
        expected, found = classifier.scores(texts), list[Any]()

        def ask(classifier: nc.Classifier = classifier, found: Any = found) -> None:
            found.extend(classifier.scores(texts) for _ in range(3))

        threads = [threading.Thread(target=ask) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len(found) == 24
        assert all((scores == expected).all() for scores in found)


def test_tables_and_exports(tmp_path: Path, model: nc.Model) -> None:
    rows, known = nc.lookup(model, ["on", "unheard"])
    assert known.tolist() == [True, False]
    assert rows[0].any()
    assert not rows[1].any()
    assert nc.predict(model, ["light on"], top=2)[0].labels == ("on", "off")
    size = nc.write_export(nc.export(model, to="json"), tmp_path / "m.json")
    assert (tmp_path / "m.json").stat().st_size == size
    with pytest.raises(FileExistsError):
        nc.write_export(nc.export(model, to="json"), tmp_path / "m.json")
