"""predict: a line in, a line out, at once, whatever the line holds."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

import nlucompress as nc
from tests.cli.program import BAD_INPUT, DONE, PROGRAM, TIMEOUT, USAGE, environment, run


def ask(models: Path, text: bytes, *options: str) -> list[str]:
    done = run(models, "predict", "small.nlu", *options, stdin=text)
    assert (done.code, done.err) == (DONE, "")
    return done.lines


def test_answers_are_those_of_the_api(models: Path) -> None:
    texts = (models / "utterances.txt").read_text().splitlines()
    expected = nc.Classifier(nc.load(models / "small.nlu")).predictions(texts, 3)
    from_file = run(models, "predict", "small.nlu", "utterances.txt", "--top", "3").lines
    from_stdin = ask(models, "\n".join(texts).encode(), "--top", "3")
    assert from_file == from_stdin
    assert from_file == [
        "\t".join(
            cell
            for label, score in zip(each.labels, each.scores, strict=True)
            for cell in (label, f"{score:.6f}")
        )
        for each in expected
    ]


def test_json(models: Path) -> None:
    (line,) = ask(models, b"call mom please", "--json", "--top", "2", "--unknown")
    answer = json.loads(line)
    assert set(answer) == {"label", "top", "known", "unknown"}
    assert [set(each) for each in answer["top"]] == [{"label", "score"}] * 2
    assert answer["label"] == answer["top"][0]["label"] == "call"
    assert answer["top"][0]["score"] > answer["top"][1]["score"]
    assert answer["known"] + answer["unknown"] == 6
    (plain,) = ask(models, b"call mom please", "--json")
    assert set(json.loads(plain)) == {"label", "top"}
    assert len(json.loads(plain)["top"]) == 1


def test_unknown_counts(models: Path) -> None:
    (line,) = ask(models, b"call qzxv", "--unknown")
    label, _, known, unknown = line.split("\t")
    assert (label, known, unknown) == ("call", "known=1", "unknown=2")


def test_more_labels_than_there_are(models: Path) -> None:
    (line,) = ask(models, b"call mom", "--top", "1000")
    assert len(line.split("\t")) == 2 * 24


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        (b"", 0),
        (b"\n", 1),
        (b"call mom", 1),
        (b"call mom\n", 1),
        (b"call mom\r\nplay\r\n", 2),
        (b"\r\n\r\n", 2),
        (b"a\rb\x0bc\x0cd\xc2\x85e\xe2\x80\xa8f\n", 1),  # what only looks like the end of a line
        (b"\xff\xfe\x80 call\n", 1),
        (b"call\0mom\n", 1),
        (b"\xed\xa0\x80\n", 1),
        (b"word " * 200_000, 1),
        (b"x" * 1_000_000 + b"\ncall mom\n", 2),
    ],
    ids=lambda value: repr(value[:20]) if isinstance(value, bytes) else str(value),
)
def test_one_answer_per_line(models: Path, text: bytes, lines: int) -> None:
    assert len(ask(models, text)) == lines


def test_the_end_of_a_line_changes_nothing(models: Path) -> None:
    wanted = ask(models, b"call mom\nturn it up\n")
    for text in (b"call mom\r\nturn it up\r\n", b"call mom\nturn it up", b"Call Mom\nTURN it up\n"):
        assert ask(models, text) == wanted


def test_invalid_utf8_spoils_only_its_word(models: Path) -> None:
    (broken,) = ask(models, b"\xff call mom\n")
    (whole,) = ask(models, b"call mom\n")
    assert broken == whole


def test_answers_do_not_wait_for_more_input(models: Path) -> None:
    with subprocess.Popen(
        [PROGRAM, "predict", "small.nlu"],
        cwd=models,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env=environment(),
    ) as running:
        assert running.stdin is not None
        assert running.stdout is not None
        answers = []
        for text in (b"call mom\n", b"turn it up\n", b"pause\n"):
            running.stdin.write(text)
            running.stdin.flush()
            answers.append(running.stdout.readline())
        running.stdin.write(b"without an end")
        running.stdin.close()
        answers.append(running.stdout.read())
        assert running.wait(TIMEOUT) == DONE
    everything = b"call mom\nturn it up\npause\nwithout an end"
    assert b"".join(answers).decode().splitlines() == ask(models, everything)


def test_what_cannot_be_asked(models: Path) -> None:
    tables_only = run(models, "predict", "vectors.nlu", stdin=b"x\n")
    assert (tables_only.code, tables_only.out) == (USAGE, b"")
    assert "holds tables only" in tables_only.err
    for line, problem in (
        ("predict absent.nlu", "absent.nlu: No such file"),
        ("predict small.nlu absent.txt", "absent.txt: No such file"),
        ("predict train.tsv utterances.txt", "train.tsv: "),
    ):
        done = run(models, *line.split())
        assert (done.code, done.out) == (BAD_INPUT, b"")
        assert problem in done.err
        assert done.err.count("\n") == 1
    assert run(models, "predict", "small.nlu", "--top", "0").code == USAGE


def test_the_model_may_come_from_stdin(models: Path) -> None:
    piped = run(models, "predict", "-", "utterances.txt", stdin=(models / "small.nlu").read_bytes())
    assert piped.lines == run(models, "predict", "small.nlu", "utterances.txt").lines
