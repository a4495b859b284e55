"""linearize, and finetune --new-labels, from the command line."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import nlucompress as nc
from tests.cli.program import BAD_INPUT, DONE, PROGRAM, USAGE, run, shell
from tests.golden.sources import classifier, hashed, neural
from tests.unit.networks.test_linearized import activated

DATA = "on\tthe lights\noff\tvolume lights\nplay\tplay the jazz\non\tlights\nplay\tjazz\n"
NEW = "b\tjazz\na\tlights\nb\tplay jazz\na\tthe lights\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Models and data that need no training."""
    for name, model in {
        "dan": neural("dan"),
        "cnn": neural("cnn"),
        "lstm": neural("lstm"),
        "relu": activated(neural("dan"), "relu"),
        "hashed": hashed(neural("dan")),
        "linear": classifier(),
    }.items():
        nc.save(model, tmp_path / f"{name}.nlu")
    (tmp_path / "data.tsv").write_text(DATA, encoding="utf-8")
    (tmp_path / "new.tsv").write_text(NEW, encoding="utf-8")
    (tmp_path / "none.tsv").write_text("", encoding="utf-8")
    return tmp_path


@pytest.mark.parametrize("kind", ["dan", "cnn"])
def test_a_network_is_linearized_and_goes_on_as_other_models_do(folder: Path, kind: str) -> None:
    chain = (
        f"nlucompress linearize {kind}.nlu --data data.tsv --dev data.tsv -o l.nlu && "
        "nlucompress quantize l.nlu --bits 8 -q | nlucompress phash -q | "
        "nlucompress pack -q -o packed.nlu"
    )
    ran = shell(folder, chain)
    assert ran.code == DONE, ran.err
    assert "linearized: 5 words, each text read 10 times, ridge " in ran.err
    assert "dev accuracy 100.00 %" in ran.err
    texts = "\n".join(line.split("\t")[1] for line in DATA.splitlines()).encode()
    labels = [line.split("\t")[0] for line in DATA.splitlines()]
    for model in ("l.nlu", "packed.nlu"):
        answered = run(folder, "predict", model, stdin=texts + b"\n")
        assert answered.code == DONE, answered.err
        assert [line.split("\t")[0] for line in answered.lines] == labels
    evaluated = run(folder, "evaluate", "packed.nlu", "--data", "data.tsv", "--reference", "l.nlu")
    assert evaluated.code == DONE, evaluated.err
    verified = run(folder, "inspect", "packed.nlu", "--verify")
    assert verified.code == DONE, verified.err
    assert f"linearized-{kind}" in verified.out.decode()


def test_the_report_as_json(folder: Path) -> None:
    call = ("linearize", "dan.nlu", "--data", "data.tsv", "--json")
    options = ("--ridge", "0.5", "--readings", "2", "--preconditioner", "full", "--iterations", "7")
    ran = run(folder, *call, *options, "--row-scale", "2", "--target-scale", "3", "-o", "l.nlu")
    assert ran.code == DONE, ran.err
    told = json.loads(ran.out)["figures"]["linearized"]
    assert (told["ridge"], told["readings"], told["words"]) == (0.5, 2, 5)
    record = nc.load(folder / "l.nlu").history[-1]
    assert record["options"] == {
        "target_scale": 3.0,
        "ridge": 0.5,
        "row_scale": 2.0,
        "preconditioner": "full",
        "iterations": 7,
        "readings": 2,
        "word_dropout": 0.1,
        "seed": 0,
        "new_labels": False,
    }


def test_other_labels_take_the_place_of_the_old(folder: Path) -> None:
    call = ("linearize", "cnn.nlu", "--data", "new.tsv", "-q", "--new-labels")
    ran = run(folder, *call, "-o", "l.nlu")
    assert ran.code == DONE, ran.err
    assert nc.load(folder / "l.nlu").labels == ("a", "b")
    answered = run(folder, "predict", "l.nlu", stdin=b"jazz\nlights\n")
    assert [line.split("\t")[0] for line in answered.lines] == ["b", "a"]


def test_ordinary_fine_tuning_onto_other_labels(folder: Path) -> None:
    pytest.importorskip("torch")
    call = ("finetune", "lstm.nlu", "--data", "new.tsv", "-q", "--new-labels")
    options = ("--epochs", "40", "--schedule", "fixed", "--learning-rate", "0.05")
    ran = run(folder, *call, *options, "--dropout", "0", "--word-dropout", "0", "-o", "t.nlu")
    assert ran.code == DONE, ran.err
    model = nc.load(folder / "t.nlu")
    assert model.labels == ("a", "b")
    assert model.history[-1]["options"]["new_labels"] is True
    assert nc.Classifier(model).predict(["jazz", "lights"]) == ["b", "a"]


def test_the_same_bytes_each_time(folder: Path) -> None:
    for name in ("one.nlu", "two.nlu"):
        call = ("linearize", "cnn.nlu", "--data", "data.tsv", "-q", "-o", name)
        assert run(folder, *call).code == DONE
    assert (folder / "one.nlu").read_bytes() == (folder / "two.nlu").read_bytes()


def test_it_needs_no_torch_and_what_needs_it_says_so(folder: Path) -> None:
    code = (
        "import sys; sys.modules['torch'] = None\n"
        "import importlib.util as u; real = u.find_spec\n"
        "u.find_spec = lambda name, *rest: None if name == 'torch' else real(name, *rest)\n"
        "from nlucompress.cli.main import main; main()\n"
    )
    (folder / "without.py").write_text(code, encoding="utf-8")
    python = PROGRAM.with_name("python")
    call = f"{python} without.py"
    ran = shell(
        folder,
        f"{call} linearize dan.nlu --data data.tsv -q -o l.nlu && {call} predict l.nlu data.tsv",
    )
    assert ran.code == DONE, ran.err
    ran = shell(folder, f"{call} finetune dan.nlu --data data.tsv -q -o x.nlu")
    assert ran.code == USAGE
    assert "pip install 'nlucompress[train]'" in ran.err


def test_refusals(folder: Path) -> None:
    def refused(
        code: int, text: str, model: str, *arguments: str, command: str = "linearize"
    ) -> None:
        ran = run(folder, command, f"{model}.nlu", *arguments, "-o", "x.nlu")
        assert ran.code == code, ran.err
        assert text in ran.err
        assert "Traceback" not in ran.err
        assert not (folder / "x.nlu").exists()

    data = ("--data", "data.tsv")
    refused(USAGE, "is for dan and cnn, not for 'lstm'", "lstm", *data)
    refused(USAGE, "is linear already", "linear", *data)
    refused(USAGE, "--activation leaky-relu", "relu", *data)
    refused(BAD_INPUT, "before phash", "hashed", *data)
    refused(BAD_INPUT, "--new-labels` takes the labels", "dan", "--data", "new.tsv")
    refused(BAD_INPUT, "none.tsv", "dan", "--data", "none.tsv")
    refused(USAGE, "Missing option '--data'", "dan")
    refused(USAGE, "No such option", "dan", *data, "--learning-rate", "0.1")
    refused(USAGE, "new labels need a network", "linear", *data, "--new-labels", command="finetune")
    refused(USAGE, "--ridge", "dan", *data, "--ridge", "0")
    run(folder, "linearize", "dan.nlu", *data, "-q", "-o", "l.nlu")
    refused(USAGE, "linearized already", "l", *data)
    refused(USAGE, "cannot be trained on", "l", *data, command="finetune")
