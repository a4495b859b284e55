"""Made-up skills: linear intent classifiers with development data, every one from its own seed."""

from __future__ import annotations

from pathlib import Path

import numpy as np

import nlucompress as nc
from nlucompress.format.indexes.kinds import Strings
from nlucompress.format.matrices.kinds import from_dense
from nlucompress.networks.linear.featurizer import Featurizer

SYLLABLES = [a + b for a in "bdfgklmnprstvz" for b in ("a", "e", "i", "o", "u", "an", "er", "ol")]
COMMON = 400  # words that all skills know
PER_INTENT = (20, 5)  # texts to learn from, and to develop on


def word(rng: np.random.Generator) -> str:
    return "".join(rng.choice(SYLLABLES, int(rng.integers(1, 4))))


COMMON_WORDS = [word(np.random.default_rng([7, number])) for number in range(COMMON)]


def texts(seed: int) -> tuple[list[tuple[str, str]], list[tuple[str, str]]]:
    """Labels and texts to learn from, and to develop on; 5 to 60 intents."""
    rng = np.random.default_rng([1, seed])
    train: list[tuple[str, str]] = []
    dev: list[tuple[str, str]] = []
    for intent in range(int(rng.integers(5, 61))):
        own = [word(rng) for _ in range(6)] + list(rng.choice(COMMON_WORDS, 6))
        label = f"{word(rng)}_{intent}"
        for place in range(sum(PER_INTENT)):
            words = [*rng.choice(own, 4), *rng.choice(COMMON_WORDS, 3)]
            text = " ".join(words[at] for at in rng.permutation(7))
            (train if place < PER_INTENT[0] else dev).append((label, text))
    return train, dev


def skill(seed: int) -> tuple[nc.Model, list[tuple[str, str]]]:
    """A model, each label's mean of what its texts hold less the mean of all, and its data."""
    train, dev = texts(seed)
    labels = sorted({label for label, _ in train})
    featurizer = Featurizer(words=(1, 2))
    keyed = [(labels.index(label), featurizer(text)) for label, text in train]
    keys = sorted(set().union(*(found for _, found in keyed)))
    place = {key: at for at, key in enumerate(keys)}
    counts = np.zeros((len(keys), len(labels)), np.float32)
    for label, found in keyed:
        counts[[place[key] for key in found], label] += 1
    seen = counts.sum(axis=1, keepdims=True)
    weights = counts / np.sqrt(seen) - (seen > 2) * np.sqrt(seen) / len(labels)
    table = nc.Table(Strings.of(keys), from_dense(weights), seen[:, 0].astype(np.uint32))
    bias = from_dense(np.zeros((1, len(labels)), np.float32))
    network = nc.Network("linear", {"link": "margin"}, {"bias": bias})
    return nc.Model({"features": table}, network, tuple(labels), featurizer.describe()), dev


def write(folder: Path, seed: int) -> None:
    """A skill as `NAME.nlu` and `NAME.dev.tsv`."""
    model, dev = skill(seed)
    nc.save(model, folder / f"skill{seed:05}.nlu", overwrite=True)
    lines = "".join(f"{label}\t{text}\n" for label, text in dev)
    (folder / f"skill{seed:05}.dev.tsv").write_text(lines, encoding="utf-8")


def fill(folder: Path, count: int) -> None:
    """So many skills."""
    folder.mkdir(parents=True, exist_ok=True)
    for seed in range(count):
        if not (folder / f"skill{seed:05}.dev.tsv").exists():
            write(folder, seed)
