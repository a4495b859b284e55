"""The main job, word for word: train, quantize, hash, pack in a pipeline, evaluate, predict."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.program import BAD_INPUT, DONE, GATE_MISSED, USAGE, run, shell

PIPELINE = (
    "nlucompress train train.tsv --dev dev.tsv -o new.nlu && "
    "nlucompress quantize new.nlu --bits 5 | nlucompress phash | "
    "nlucompress pack --max-size 150K -o new.packed.nlu"
)


def test_the_pipeline(workdir: Path) -> None:
    done = shell(workdir, PIPELINE)
    assert (done.code, done.out) == (DONE, b"")
    assert (workdir / "new.packed.nlu").stat().st_size * 5 < (workdir / "new.nlu").stat().st_size
    for said in ("24 labels", "signal to noise", "static function with 7 bits", "bytes in all"):
        assert said in done.err
    answers = run(workdir, "predict", "new.packed.nlu", "utterances.txt")
    assert answers.code == DONE
    assert len(answers.lines) == 5
    report = run(
        workdir, "evaluate", "new.packed.nlu", "--data", "test.tsv", "--reference", "new.nlu",
        "--max-accuracy-drop", "5%", "--max-nfr", "5pp", "--json",
    )  # fmt: skip
    assert (report.code, report.err) == (DONE, "")
    figures = json.loads(report.out)
    assert figures["examples"] == 400
    assert figures["accuracy"] > 0.6
    assert figures["size_bytes"] == (workdir / "new.packed.nlu").stat().st_size
    assert figures["references"][0]["size_bytes"] == (workdir / "new.nlu").stat().st_size


def test_stages_on_stdin_and_stdout_make_the_same_as_files(models: Path) -> None:
    piped = shell(
        models,
        "nlucompress quantize - --bits 5 -q < full.nlu | nlucompress phash - -q -o - | "
        "nlucompress pack -q",
    )
    assert (piped.code, piped.err) == (DONE, "")
    assert piped.out == (models / "small.nlu").read_bytes()
    plain = "nlucompress train - --tokens words --l2 1e-3 --iterations 9 -q"
    trained = shell(models, f"cat train.tsv | {plain} | cmp - <({plain} < train.tsv)")
    assert (trained.code, trained.out, trained.err) == (DONE, b"", "")


def test_a_failed_stage_fails_the_pipeline(workdir: Path) -> None:
    broken = shell(
        workdir, "nlucompress quantize absent.nlu | nlucompress phash | nlucompress pack -o x.nlu"
    )
    assert broken.code == BAD_INPUT
    said = broken.err.splitlines()
    assert any("absent.nlu: No such file" in line for line in said)
    assert sum("the stage before this one failed" in line for line in said) == 2
    assert not (workdir / "x.nlu").exists()


def evaluate(models: Path, *options: str) -> tuple[int, str, dict[str, object]]:
    done = run(models, "evaluate", "small.nlu", "--data", "test.tsv", "--json", *options)
    figures: dict[str, object] = json.loads(done.out)
    return done.code, done.err, figures


def test_the_schema_of_an_evaluation(models: Path) -> None:
    code, _, figures = evaluate(
        models, "--reference", "full.nlu", "--min-accuracy", "1%", "--max-accuracy-drop", "50pp",
        "--max-nfr", "50%", "--max-size", "1M",
    )  # fmt: skip
    assert code == DONE
    assert set(figures) == {
        "schema_version", "examples", "accuracy", "accuracy_interval", "confidence", "macro_f1",
        "size_bytes", "references", "gates", "unknown_labels", "scope", "labels", "passed", "model",
        "data", "version", "time",
    }  # fmt: skip
    assert figures["schema_version"] == 2
    assert figures["unknown_labels"] == []
    assert isinstance(figures["references"], list)
    (old,) = figures["references"]
    assert set(old) == {
        "name", "digest", "size_bytes", "examples", "left_out", "new_labels", "gone_labels",
        "accuracy", "model_accuracy", "accuracy_drop", "nfr", "relative_nfr", "pfr", "agreement",
        "accuracy_interval", "significance", "scope", "flips_by_label", "changes", "flips",
    }  # fmt: skip
    accuracy = figures["accuracy"]
    assert isinstance(accuracy, float)
    assert 0.5 < accuracy < 1
    assert old["accuracy"] - accuracy == pytest.approx(old["accuracy_drop"])
    assert old["nfr"] - old["pfr"] == pytest.approx(old["accuracy_drop"])
    assert 0.9 < old["agreement"] <= 1 - old["nfr"]
    gates = figures["gates"]
    assert isinstance(gates, list)
    assert [(gate["name"], gate["limit"], gate["met"]) for gate in gates] == [
        ("min_accuracy", 0.01, True),
        ("max_accuracy_drop", 0.5, True),
        ("max_nfr", 0.5, True),
        ("max_size", 1_000_000, True),
    ]
    values = [gate["value"] for gate in gates]
    assert values == [accuracy, old["accuracy_drop"], old["nfr"], figures["size_bytes"]]


def test_without_a_reference_the_list_is_empty(models: Path) -> None:
    code, err, figures = evaluate(models)
    assert (code, err, figures["references"], figures["gates"]) == (DONE, "", [], [])


def test_a_missed_gate_names_every_figure(models: Path) -> None:
    options = ("--reference", "full.nlu", "--min-accuracy", "100%", "--max-size", "1Ki")
    code, err, figures = evaluate(models, *options)
    assert code == GATE_MISSED
    gates = figures["gates"]
    assert isinstance(gates, list)
    assert [(gate["name"], gate["met"]) for gate in gates] == [
        ("min_accuracy", False),
        ("max_size", False),
    ]
    assert figures["macro_f1"]
    assert "gate missed: --min-accuracy 100 %, measured " in err
    assert "gate missed: --max-size 1,024 bytes, measured " in err
    text = run(models, "evaluate", "small.nlu", "--data", "test.tsv", *options)
    assert text.code == GATE_MISSED
    shown = [line.split("  ")[0] for line in text.lines]
    for figure in ("examples", "accuracy", "macro F1", "size", "reference", "negative flips"):
        assert figure in shown
    assert sum("MISSED" in line for line in text.lines) == 2


def test_gates_that_need_a_reference(models: Path) -> None:
    done = run(models, "evaluate", "small.nlu", "--data", "test.tsv", "--max-nfr", "1%")
    assert (done.code, done.out) == (USAGE, b"")
    assert "--reference" in done.err


def test_flips_and_labels(models: Path) -> None:
    done = run(
        models, "evaluate", "small.nlu", "--data", "test.tsv", "--reference", "full.nlu",
        "--json",
    )  # fmt: skip
    figures = json.loads(done.out)
    assert len(figures["labels"]) == 24
    (old,) = figures["references"]
    assert len(old["flips"]) == round(400 * old["nfr"]) > 0
    assert all(flip["label"] != flip["answer"] for flip in old["flips"])


def test_data_that_cannot_be_measured(models: Path) -> None:
    for data, problem in (
        (b"", "is empty"),
        (b"no tab here\n", "standard input, line 1: no tab"),
        (b"never_seen\tsome text\n", "never_seen"),
        (b"call\t\xff\n", "line 1: no valid UTF-8"),
    ):
        done = run(models, "evaluate", "small.nlu", "--data", "-", stdin=data)
        assert (done.code, done.out) == (BAD_INPUT, b"")
        assert problem in done.err
    known = run(models, "evaluate", "small.nlu", "--data", "-", stdin=b"call\tcall mom\n")
    assert known.code == DONE


def test_unknown_labels_are_named(models: Path) -> None:
    data = b"call\tcall mom\nnever\tsome text\n"
    done = run(models, "evaluate", "small.nlu", "--data", "-", "--json", stdin=data)
    assert done.code == DONE
    assert json.loads(done.out)["unknown_labels"] == ["never"]
    assert "warning: 1 labels of the data are unknown" in done.err


def test_confidence_keeps_noise_from_missing_a_gate(models: Path) -> None:
    coarse = shell(
        models,
        "nlucompress quantize full.nlu --bits 2 --range mse -q -o coarse.nlu",
    )
    assert coarse.code == DONE, coarse.err
    asked = (
        "evaluate",
        "coarse.nlu",
        "--data",
        "test.tsv",
        "--reference",
        "full.nlu",
        "--max-nfr",
        "0",
    )
    rate = json.loads(run(models, *asked, "--json").out)["references"][0]["nfr"]
    just_below = (*asked[:-1], f"{100 * rate - 0.01:.4f}%")
    assert run(models, *just_below).code == GATE_MISSED
    assert run(models, *just_below, "--confidence", "0.95").code == DONE
    assert run(models, *asked, "--confidence", "0.95").code == GATE_MISSED
    assert run(models, *asked[:4], "--confidence", "1").code == USAGE
