"""Compatible models from the command line: trained, searched for, and measured across galleries."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

import nlucompress as nc
from tests.cli.program import BAD_INPUT, DONE, GATE_MISSED, USAGE, run
from tests.golden.sources import neural
from tests.unit.stages.measure.test_retrieval import ANGLES, circle
from tests.workplace import SAMPLE

TRAIN, DEV = (str(SAMPLE / f"{name}.tsv") for name in ("train", "dev"))
WORSE = {**ANGLES, "rose": 80, "sky": 120}


@pytest.fixture
def colours(tmp_path: Path) -> Path:
    """Models that put words on a circle, and words to ask."""
    nc.save(circle(WORSE), tmp_path / "old.nlu")
    nc.save(circle({**ANGLES, "sky": 120}), tmp_path / "new.nlu")
    nc.save(circle(ANGLES), tmp_path / "best.nlu")
    (tmp_path / "items.tsv").write_text("red\tred\ngreen\tgreen\nblue\tblue\n")
    (tmp_path / "asked.tsv").write_text("red\trose\ngreen\tleaf\nblue\tsky\nblack\tred\n")
    return tmp_path


ASK = ("retrieval", "new.nlu", "--gallery", "old.nlu", "--data", "asked.tsv")
INDEXED = ("--gallery-data", "items.tsv", "--recall", "3,1")


def test_the_report(colours: Path) -> None:
    ran = run(colours, *ASK, *INDEXED, "--reference", "best.nlu")
    assert (ran.code, ran.err) == (DONE, "")
    assert ran.lines[:10] == [
        "queries           4, 1 of labels that the gallery lacks",
        "gallery           3",
        "old in old        top-1 25.00 %, recall@3 75.00 %",
        "new in old        top-1 50.00 %, recall@3 75.00 %",
        "new in new        top-1 50.00 %, recall@3 75.00 %",
        "reference alone   top-1 75.00 %, recall@3 75.00 %",
        "old classifier    25.00 % on its own representations, 50.00 % on the new ones",
        "compatible        yes: new in old is +25.00 points from old in old",
        "update gain       50.0 %",
        ran.lines[9],
    ]
    assert ran.lines[9].startswith("size ")
    assert run(colours, *ASK, *INDEXED, "--quiet").out == b""


def test_the_json_has_the_same(colours: Path) -> None:
    ran = run(colours, *ASK, *INDEXED, "--json", "--min-update-gain", "50%")
    assert ran.code == DONE
    found = json.loads(ran.out)
    assert (found["queries"], found["gallery"], found["absent"]) == (4, 3, 1)
    assert found["cross"] == {"top1": 0.5, "recall": {"1": 0.5, "3": 0.75}}
    assert (found["compatible"], found["update_gain"], found["reference"]) == (True, 1.0, None)
    assert found["gates"] == [{"name": "min_update_gain", "limit": 0.5, "value": 1.0, "met": True}]
    assert found["size_bytes"] == (colours / "new.nlu").stat().st_size


def test_the_query_model_comes_through_a_pipe(colours: Path) -> None:
    asked = ("retrieval", "--gallery", "old.nlu", "--data", "asked.tsv", *INDEXED)
    piped = run(colours, *asked, stdin=(colours / "new.nlu").read_bytes())
    assert piped.code == DONE
    assert piped.out == run(colours, *ASK, *INDEXED).out


def test_gates(colours: Path) -> None:
    back = ("retrieval", "old.nlu", "--gallery", "best.nlu", "--data", "asked.tsv", *INDEXED)
    met = run(colours, *back, "--max-cross-drop", "50%", "--max-size", "1M")
    assert (met.code, met.err) == (DONE, "")
    missed = run(colours, *back, "--max-cross-drop", "49%", "--min-update-gain", "0")
    assert missed.code == GATE_MISSED
    assert missed.lines[-2] == "gate              MISSED: --min-update-gain 0 %, measured " + (
        "undefined: new in new is not above old in old"
    )
    assert missed.err.splitlines()[1] == (
        "nlucompress: gate missed: --max-cross-drop 49 points, measured 50.000"
    )


def test_refusals(colours: Path, models: Path) -> None:
    def refused(code: int, text: str, *arguments: str) -> None:
        ran = run(colours, *arguments)
        assert ran.code == code
        assert text in ran.err
        assert "Traceback" not in ran.err

    linear = str(models / "full.nlu")
    refused(USAGE, "Missing option '--data'", *ASK[:4])
    refused(USAGE, "Missing option '--gallery'", *ASK[:2])
    refused(USAGE, "No such option", *ASK, "--max-nfr", "1%")
    refused(USAGE, "not a list of numbers", *ASK, "--recall", "1,x")
    refused(USAGE, "has no representations", ASK[0], linear, *ASK[2:])
    refused(BAD_INPUT, "too few for --recall 10", *ASK)
    refused(BAD_INPUT, "missing.nlu", *ASK, "--reference", "missing.nlu")
    (colours / "empty.tsv").write_text("")
    refused(BAD_INPUT, "empty.tsv: no examples", *ASK, "--gallery-data", "empty.tsv")
    refused(USAGE, "has no representations", "embed", linear)
    train = ("train", TRAIN, "--compatible-with", "old.nlu", "-o", "x.nlu")
    refused(USAGE, "--compatible-with is for --network", *train)
    tune = ("finetune", linear, "--data", TRAIN, "--compatible-with", "old.nlu", "-o", "x.nlu")
    refused(USAGE, "has no representations", *tune)
    search = ("search", "old.nlu", "--data", "items.tsv", "--dev", "asked.tsv", "-o", "x.nlu")
    refused(USAGE, "9 is not within 1 to 8", *search, "--bits", "9")
    refused(USAGE, "is not percentage points", *search, "--max-drop", "-1")


def test_representations_are_printed(colours: Path) -> None:
    ran = run(colours, "embed", "best.nlu", stdin=b"green\nunknown\nred\n")
    assert ran.code == DONE
    numbers = [[float(each) for each in line.split(" ")] for line in ran.lines]
    assert np.allclose(numbers, [[0, 1], [0, 0], [1, 0]], atol=1e-6)
    lines = run(colours, "embed", "best.nlu", "--json", stdin=b"red\n").lines
    assert json.loads(lines[0]) == {"representation": [1, 0]}


LOOP = ("--epochs", "8", "--batch-size", "64", "--learning-rate", "0.02")
SMALL = ("--hidden-size", "24", "--dimensions", "24", *LOOP)


@pytest.fixture(scope="module")
def updated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An old network that saw a quarter of the data."""
    pytest.importorskip("torch")
    folder = tmp_path_factory.mktemp("updated")
    lines = Path(TRAIN).read_text().splitlines(keepends=True)
    (folder / "some.tsv").write_text("".join(lines[::4]))
    (folder / "more.tsv").write_text("".join(lines[::2]))
    ran = run(folder, "train", "some.tsv", "--network", "dan", *SMALL, "-o", "old.nlu")
    assert ran.code == DONE, ran.err
    return folder


def head_and_top1(folder: Path, model: str) -> tuple[float, float]:
    """How well the old classifier and the old gallery understand a model."""
    across = ("--gallery", "old.nlu", "--data", DEV, "--json")
    ran = run(folder, "retrieval", model, *across)
    assert ran.code == DONE, ran.err
    found = json.loads(ran.out)
    return found["head"]["cross"] - found["head"]["old"], found["cross"]["top1"]


def test_a_new_model_is_trained_to_be_compatible_or_made_so(updated: Path) -> None:
    new = ("train", "more.tsv", "--network", "dan", *SMALL, "--seed", "1")
    told = run(updated, *new, "--compatible-with", "old.nlu", "-o", "new.nlu")
    assert told.code == DONE
    assert "compatible in 24 numbers" in told.err
    assert run(updated, *new, "-q", "-o", "alone.nlu").code == DONE
    data = ("--data", "more.tsv", "--schedule", "onecycle", *LOOP)
    tune = ("finetune", "alone.nlu", *data, "--compatible-with", "old.nlu", "-o", "tuned.nlu")
    assert run(updated, *tune).code == DONE
    apart, top1 = head_and_top1(updated, "alone.nlu")
    assert apart < -0.2
    assert top1 < 0.3
    for each in ("new.nlu", "tuned.nlu"):
        apart, top1 = head_and_top1(updated, each)
        assert apart >= 0
        assert top1 > 0.5


def test_a_model_that_leaves_another_ones_space_is_told_of(updated: Path) -> None:
    nc.save(neural("dan", projected=5), updated / "projected.nlu")
    (updated / "few.tsv").write_text("on\tlights\noff\tvolume\nplay\tplay jazz\n")
    tune = ("finetune", "projected.nlu", "--data", "few.tsv", "--epochs", "1", "-o")
    assert "name that one by --compatible-with" in run(updated, *tune, "left.nlu").err
    nc.save(neural("cnn", 5, projected=0), updated / "space.nlu")
    wrong = run(updated, *tune, "x.nlu", "--compatible-with", "space.nlu")
    assert wrong.code == USAGE
    assert "it was made compatible with another model" in wrong.err


def test_a_student_is_found(updated: Path) -> None:
    names = ("old.nlu", "--data", "some.tsv", "--dev", DEV, *LOOP, "--ranks", "1,16")
    ran = run(updated, "search", *names, "--max-drop", "8pp", "--json", "-o", "s.nlu")
    assert ran.code == DONE, ran.err
    found = json.loads(ran.out)
    assert [each["met"] for each in found["candidates"]][-1] is True
    assert found["candidates"][-1]["size_bytes"] == (updated / "s.nlu").stat().st_size
    gallery = ("--gallery", "old.nlu", "--gallery-data", "some.tsv", "--max-cross-drop", "8%")
    assert run(updated, "retrieval", "s.nlu", *gallery, "--data", DEV).code == DONE


def test_no_student_is_written_where_none_is_good_enough(updated: Path) -> None:
    names = ("old.nlu", "--data", "some.tsv", "--dev", DEV, *LOOP, "--ranks", "1")
    ran = run(updated, "search", *names, "--bits", "4", "--max-drop", "0", "-o", "none.nlu")
    assert ran.code == GATE_MISSED
    told = [line.split(":")[0] for line in ran.err.splitlines() if " examples of " not in line]
    assert told == ["width 24, rank 1, 4 bits", "large model", "nlucompress"]
    assert "gate missed: --max-drop 0 points by every student" in ran.err
    assert not (updated / "none.nlu").exists()
