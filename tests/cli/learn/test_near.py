"""train --near from the command line."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.program import BAD_INPUT, DONE, USAGE, run

TRAIN = ("train", "train.tsv", "--near")


def test_near_a_packed_model(workdir: Path) -> None:
    ran = run(workdir, *TRAIN, "small.nlu", "--dev", "dev.tsv", "--json", "-o", "near.nlu")
    assert ran.code == DONE, ran.err
    figures = json.loads(ran.out)
    assert figures["new_labels"] == figures["gone_labels"] == []
    assert figures["front"]
    assert figures["dev_nfr"] <= figures["untreated"]["nfr"]
    assert run(workdir, "evaluate", "near.nlu", "--data", "test.tsv").code == DONE


def test_the_report_shows_the_front(workdir: Path) -> None:
    options = ("--dev", "dev.tsv", "--max-nfr", "1%", "--l2", "1e-3", "--l1", "1e-4")
    ran = run(workdir, *TRAIN, "older.nlu", *options, "-o", "near.nlu")
    assert ran.code == DONE, ran.err
    assert "dev accuracy  negative flips" in str(ran.err)
    assert "% taken" in " ".join(str(ran.err).split())
    assert "weights changed" in str(ran.err)


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (("--near", "older.nlu", "--loss", "softmax"), "--loss comes from the model of --near"),
        (("--step", "0.5"), "--step is for --near"),
        (("--max-nfr", "1%"), "--max-nfr is for --near"),
        (("--near", "older.nlu", "--network", "crf"), "--near is for --network linear"),
    ],
)
def test_what_does_not_fit_is_refused(workdir: Path, options: tuple[str, ...], told: str) -> None:
    ran = run(workdir, "train", "train.tsv", *options, "-o", "near.nlu")
    assert ran.code == USAGE
    assert told in str(ran.err)
    assert not (workdir / "near.nlu").exists()


def test_a_share_of_the_change_is_written_like_any_share(workdir: Path) -> None:
    strengths = ("--l2", "1e-3", "--l1", "1e-4")
    half = run(
        workdir, *TRAIN, "older.nlu", "--step", "50%", *strengths, "--json", "-o", "half.nlu"
    )
    assert half.code == DONE, half.err
    assert json.loads(half.out)["step"] == 0.5


def test_the_data_are_reviewed(workdir: Path) -> None:
    lines = (workdir / "train.tsv").read_text(encoding="utf-8")
    (workdir / "header.tsv").write_text("label\ttext\n" + lines, encoding="utf-8")
    ran = run(workdir, "train", "header.tsv", "--near", "older.nlu", "--strict", "-o", "near.nlu")
    assert ran.code == BAD_INPUT
    assert "looks like a header" in str(ran.err)
    assert not (workdir / "near.nlu").exists()
