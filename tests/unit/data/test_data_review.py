"""Data that are plainly wrong are doubted; their right neighbours are not."""

from __future__ import annotations

import pytest

import nlucompress as nc
from nlucompress.data.examples import parse_data
from nlucompress.data.review import described, doubts, seen
from tests.workplace import SAMPLE

GOOD = [(f"label{i % 3}", f"text number {i}") for i in range(30)]


def examples(rows: list[tuple[str, str]]) -> nc.Examples:
    return parse_data("".join(f"{a}\t{b}\n" for a, b in rows).encode(), "data")


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ([(b, a) for a, b in GOOD], "30 labels in 30 lines: label and text look swapped"),
        ([("label", "text"), *GOOD], "the first line, 'label' and 'text', looks like a header"),
        ([("Intent", "what"), *GOOD], "'Intent' and 'what', looks like a header"),
        ([("kind", "utterance"), *GOOD], "'kind' and 'utterance', looks like a header"),
        ([(a, f"{b}\t0.7") for a, b in GOOD], "30 of 30 texts hold a tab: a third column"),
        ([*GOOD, ("label0,label1", "both")], "'label0,label1' looks like several labels"),
    ],
)
def test_wrong_data(rows: list[tuple[str, str]], said: str) -> None:
    (doubt,) = doubts(examples(rows))
    assert said in doubt


@pytest.mark.parametrize(
    "rows",
    [
        GOOD,
        [(f"label{i}", f"text number {i}") for i in range(30)],  # one example of each label
        [("label", "text one"), *GOOD, ("label", "text two")],  # a label of that name
        [*GOOD, ("date, time", "when")],  # a comma alone makes no list
        [*GOOD, ("label0", "a\tb")],  # a tab in one text
    ],
)
def test_right_data(rows: list[tuple[str, str]]) -> None:
    assert doubts(examples(rows)) == []


def test_the_sample_is_right() -> None:
    train, dev = (nc.read_examples(SAMPLE / f"{part}.tsv") for part in ("train", "dev"))
    assert seen(train, dev) == ""
    doubt = seen(train, train)
    assert "every example of the development data is a training example" in doubt
    assert seen(dev, train) == ""


def test_what_was_read() -> None:
    found = parse_data(b"on\tturn it on\n\non\tstart\noff\tstop\n", "data")
    assert described(found) == (
        "3 examples of 2 labels (1 to 2 each), longest text 3 words, 1 blank lines skipped; "
        "the first: on: turn it on"
    )
