"""Labelled data that look wrong: every command that reads them warns, and `--strict` refuses."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.program import BAD_INPUT, DONE, run

COMMANDS = {
    "train": ("train", "bad.tsv", "-o", "x.nlu"),
    "finetune": ("finetune", "full.nlu", "--data", "bad.tsv", "-o", "x.nlu"),
    "merge": ("merge", "older.nlu", "full.nlu", "--search", "bad.tsv", "-o", "x.nlu"),
    "threshold": ("threshold", "full.nlu", "--dev", "bad.tsv", "--label", "oos", "-o", "x.nlu"),
    "evaluate": ("evaluate", "small.nlu", "--data", "bad.tsv"),
    "pack": ("pack", "hashed.nlu", "--data", "bad.tsv", "--min-accuracy", "1%", "-o", "x.nlu"),
}


@pytest.mark.parametrize("name", COMMANDS)
def test_a_third_column(workdir: Path, name: str) -> None:
    lines = (workdir / "scoped.tsv").read_text("utf-8").splitlines()
    bad = [line.replace("\t", "\t17\t", 1) for line in lines]
    (workdir / "bad.tsv").write_text("\n".join(bad) + "\n")
    done = run(workdir, *COMMANDS[name])
    warning = "nlucompress: warning: bad.tsv: 162 of 162 texts hold a tab: a third column is read"
    assert done.err.count(warning) == 1, done.err
    (workdir / "x.nlu").unlink(missing_ok=True)
    strict = run(workdir, *COMMANDS[name], "--strict")
    assert (strict.code, (workdir / "x.nlu").exists()) == (BAD_INPUT, False)
    assert "nlucompress: error: bad.tsv: 162 of 162 texts hold a tab" in strict.err
    quiet = run(workdir, *COMMANDS[name], "--quiet")
    assert "warning" not in quiet.err


def test_a_header_without_names_of_columns_is_warned_of(workdir: Path) -> None:
    text = (workdir / "test.tsv").read_text("utf-8")
    (workdir / "bad.tsv").write_text(f"intent\tutterance\n{text}")
    done = run(workdir, "evaluate", "small.nlu", "--data", "bad.tsv")
    assert "the first line, 'intent' and 'utterance', looks like a header" in done.err
    named = run(
        workdir, "evaluate", "small.nlu", "--data", "bad.tsv", "--columns", "intent,utterance"
    )
    assert (named.code, named.err) == (DONE, "")
    assert named.out == run(workdir, "evaluate", "small.nlu", "--data", "test.tsv").out


def test_development_data_that_were_trained_on(workdir: Path) -> None:
    line = ("finetune", "full.nlu", "--data", "dev.tsv", "--dev", "dev.tsv", "-o", "x.nlu")
    assert "every example of the development data is a training example" in run(workdir, *line).err
    assert run(workdir, *line, "--strict", "--force").code == BAD_INPUT
