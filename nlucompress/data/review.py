"""What labelled data look like, and what is plainly wrong with them."""

from __future__ import annotations

from collections import Counter

from nlucompress.data.examples import Examples
from nlucompress.data.layouts import LABEL_NAMES, TEXT_NAMES

FEWEST = 10  # examples below which the share of labels says nothing
NEARLY = 0.8  # share of lines of their own label at which columns look swapped
JOINTS = ",;|+#"


def described(examples: Examples) -> str:
    """Examples, labels, examples per label, longest text and first example, in one line."""
    counts = Counter(examples.labels).values()
    longest = max(len(text.split()) for text in examples.texts)
    blank = f", {examples.blank:,} blank lines skipped" if examples.blank else ""
    return (
        f"{len(examples):,} examples of {len(counts):,} labels ({min(counts):,} to "
        f"{max(counts):,} each), longest text {longest:,} words{blank}; the first: "
        f"{examples.labels[0][:40]}: {examples.texts[0][:40]}"
    )


def doubts(examples: Examples) -> list[str]:
    """What is likely wrong, a sentence each with what to do; none of it is certain."""
    found = [_swapped(examples), _header(examples), _columns(examples), _joined(examples)]
    return [each for each in found if each]


def seen(examples: Examples, dev: Examples) -> str:
    """Whether development data are training data, in words; empty if they are not."""
    known = set(zip(examples.labels, examples.texts, strict=True))
    if not known.issuperset(zip(dev.labels, dev.texts, strict=True)):
        return ""
    return (
        "every example of the development data is a training example: what is chosen on them is "
        "not chosen on unseen text"
    )


def _swapped(examples: Examples) -> str:
    labels, texts = set(examples.labels), set(examples.texts)
    if len(examples) < FEWEST or len(labels) < NEARLY * len(examples):
        return ""
    # A label of one example each is fine; a text that is shorter than its label is not.
    if 2 * len(texts) > len(labels) and _words(examples.labels) <= _words(examples.texts):
        return ""
    return (
        f"{len(labels):,} labels in {len(examples):,} lines: label and text look swapped; the "
        "label comes first, or name the columns by --columns"
    )


def _words(texts: tuple[str, ...]) -> int:
    return sum(len(text.split()) for text in texts)


def _header(examples: Examples) -> str:
    label, text = examples.labels[0], examples.texts[0]
    if examples.labels.count(label) > 1:
        return ""
    first = text.split("\t")[0].strip().casefold()
    if label.strip().casefold() in LABEL_NAMES or first in TEXT_NAMES:
        return (
            f"the first line, {label!r} and {text!r}, looks like a header; remove it, or name the "
            "columns by --columns"
        )
    return ""


def _columns(examples: Examples) -> str:
    holding = sum("\t" in text for text in examples.texts)
    if 2 * holding <= len(examples):
        return ""
    return (
        f"{holding:,} of {len(examples):,} texts hold a tab: a third column is read as text; "
        "remove it, or add a header and name the columns by --columns"
    )


def _joined(examples: Examples) -> str:
    labels = sorted(set(examples.labels))
    for joint in JOINTS:
        split = {label: [part.strip() for part in label.split(joint)] for label in labels}
        single = {label for label in labels if joint not in label}
        for label, parts in split.items():
            if len(parts) > 1 and single.issuperset(parts):
                return (
                    f"{label!r} looks like several labels of one text, and is read as a label of "
                    "its own; give each text one"
                )
    return ""
