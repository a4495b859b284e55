"""`nlucompress threshold`, and what predict, evaluate, inspect and export make of one."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.program import DONE, GATE_MISSED, USAGE, run

CHOOSE = ("threshold", "hashed.nlu", "--dev", "scoped.tsv", "-o", "x.nlu")
MODELS = ("careful.nlu", "small.nlu")
ODD = b"zzz qqq\n"


@pytest.fixture
def careful(workdir: Path) -> Path:
    done = run(workdir, *CHOOSE)
    assert done.code == DONE, done.err
    assert "recall out of scope 0.00 -> " in done.err
    assert run(workdir, "pack", "x.nlu", "-o", "careful.nlu").code == DONE
    return workdir


def test_the_artifact_answers_unknown_texts(careful: Path) -> None:
    first = run(careful, "predict", "careful.nlu", stdin=ODD).lines[0].split("\t")
    assert first[0] == "oos"
    plain = run(careful, "predict", "small.nlu", stdin=ODD).lines[0].split("\t")
    assert plain[1] == first[1]  # the score is the same, and too low
    two = json.loads(run(careful, "predict", "careful.nlu", "--top", "2", "--json", stdin=ODD).out)
    assert two["label"] == "oos"
    assert [each["label"] for each in two["top"]] == ["oos", plain[0]]
    known = [run(careful, "predict", each, "utterances.txt").lines[0] for each in MODELS]
    assert known[0] == known[1]


def test_the_command_line_overrides_it(careful: Path) -> None:
    def answer(model: str, *options: str) -> str:
        return run(careful, "predict", model, *options, stdin=ODD).lines[0].split("\t")[0]

    own = answer("small.nlu")
    assert answer("careful.nlu", "--threshold", "none") == own
    assert answer("careful.nlu", "--threshold", "-1e9") == own
    assert answer("careful.nlu", "--unknown-label", "what?") == "what?"
    assert answer("small.nlu", "--threshold", "1e9") == "unknown"
    assert answer("small.nlu", "--threshold", "1e9", "--unknown-label", "what?") == "what?"


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--unknown-label", "x"], "--unknown-label needs a --threshold"),
        (["--threshold", "high"], "'high' is not a score"),
        (["--threshold", "nan"], "'nan' is not a score"),
    ],
)
def test_misuse_is_refused(models: Path, options: list[str], message: str) -> None:
    done = run(models, "predict", "small.nlu", *options, stdin=ODD)
    assert done.code == USAGE
    assert message in done.err


def test_evaluate_measures_both_sides_of_both_models(careful: Path) -> None:
    line = ("evaluate", "careful.nlu", "--data", "scoped.tsv", "--reference", "x.nlu")
    done = run(careful, *line, "--min-unknown-recall", "50%")
    shown = [text.split()[0:3] for text in done.lines]
    assert done.code == DONE, done.err
    assert shown.count(["in", "scope", done.lines[3].split()[2]]) == 2
    assert any("answered oos" in text and "threshold" in text for text in done.lines)
    report = json.loads(run(careful, *line, "--json").out)
    scope = report["scope"]
    assert scope == report["references"][0]["scope"]  # pack changes no answer
    assert (scope["label"], scope["out_of_scope"]) == ("oos", 12)
    assert run(careful, *line, "--min-unknown-recall", "100%").code in (DONE, GATE_MISSED)
    refused = run(careful, "evaluate", "small.nlu", "--data", "test.tsv", "--min-unknown-recall=.5")
    assert refused.code == USAGE


def test_inspect_shows_it_and_export_says_that_it_is_left_out(careful: Path) -> None:
    shown = run(careful, "inspect", "careful.nlu").out.decode()
    assert "unknown        answered oos where the best score is below " in shown
    told = json.loads(run(careful, "inspect", "careful.nlu", "--json").out)["unknown"]
    assert told["label"] == "oos"
    assert run(careful, "threshold", "full.nlu", "--dev", "scoped.tsv", "-o", "y.nlu").code == DONE
    done = run(careful, "export", "y.nlu", "--to", "json", "-o", "y.json")
    assert "json has no place for the threshold of unknown texts" in done.err


def test_training_on_leaves_it_out_and_says_so(careful: Path) -> None:
    assert run(careful, "threshold", "full.nlu", "--dev", "scoped.tsv", "-o", "y.nlu").code == DONE
    done = run(careful, "merge", "older.nlu", "y.nlu", "-o", "z.nlu")
    assert "the threshold for unknown texts is left out" in done.err
    assert "unknown" not in json.loads(run(careful, "inspect", "z.nlu", "--json").out)["network"]
