"""`--gate`: a model is measured before it is written, and one that misses a bound is not."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.program import BAD_INPUT, DONE, GATE_MISSED, USAGE, files_in, run, shell

ON_TEST = ("--gate-data", "test.tsv", "--gate-reference", "full.nlu")
COMMANDS = {
    "train": ("train", "train.tsv", "--l2", "0.001"),
    "quantize": ("quantize", "full.nlu", "--bits", "5"),
    "phash": ("phash", "quantized.nlu"),
    "finetune": ("finetune", "quantized.nlu", "--data", "train.tsv"),
    "merge": ("merge", "older.nlu", "full.nlu"),
    "threshold": ("threshold", "hashed.nlu", "--dev", "scoped.tsv", "--max-drop", "0"),
}


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_keeps_its_gates_twice(workdir: Path, name: str) -> None:
    before = files_in(workdir)
    missed = (*COMMANDS[name], "-o", "x.nlu", "--gate", "min-accuracy=99.9%", *ON_TEST)
    for _ in range(2):
        done = run(workdir, *missed)
        assert done.code == GATE_MISSED
        assert "gate missed: --min-accuracy 99.9 %, measured " in done.err
        assert "; nothing was written" in done.err
        assert files_in(workdir) == before
    met = (*COMMANDS[name], "-o", "x.nlu", "--gate", "max-nfr=20%", "--gate", "max-size=1M")
    done = run(workdir, *met, *ON_TEST)
    assert (done.code, (workdir / "x.nlu").exists()) == (DONE, True), done.err


def test_an_old_file_stays_where_a_gate_is_missed(workdir: Path) -> None:
    (workdir / "x.nlu").write_bytes(b"old")
    line = ("quantize", "full.nlu", "-o", "x.nlu", "--force", "--json", "--gate", "max-size=1K")
    done = run(workdir, *line)
    assert done.code == GATE_MISSED
    assert (workdir / "x.nlu").read_bytes() == b"old"
    assert json.loads(done.out)["size_bytes"] > 1000  # every figure is told all the same
    assert "--max-size 1,000 bytes, measured " in done.err


def test_a_pipeline_ends_where_a_gate_is_missed(workdir: Path) -> None:
    gate = "--gate min-accuracy=99.9% --gate-data test.tsv"
    done = shell(workdir, f"nlucompress quantize full.nlu {gate} | nlucompress phash -o x.nlu")
    assert done.code != DONE
    assert not (workdir / "x.nlu").exists()
    assert "standard input is empty: the stage before this one failed" in done.err


def test_a_table_has_a_size(workdir: Path) -> None:
    line = ("factorize", "big.nlu", "--rank", "2", "-o", "x.nlu", "--gate")
    assert run(workdir, *line, "max-size=1K").code == GATE_MISSED
    assert run(workdir, *line, "max-size=1M").code == DONE


@pytest.mark.parametrize(
    ("options", "code", "message"),
    [
        (["--gate", "accuracy=1"], USAGE, "is no NAME=BOUND with a name of min-accuracy, "),
        (["--gate", "min-accuracy"], USAGE, "is no NAME=BOUND"),
        (["--gate", "max-nfr=0.5"], USAGE, "lacks its sign"),
        (["--gate", "max-size=much"], USAGE, "'much' is not a size"),
        (["--gate", "max-size=1K", "--gate", "max-size=2K"], USAGE, "is given twice"),
        (["--gate", "min-accuracy=90%"], USAGE, "need --gate-data"),
        (["--gate", "max-nfr=1%", "--gate-data", "test.tsv"], USAGE, "compare with a --reference"),
        (["--gate-data", "test.tsv"], USAGE, "are for --gate NAME=BOUND"),
        (["--gate", "min-accuracy=90%", "--gate-data", "-"], USAGE, "not standard input"),
        (["--gate", "min-accuracy=90%", "--gate-data", "gone.tsv"], BAD_INPUT, "no such file"),
    ],
)
def test_gates_that_cannot_be_measured(
    workdir: Path, options: list[str], code: int, message: str
) -> None:
    before = files_in(workdir)
    done = run(workdir, "quantize", "full.nlu", "-o", "x.nlu", *options)
    assert (done.code, message in done.err, files_in(workdir)) == (code, True, before), done.err
