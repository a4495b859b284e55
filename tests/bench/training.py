"""`train` against scikit-learn's CountVectorizer and LinearSVC: accuracy, time, and what is left of
the accuracy after `quantize | phash | pack`.

Both choose their settings on the development set, LinearSVC among the same n-grams as counts and as
TF-IDF and among strengths of the same range; the test set is only measured. Times are medians of
rounds in which all take turns. Exit code 1 says that a bar was missed.
"""

from __future__ import annotations

import argparse
import os
import statistics
import sys
from pathlib import Path
from typing import Any

import numpy as np

import nlucompress as nc
from nlucompress.format import codec
from tests.bench import measure

DATA_SETS = ("clinc150", "snips", "sst2")
PARTS = ("train", "dev", "test")
BARS = {"clinc150": 0.914, "snips": 0.974, "sst2": 0.82}
BEHIND = 0.002  # of LinearSVC, at most
ONE, GRID = 1.0, 3.0  # times CountVectorizer and LinearSVC of one strength
C = 0.1  # of the fit that is timed
STRENGTHS = (0.03, 0.1, 0.3, 1.0)
TOKENS = r"\w+|[^\w\s]"
# Shares of weights that quantize keeps, and bits of fingerprints.
CURVE = ((None, 8), (0.4, 8), (0.2, 8), (0.1, 5), (0.05, 5), (0.03, 5))


def peer(train: nc.Examples, strength: float = C, tfidf: bool = False) -> Any:
    """A pipeline of scikit-learn, fitted."""
    from sklearn.feature_extraction.text import CountVectorizer, TfidfVectorizer
    from sklearn.pipeline import make_pipeline
    from sklearn.svm import LinearSVC

    shared: dict[str, Any] = {"ngram_range": (1, 2), "token_pattern": TOKENS}
    reads = (
        TfidfVectorizer(sublinear_tf=True, **shared)
        if tfidf
        else CountVectorizer(binary=True, **shared)
    )
    return make_pipeline(reads, LinearSVC(C=strength)).fit(train.texts, train.labels)


def best_peer(train: nc.Examples, dev: nc.Examples) -> tuple[Any, str]:
    """The pipeline of best accuracy on the development set, and its settings."""
    tried: list[tuple[float, int, Any, str]] = []
    for tfidf in (False, True):
        for strength in STRENGTHS:
            # Rows of TF-IDF have length 1, so that the same penalty weighs more.
            c = strength * (10 if tfidf else 1)
            fitted = peer(train, c, tfidf)
            told = f"{'TF-IDF' if tfidf else 'counts'}, C={c:g}"
            tried.append((share(fitted.predict(dev.texts), dev), -len(tried), fitted, told))
    _, _, fitted, told = max(tried, key=lambda each: each[:2])
    return fitted, told


def share(answers: Any, examples: nc.Examples) -> float:
    """Share of right answers."""
    return float(np.mean([a == b for a, b in zip(answers, examples.labels, strict=True)]))


def accuracy(model: nc.Model, examples: nc.Examples) -> float:
    """The same of a model."""
    return share(nc.Classifier(model).predict(list(examples.texts)), examples)


def curve(model: nc.Model, examples: nc.Examples) -> list[tuple[str, int, float]]:
    """Settings, bytes and accuracy of compressed models."""
    points = []
    for keep, bits in CURVE:
        small = nc.quantize(model, nc.QuantizeOptions(bits=5, keep=keep))
        packed = nc.pack(nc.phash(small, nc.PhashOptions(fingerprint_bits=bits)))
        told = f"--bits 5{'' if keep is None else f' --keep {keep:g}'}, fingerprints of {bits} bits"
        points.append((told, len(codec.to_bytes(packed)), accuracy(packed, examples)))
    return points


def times(train: nc.Examples, dev: nc.Examples, rounds: int) -> dict[str, list[float]]:
    """Seconds of one strength of both, and of our whole search."""
    actions = {
        "LinearSVC": lambda: measure.timed(lambda: peer(train)),
        "one strength": lambda: measure.timed(lambda: nc.train(train)),
        "with --dev": lambda: measure.timed(lambda: nc.train(train, dev)),
    }
    return measure.alternate(actions, rounds)


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", default=os.environ.get("NLUCOMPRESS_DATA"), metavar="DIR")
    parser.add_argument("--rounds", type=int, default=3)
    chosen = parser.parse_args()
    if not chosen.data:
        parser.error("name the folder that holds clinc150/, snips/, sst2/: --data")
    met = True
    rows, points = [], []
    for name in DATA_SETS:
        folder = Path(chosen.data) / name
        train, dev, test = (nc.read_examples(folder / f"{part}.tsv") for part in PARTS)
        model = nc.train(train, dev)
        other, settings = best_peer(train, dev)
        mine, theirs = accuracy(model, test), share(other.predict(test.texts), test)
        seconds = times(train, dev, chosen.rounds)
        one, grid = (
            measure.median_ratio(seconds, each, "LinearSVC")
            for each in ("one strength", "with --dev")
        )
        held = mine >= BARS[name] and mine >= theirs - BEHIND
        quick = name != "clinc150" or (one <= ONE and grid <= GRID)
        met = met and held and quick
        rows.append(
            [
                name,
                f"{theirs:.2%}",
                settings,
                f"{mine:.2%}",
                f">= {BARS[name]:.1%}: {measure.verdict(held)}",
                f"{statistics.median(seconds['LinearSVC']):.2f} s",
                f"{one:.2f}",
                f"{grid:.2f}",
            ]
        )
        points += [
            [name, told, f"{size:,}", f"{right:.2%}"] for told, size, right in curve(model, test)
        ]
    headings = (
        "data",
        "LinearSVC",
        "chosen",
        "train --dev",
        "bar",
        "LinearSVC's time",
        "one",
        "all",
    )
    measure.show("Test accuracy, and times of ours by LinearSVC's of one strength", headings, rows)
    measure.show("After compression", ("data", "settings", "bytes", "accuracy"), points)
    return int(not met)


if __name__ == "__main__":
    sys.exit(main())
