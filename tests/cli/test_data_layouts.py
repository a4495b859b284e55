"""Commands that take labelled data take every layout of them."""

from __future__ import annotations

import csv
import gzip
import json
from pathlib import Path

import pytest

import nlucompress as nc
from tests.cli.program import BAD_INPUT, DONE, USAGE, run


@pytest.fixture
def layouts(workdir: Path) -> Path:
    """train.tsv again as CSV and as gzipped JSON lines."""
    found = nc.read_examples(workdir / "train.tsv")
    pairs = list(zip(found.labels, found.texts, strict=True))
    with (workdir / "train.csv").open("w", newline="") as file:
        csv.writer(file).writerows([("said", "means"), *((text, label) for label, text in pairs)])
    lines = "".join(json.dumps({"means": a, "said": b}) + "\n" for a, b in pairs)
    (workdir / "train.jsonl.gz").write_bytes(gzip.compress(lines.encode()))
    return workdir


def test_the_same_model_from_every_layout(layouts: Path) -> None:
    assert run(layouts, "train", "train.tsv", "-o", "plain.nlu").code == DONE
    for name in ("train.csv", "train.jsonl.gz"):
        done = run(layouts, "train", name, "--columns", "means,said", "-f", "-o", "again.nlu")
        assert done.code == DONE, done.err
        assert (layouts / "again.nlu").read_bytes() == (layouts / "plain.nlu").read_bytes()


def test_evaluate_reads_them_from_a_pipe(layouts: Path) -> None:
    told = [
        run(layouts, "evaluate", "full.nlu", "--data", "train.tsv", "--json"),
        run(
            layouts, "evaluate", "full.nlu", "--data", "-", "--columns", "means,said", "--json",
            stdin=(layouts / "train.csv").read_bytes(),
        ),
    ]  # fmt: skip
    assert [done.code for done in told] == [DONE, DONE]
    figures = [json.loads(done.out) for done in told]
    for each in figures:
        del each["data"], each["time"]
    assert figures[0] == figures[1]


@pytest.mark.parametrize(
    ("options", "code", "message"),
    [
        (("--columns", "means"), USAGE, "is not two names such as label,text"),
        (("--columns", "means,x"), BAD_INPUT, "train.csv, line 1: no column 'x'"),
        (("--data-format", "lines"), BAD_INPUT, "train.csv, line 1: no tab"),
        (("--network", "crf", "--columns", "a,b"), USAGE, "--columns is for labelled texts"),
    ],
)
def test_refusals(layouts: Path, options: tuple[str, ...], code: int, message: str) -> None:
    done = run(layouts, "train", "train.csv", *options, "-o", "no.nlu")
    assert (done.code, done.out) == (code, b"")
    assert message in done.err
    assert not (layouts / "no.nlu").exists()


def test_train_warns_of_a_header_and_strict_refuses_it(workdir: Path) -> None:
    data = b"label\ttext\n" + (workdir / "train.tsv").read_bytes()
    (workdir / "headed.tsv").write_bytes(data)
    done = run(workdir, "train", "headed.tsv", "-o", "headed.nlu")
    assert done.code == DONE
    assert "headed.tsv: 1,501 examples of 25 labels (1 to " in done.err
    assert "warning: headed.tsv: the first line, 'label' and 'text', looks like" in done.err
    done = run(workdir, "train", "headed.tsv", "--strict", "-o", "no.nlu")
    assert (done.code, done.out) == (BAD_INPUT, b"")
    assert "error: headed.tsv: the first line, 'label' and 'text', looks like" in done.err
    assert not (workdir / "no.nlu").exists()
    done = run(
        workdir, "train", "headed.tsv", "--strict", "--columns", "label,text", "-o", "no.nlu"
    )
    assert (done.code, "warning" in done.err) == (DONE, False)
