"""Taggers from the command line: train, compress, tag, evaluate."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

import nlucompress as nc
from tests.cli.program import (
    BAD_INPUT,
    DONE,
    GATE_MISSED,
    PROGRAM,
    TIMEOUT,
    USAGE,
    environment,
    run,
    shell,
)

TRAIN = "".join(
    f"play\tO\n{first}\tB-artist\n{last}\tI-artist\n\nweather\tO\nin\tO\n{first}\tB-city\n\n"
    for first in "abcd"
    for last in "xyz"
)
COMPRESS = (
    "nlucompress quantize tagger.nlu --bits 6 --tensor transitions -q | nlucompress phash -q "
    "| nlucompress pack -q -o tiny.nlu"
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A tagger, a small one, and one of attributes."""
    made = tmp_path_factory.mktemp("tagging")
    (made / "train.conll").write_text(TRAIN)
    (made / "train.attributes").write_text(
        "O\tw=play\nB\tw=a:1\tn\\:x\n\nO\tw=in\nB\tw=b\tn\\:x:2\n\n"
    )
    (made / "train.tsv").write_text("a\tx\nb\ty\n")
    trained = run(
        made, "train", "--network", "crf", "train.conll", "--dev", "train.conll", "--iterations",
        "60", "-o", "tagger.nlu",
    )  # fmt: skip
    assert trained.code == DONE, trained.err
    assert "5 labels" not in trained.err
    assert "4 labels, " in trained.err
    assert "dev span F1 100.00 %" in trained.err
    assert shell(made, COMPRESS).code == DONE
    other = run(
        made, "train", "--network", "crf", "--attributes", "train.attributes", "-o", "lines.nlu"
    )
    assert other.code == DONE, other.err
    return made


def test_labels_stand_where_tokens_stood(folder: Path) -> None:
    text = b"Play\nd\ny\n\n\nweather\tignored\nin\nb"
    done = run(folder, "tag", "tiny.nlu", stdin=text)
    assert (done.code, done.err) == (DONE, "")
    assert done.out.decode() == "O\nB-artist\nI-artist\n\nO\nO\nB-city\n\n"
    assert run(folder, "tag", "tiny.nlu", stdin=b"\n\n").out == b""


def test_marginals_and_json(folder: Path) -> None:
    (tagger, text) = (nc.Tagger(nc.load(folder / "tiny.nlu")), b"play\na\n")
    (shares,) = tagger.marginals([["play", "a"]])
    lines = run(folder, "tag", "tiny.nlu", "--marginals", stdin=text).lines
    assert [line.split("\t")[0] for line in lines[:2]] == ["O", "B-artist"]
    assert [line.split("\t")[1] for line in lines[:2]] == [
        f"{share:.6f}" for share in shares.max(axis=1)
    ]
    (spoken,) = run(folder, "tag", "tiny.nlu", "--json", stdin=text).lines
    assert json.loads(spoken) == {"labels": ["O", "B-artist"]}
    (spoken,) = run(folder, "tag", "tiny.nlu", "--json", "--marginals", stdin=text).lines
    assert json.loads(spoken)["marginals"] == shares.max(axis=1).tolist()


def test_lines_of_attributes(folder: Path) -> None:
    done = run(folder, "tag", "lines.nlu", stdin=b"w=in\nw=c\tn\\:x:2\n")
    assert done.lines == ["O", "B", ""]
    wrong = run(folder, "tag", "lines.nlu", stdin=b"w=in\n\nw=in\nw:x\n")
    assert (wrong.code, wrong.lines) == (BAD_INPUT, ["O", ""])
    assert "standard input, sentence that ends at line 4: attribute 'w' has value 'x'" in wrong.err
    report = run(folder, "evaluate", "lines.nlu", "--data", "train.attributes")
    assert report.code == DONE
    assert "100.00 % of tokens" in report.out.decode()


def test_an_answer_does_not_wait_for_the_next_sentence(folder: Path) -> None:
    with subprocess.Popen(
        [PROGRAM, "tag", "tiny.nlu"],
        cwd=folder,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env=environment(),
    ) as running:
        assert running.stdin is not None
        assert running.stdout is not None
        for text, answer in ((b"play\na\n\n", b"O\nB-artist\n\n"), (b"in\n\n", b"O\n\n")):
            running.stdin.write(text)
            running.stdin.flush()
            assert b"".join(running.stdout.readline() for _ in range(answer.count(b"\n"))) == answer
        running.stdin.close()
        assert running.wait(TIMEOUT) == DONE


def test_evaluation(folder: Path) -> None:
    line = "evaluate tiny.nlu --data train.conll --reference tagger.nlu --per-label"
    command = line.split()
    done = run(folder, *command, "--max-nfr", "1%", "--max-size", "100")
    assert done.code == GATE_MISSED
    shown = done.out.decode()
    assert "span F1           100.00 %" in shown
    assert "of sentences" in shown
    assert "gate              met: --max-nfr" in shown
    assert "gate              MISSED: --max-size" in shown
    spoken = json.loads(run(folder, *command, "--json").out)
    known = "sentences tokens accuracy sentence_accuracy spans size_bytes references gates"
    made_of = {"passed", "model", "data", "version", "time"}
    assert set(spoken) == {"schema_version", "unknown_labels", "labels", *made_of, *known.split()}
    assert spoken["spans"] == {"precision": 1, "recall": 1, "f1": 1, "spans": 24}
    assert spoken["references"][0]["span_f1_drop"] == 0
    assert spoken["tokens"] == 72


def test_a_long_sentence_is_refused(folder: Path) -> None:
    done = run(folder, "tag", "tiny.nlu", stdin=b"a\n" * 20_000)
    assert (done.code, done.out) == (BAD_INPUT, b"")
    assert "line 16385: a sentence of more than 16,384 tokens" in done.err


@pytest.mark.parametrize(
    ("line", "code", "problem"),
    [
        ("predict tiny.nlu", USAGE, "use `tag`"),
        ("tag tiny.nlu absent", BAD_INPUT, "absent: No such file"),
        ("train --network crf train.conll --loss softmax", USAGE, "--loss is for --network linear"),
        ("train train.tsv --window 1", USAGE, "--window is for --network crf"),
        ("train --network crf absent.conll", BAD_INPUT, "absent.conll: No such file"),
        ("evaluate tiny.nlu --data train.tsv", BAD_INPUT, "no label of the data is known"),
        ("evaluate lines.nlu --data train.attributes --reference tiny.nlu", USAGE, "other lines"),
    ],
)
def test_what_does_not_fit(folder: Path, line: str, code: int, problem: str) -> None:
    done = run(folder, *line.split(), stdin=b"x\n")
    assert (done.code, done.out) == (code, b"")
    assert problem in done.err
    assert done.err.count("\n") == 1


def test_a_tagger_is_trained_on_near_an_older_one(folder: Path) -> None:
    quantized = run(folder, "quantize", "tagger.nlu", "--bits", "6", "-o", "rounded.nlu", "-f")
    assert quantized.code == DONE, quantized.err
    tuned = run(
        folder, "finetune", "rounded.nlu", "--data", "train.conll", "--dev", "train.conll",
        "--reference", "tagger.nlu", "--iterations", "10", "-o", "tuned.nlu", "-f",
    )  # fmt: skip
    assert tuned.code == DONE, tuned.err
    assert "training accuracy 100.00 % -> 100.00 %" in tuned.err
    told = run(
        folder, "evaluate", "tuned.nlu", "--data", "train.conll", "--reference", "tagger.nlu",
        "--max-nfr", "0", "-q",
    )  # fmt: skip
    assert told.code == DONE, told.err


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (("--data", "train.tsv"), BAD_INPUT, "is unknown to the model"),
        (("--data", "train.conll", "--distill", "focal"), USAGE, "needs a reference model"),
        (("--data", "train.conll", "--compatible-with", "tagger.nlu"), USAGE, "tags tokens"),
    ],
)
def test_what_a_tagger_cannot_be_trained_on(
    folder: Path, arguments: tuple[str, ...], code: int, message: str
) -> None:
    told = run(folder, "finetune", "tagger.nlu", *arguments, "-o", "never.nlu")
    assert told.code == code
    assert message in told.err
    assert not (folder / "never.nlu").exists()


def test_near_a_packed_tagger_and_its_overlay(folder: Path) -> None:
    near = run(
        folder, "train", "train.conll", "--dev", "train.conll", "--near", "tiny.nlu",
        "--iterations", "20", "--json", "-o", "near.nlu",
    )  # fmt: skip
    assert near.code == DONE, near.err
    figures = json.loads(near.out)
    assert figures["dev_nfr"] <= figures["untreated"]["nfr"]
    made = run(folder, "diff", "tiny.nlu", "near.nlu", "-o", "update.nlu", "--bits", "8")
    assert made.code == DONE, made.err
    lines = "play\na\nx\n\nin\nb\n\n"
    answers = [
        run(folder, "tag", *model, stdin=lines.encode()).lines
        for model in (("near.nlu",), ("tiny.nlu", "--overlay", "update.nlu"))
    ]
    assert answers[0] == answers[1] == ["O", "B-artist", "I-artist", "", "O", "B-city", ""]
    stray = run(folder, "train", "train.conll", "--near", "tiny.nlu", "--l1", "1", "-o", "x.nlu")
    assert stray.code == USAGE
    assert "--l1 is for linear models" in stray.err
