"""Tasks of transfer: half of the labels, and few examples of each."""

from __future__ import annotations

from pathlib import Path

import numpy as np

import nlucompress as nc

Parts = dict[str, nc.Examples]  # train, dev and test


def read(folder: Path) -> Parts:
    """A data set."""
    return {part: nc.read_examples(folder / f"{part}.tsv") for part in ("train", "dev", "test")}


def half(parts: Parts, odd: int) -> Parts:
    """The examples of every second label."""
    kept = set(sorted(set(parts["train"].labels))[odd::2])
    return {
        name: taken(each, [at for at, label in enumerate(each.labels) if label in kept])
        for name, each in parts.items()
    }


def taken(examples: nc.Examples, index: list[int]) -> nc.Examples:
    """The examples of these numbers."""
    labels = tuple(examples.labels[at] for at in index)
    return nc.Examples(labels, tuple(examples.texts[at] for at in index))


def drawn(examples: nc.Examples, shots: int | None, seed: int) -> nc.Examples:
    """So many examples of each label, drawn at random; None is all."""
    if shots is None:
        return examples
    rng = np.random.default_rng(seed)
    labels = np.array(examples.labels)
    index: list[int] = []
    for label in sorted(set(examples.labels)):
        index += sorted(rng.permutation(np.flatnonzero(labels == label))[:shots].tolist())
    return taken(examples, index)
