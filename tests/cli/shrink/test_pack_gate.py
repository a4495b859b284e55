"""pack: the gate on the size, and the account of every byte."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.program import DONE, GATE_MISSED, USAGE, files_in, run


def test_a_missed_gate_writes_nothing_and_names_every_figure(workdir: Path) -> None:
    before = files_in(workdir)
    done = run(workdir, "pack", "hashed.nlu", "--max-size", "1K", "-o", "new.nlu")
    assert (done.code, done.out) == (GATE_MISSED, b"")
    size = (workdir / "small.nlu").stat().st_size
    assert f"--max-size 1,000 bytes, but the file takes {size:,}" in done.err
    assert "bits per key" in done.err
    assert files_in(workdir) == before


def test_a_missed_gate_leaves_the_old_file(workdir: Path) -> None:
    old = (workdir / "small.nlu").read_bytes()
    done = run(workdir, "pack", "hashed.nlu", "--max-size", "1K", "--force", "-o", "small.nlu")
    assert done.code == GATE_MISSED
    assert (workdir / "small.nlu").read_bytes() == old


def test_a_missed_gate_sends_nothing_on(models: Path) -> None:
    done = run(models, "pack", "hashed.nlu", "--max-size", "1K")
    assert (done.code, done.out) == (GATE_MISSED, b"")


def test_the_limit_itself_is_met(models: Path) -> None:
    size = (models / "small.nlu").stat().st_size
    assert run(models, "pack", "hashed.nlu", "--max-size", str(size)).code == DONE
    assert run(models, "pack", "hashed.nlu", "--max-size", str(size - 1)).code == GATE_MISSED


def test_the_account_adds_up(workdir: Path) -> None:
    done = run(workdir, "pack", "hashed.nlu", "--max-size", "1M", "--json", "-o", "new.nlu")
    figures = json.loads(done.out)
    size = (workdir / "new.nlu").stat().st_size
    assert (done.code, done.err) == (DONE, "")
    assert figures["schema_version"] == 1
    assert sum(figures["parts"].values()) == figures["size_bytes"] == size
    assert figures["size_before"] == (workdir / "hashed.nlu").stat().st_size
    assert figures["gates"] == [
        {"name": "max_size", "limit": 1_000_000, "value": size, "met": True}
    ]
    (table,) = figures["tables"]
    assert table["key_bits"] + table["value_bits"] > table["bound_bits"] > 8


@pytest.mark.parametrize(
    ("text", "fits"),
    [
        ("20000", True),
        ("20K", True),
        ("20kB", True),
        ("19.6Ki", True),
        ("0.1M", True),
        ("1B", False),
    ],
)
def test_sizes(models: Path, text: str, fits: bool) -> None:
    done = run(models, "pack", "hashed.nlu", "--max-size", text)
    assert done.code == (DONE if fits else GATE_MISSED)


@pytest.mark.parametrize("text", ["", "K", "ten", "1Q", "inf", "nan", "-1K"])
def test_no_sizes(models: Path, text: str) -> None:
    done = run(models, "pack", "hashed.nlu", "--max-size", text)
    assert (done.code, done.out) == (USAGE, b"")
    assert "is not a size" in done.err


MEASURED = ("--data", "test.tsv", "--reference", "full.nlu")


def test_a_missed_gate_of_evaluate_writes_nothing(workdir: Path) -> None:
    before = files_in(workdir)
    options = (*MEASURED, "--min-accuracy", "99.99%", "--max-size", "1M")
    done = run(workdir, "pack", "hashed.nlu", *options, "-o", "new.nlu")
    assert (done.code, done.out) == (GATE_MISSED, b"")
    assert "gate missed: --min-accuracy 99.99 %, measured " in done.err
    assert "nothing was written" in done.err
    assert files_in(workdir) == before
    assert run(workdir, "pack", "hashed.nlu", *options).out == b""


def test_gates_that_are_met_change_no_byte(workdir: Path) -> None:
    options = (*MEASURED, "--min-accuracy", "50%", "--json")
    done = run(workdir, "pack", "hashed.nlu", *options, "-o", "new.nlu")
    assert (done.code, done.err) == (DONE, "")
    assert (workdir / "new.nlu").read_bytes() == (workdir / "small.nlu").read_bytes()
    (gate,) = json.loads(done.out)["gates"]
    assert (gate["name"], gate["limit"], gate["met"]) == ("min_accuracy", 0.5, True)
    told = json.loads(run(workdir, "evaluate", "new.nlu", "--data", "test.tsv", "--json").out)
    assert gate["value"] == told["accuracy"]


def test_gates_need_data(workdir: Path) -> None:
    for options in (("--min-accuracy", "90%"), ("--reference", "full.nlu")):
        done = run(workdir, "pack", "hashed.nlu", *options, "-o", "new.nlu")
        assert (done.code, "need --data" in done.err) == (USAGE, True)


def test_the_harm_of_unseen_keys_is_told(workdir: Path) -> None:
    done = run(workdir, "pack", "hashed.nlu", *MEASURED, "--json", "-o", "told.nlu")
    unseen = json.loads(done.out)["unseen"]
    assert 0 < unseen["mean"] < unseen["largest"]
    assert unseen["median_margin"] > 0
    lines = run(workdir, "pack", "hashed.nlu", *MEASURED, "-o", "again.nlu").err.splitlines()
    (line,) = (each for each in lines if each.startswith("unseen keys: "))
    assert f"{100 * unseen['rate']:.3g} % pass" in line
    assert "of the median margin" in line
    shown = run(workdir, "inspect", "told.nlu", "--keys", "hashed.nlu").lines
    assert any("of unseen keys" in each for each in shown)
