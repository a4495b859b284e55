"""Completion: what the program answers, and what the tab key does in the real shells."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.cli.program import DONE, run
from tests.cli.shells import START, Shell


@pytest.fixture
def folder(models: Path, tmp_path: Path) -> Path:
    for name in ("hashed.nlu", "vectors.nlu", "train.tsv"):
        shutil.copy(models / name, tmp_path / name)
    (tmp_path / "hash notes.md").write_text("no model")
    (tmp_path / "train.md").write_text("no data")
    (tmp_path / "recipes").mkdir()
    return tmp_path


def answers(folder: Path, *words: str) -> list[str]:
    asked = {"_NLUCOMPRESS_COMPLETE": "bash_complete", "_NLUCOMPRESS_WORDS": "\n".join(words)}
    done = run(folder, env=asked)
    assert (done.code, done.err) == (DONE, "")
    return [line.rstrip("\t") for line in done.lines]


def test_commands_and_options(folder: Path) -> None:
    found = answers(folder, "nlucompress", "p")
    assert [line.split("\t")[1] for line in found] == ["phash", "pack", "predict"]
    assert [line.split("\t")[1] for line in answers(folder, "nlucompress", "quantize", "--bi")] == [
        "--bits"
    ]
    assert answers(folder, "nlucompress", "quantize", "--per", "") == [
        f"plain\t{each}" for each in ("tensor", "row", "label", "group")
    ]


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("pack ", "file\tnlu bundle"),
        ("compress ", "file"),
        ("evaluate hashed.nlu --data ", "file\ttsv csv jsonl txt conll gz"),
        ("evaluate hashed.nlu --data = t", "file\ttsv csv jsonl txt conll gz"),
        ("evaluate hashed.nlu --data=t", "file\ttsv csv jsonl txt conll gz"),
        ("predict hashed.nlu ", "file\ttsv csv jsonl txt conll gz"),
        ("run ", "file\ttoml"),
        ("fleet recipe.toml ", "dir"),
        ("pack hashed.nlu -o ", "file"),
        ("quantize vectors.nlu --table ", "plain\tembeddings"),
        ("lookup vectors.nlu --table em", "plain\tembeddings"),
        ("lookup vectors.nlu --table x", ""),
        ("quantize absent.nlu --table ", ""),
        ("quantize train.tsv --table ", ""),
        ("factorize hashed.nlu --tensor b", "plain\tbias"),
        ("threshold hashed.nlu --label wea", "plain\tweather"),
        ("completion z", "plain\tzsh"),
    ],
)
def test_files_and_names(folder: Path, line: str, expected: str) -> None:
    assert "\n".join(answers(folder, "nlucompress", *line.split(" "))) == expected


@pytest.mark.parametrize("name", START)
def test_the_tab_key(folder: Path, name: str) -> None:
    with Shell(name, folder) as shell:
        assert shell.completed("nlucompress quan") == "nlucompress quantize"
        assert shell.completed("nlucompress pack ha") == "nlucompress pack hashed.nlu"
        line = "nlucompress evaluate hashed.nlu --data"
        assert shell.completed(f"{line} tr") == f"{line} train.tsv"
        assert shell.completed(f"{line}=tr") == f"{line}=train.tsv"
        assert shell.completed("nlucompress inspect vec") == "nlucompress inspect vectors.nlu"
        assert shell.completed("nlucompress fleet recipe.toml re").rstrip("/") == (
            "nlucompress fleet recipe.toml recipes"
        )
        line = "nlucompress quantize vectors.nlu --table"
        assert shell.completed(f"{line} e") == f"{line} embeddings"
        # Where nothing is of the kind, every file is offered.
        line = "nlucompress run"
        assert shell.completed(f"{line} train.m") == f"{line} train.md"
