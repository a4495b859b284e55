"""How often a file that `compress` chose misses its gates on data that it has not seen.

A model is trained on two thirds of the training data. The others and the development set are split
200 times at random: some choose among the same candidates, by their figures and by the bounds of
`--risk 10%`, and the rest checks the choice: as many as chose, and all of them. The test sets are
not read. Exit code 1 says that the choice by bounds missed more often than in 10 % of the splits.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

import nlucompress as nc
from nlucompress.stages.shrink.compress.choices import Point, space_of
from nlucompress.stages.shrink.compress.judge import Judge
from nlucompress.stages.shrink.compress.measures import Texts, measure_of
from nlucompress.stages.shrink.compress.options import NO_MARGIN
from nlucompress.stages.shrink.compress.search import answers_of
from nlucompress.stages.shrink.compress.trials import Trial, Trials
from tests.bench import measure

SPLITS = 200
RISK = 0.1
TRIED = {  # gates, and how many examples choose
    "clinc150": (nc.Gates(max_accuracy_drop=0.006, max_nfr=0.012), (1000, 2600)),
    "snips": (nc.Gates(max_accuracy_drop=0.005), (350, 700, 1600)),
}
RISKS = {"as it is": NO_MARGIN, "by bounds": RISK}
HEADINGS = ("set, choice", "examples", "written", "mean bytes", "missed on as many unseen",
            "missed on all unseen")  # fmt: skip


@dataclass(frozen=True)
class Outcome:
    """Choices of one kind on the splits of a set."""

    name: str
    examples: int
    chosen: int
    mean_bytes: float
    missed: int
    missed_on_all: int

    @property
    def cells(self) -> list[str]:
        """A row of the printed table."""
        return [
            self.name,
            f"{self.examples:,}",
            f"{self.chosen} of {SPLITS}",
            f"{self.mean_bytes:,.0f}",
            f"{self.missed} of {SPLITS}",
            f"{self.missed_on_all} of {SPLITS}",
        ]


def some(examples: nc.Examples, at: NDArray[np.int64]) -> nc.Examples:
    """The examples of these places."""
    labels, texts = ([part[i] for i in at] for part in (examples.labels, examples.texts))
    return nc.Examples(tuple(labels), tuple(texts))


def tried(full: nc.Model, pool: nc.Examples) -> tuple[list[Trial], list[Point]]:
    """A grid of candidates all over the space, and their places in the grid."""
    space = space_of(full)
    some_of = {
        "rounding": slice(1, None),
        "keep": slice(0, None, 2),
        "fingerprints": slice(2, None, 2),
    }
    axes = [list(range(len(axis.values)))[some_of.get(axis.name, slice(1))] for axis in space.axes]
    trials = Trials(full, space, measure_of(full, pool), 10_000)
    trials.run(list(product(*axes)))
    places = [
        tuple(axis.index(at) for axis, at in zip(axes, each.point, strict=True))
        for each in trials.found
    ]
    return trials.found, places


def outcomes(folder: Path, name: str) -> Iterator[Outcome]:
    """The choice by figures, and that by bounds, for each number of examples."""
    train, dev = (nc.read_examples(folder / name / f"{part}.tsv") for part in ("train", "dev"))
    gates, sizes_of_dev = TRIED[name]
    random = np.random.default_rng(1)
    learned, held = np.split(random.permutation(len(train)), [2 * len(train) // 3])
    full = nc.train(some(train, learned), dev, nc.TrainOptions(l2=1e-3))
    rest = some(train, held)
    pool = nc.Examples(rest.labels + dev.labels, rest.texts + dev.texts)
    found, places = tried(full, pool)
    answers, sizes = answers_of(found), [each.size for each in found]
    given = nc.Classifier(full).predict(pool.texts)

    def judge(at: NDArray[np.int64], risk: float) -> Judge:
        part = some(pool, at)
        options = nc.CompressOptions(gates=gates, risk=risk)
        return Judge(full, Texts(full, part), {"": (full, [given[i] for i in at])}, options)

    for size in sizes_of_dev:
        counted = {kind: [0, 0, 0, 0] for kind in RISKS}
        for _ in range(SPLITS):
            chooses, unseen = np.split(random.permutation(len(pool)), [size])
            for kind, risk in RISKS.items():
                near = places if risk < NO_MARGIN else ()
                verdict = judge(chooses, risk).verdict(answers[:, chooses], sizes, near)
                best = verdict.order[0]
                if not verdict.met[best]:
                    continue
                counts = counted[kind]
                counts[0] += 1
                counts[1] += sizes[best]
                for place, at in ((2, unseen[:size]), (3, unseen)):
                    seen = judge(at, NO_MARGIN).verdict(answers[best : best + 1, at], sizes[:1])
                    counts[place] += not seen.met[0]
        for kind, (many, total, missed, on_all) in counted.items():
            yield Outcome(f"{name}, {kind}", size, many, total / max(many, 1), missed, on_all)


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", default=os.environ.get("NLUCOMPRESS_DATA"), metavar="DIR")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures here too")
    chosen = parser.parse_args()
    if not chosen.data:
        parser.error("name the folder that holds clinc150/ and snips/: --data or NLUCOMPRESS_DATA")
    found = [each for name in TRIED for each in outcomes(Path(chosen.data), name)]
    measure.show("Gates on data that did not choose", HEADINGS, [each.cells for each in found])
    measure.write_json(chosen.json, {f"{each.name}, {each.examples}": vars(each) for each in found})
    held = [each for each in found if each.name.endswith("by bounds")]
    return int(any(max(each.missed, each.missed_on_all) > RISK * SPLITS for each in held))


if __name__ == "__main__":
    sys.exit(main())
