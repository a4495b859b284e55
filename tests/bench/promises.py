"""How often a file that `compress` chose misses its gates on data that it has not seen.

A model is trained on two thirds of the training data. The others and the development set are split
fifty times at random: a third chooses among the same candidates, with and without the margin of
`--risk 10%`, and the rest checks the choice. The test sets are not read. Exit code 1 says that the
choice with a margin missed more often than in 10 % of the splits on all unseen examples.
"""

from __future__ import annotations

import argparse
import os
import sys
from dataclasses import dataclass
from itertools import product
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

import nlucompress as nc
from nlucompress.stages.shrink.compress.choices import space_of
from nlucompress.stages.shrink.compress.judge import Judge
from nlucompress.stages.shrink.compress.measures import Texts, measure_of
from nlucompress.stages.shrink.compress.options import NO_MARGIN
from nlucompress.stages.shrink.compress.search import answers_of
from nlucompress.stages.shrink.compress.trials import Trial, Trials
from tests.bench import measure

SPLITS = 50
MOST = 0.1
GATES = {
    "clinc150": nc.Gates(max_accuracy_drop=0.006, max_nfr=0.012),
    "snips": nc.Gates(max_accuracy_drop=0.005),
}
HEADINGS = ("set, choice", "examples", "chosen", "mean bytes", "missed on as many unseen",
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
            f"{self.missed / max(self.chosen, 1):.0%}",
            f"{self.missed_on_all / max(self.chosen, 1):.0%}",
        ]


def some(examples: nc.Examples, at: NDArray[np.int64]) -> nc.Examples:
    """The examples of these places."""
    labels, texts = ([part[i] for i in at] for part in (examples.labels, examples.texts))
    return nc.Examples(tuple(labels), tuple(texts))


def tried(full: nc.Model, pool: nc.Examples) -> list[Trial]:
    """A grid of candidates, denser than what a search looks at."""
    space = space_of(full)
    places = [range(len(axis.values)) for axis in space.axes]
    places[1] = range(0, len(space.axes[1].values), 2)
    places[2] = range(2, len(space.axes[2].values), 2)
    trials = Trials(full, space, measure_of(full, pool), 10_000)
    trials.run(list(product(*places)))
    return trials.found


def outcomes(folder: Path, name: str) -> list[Outcome]:
    """The naive choice, and that with a margin."""
    train, dev = (nc.read_examples(folder / name / f"{part}.tsv") for part in ("train", "dev"))
    random = np.random.default_rng(1)
    order = random.permutation(len(train))
    learned, held = np.split(order, [2 * len(order) // 3])
    full = nc.train(some(train, learned), dev, nc.TrainOptions(l2=1e-3))
    rest = some(train, held)
    pool = nc.Examples(rest.labels + dev.labels, rest.texts + dev.texts)
    found = tried(full, pool)
    answers, sizes = answers_of(found), [each.size for each in found]
    given = nc.Classifier(full).predict(pool.texts)
    counted = {"as it is": [0, 0, 0, 0], "with a margin": [0, 0, 0, 0]}
    size = len(pool) // 3

    def judge(at: NDArray[np.int64], risk: float) -> Judge:
        part = some(pool, at)
        options = nc.CompressOptions(gates=GATES[name], risk=risk)
        return Judge(full, Texts(full, part), {"": (full, [given[i] for i in at])}, options)

    for _ in range(SPLITS):
        chooses, like, others = np.split(random.permutation(len(pool)), [size, 2 * size])
        unseen = np.concatenate((like, others))
        for counts, risk in zip(counted.values(), (NO_MARGIN, MOST), strict=True):
            verdict = judge(chooses, risk).verdict(answers[:, chooses], sizes)
            best = verdict.order[0]
            if not verdict.met[best]:
                continue
            counts[0] += 1
            counts[1] += sizes[best]
            for place, at in ((2, like), (3, unseen)):
                seen = judge(at, NO_MARGIN).verdict(answers[best : best + 1, at], sizes[:1])
                counts[place] += not seen.met[0]
    return [
        Outcome(f"{name}, {kind}", size, many, total / max(many, 1), missed, on_all)
        for kind, (many, total, missed, on_all) in counted.items()
    ]


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", default=os.environ.get("NLUCOMPRESS_DATA"), metavar="DIR")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures here too")
    chosen = parser.parse_args()
    if not chosen.data:
        parser.error("name the folder that holds clinc150/ and snips/: --data or NLUCOMPRESS_DATA")
    found = [each for name in GATES for each in outcomes(Path(chosen.data), name)]
    measure.show("Gates on data that did not choose", HEADINGS, [each.cells for each in found])
    measure.write_json(chosen.json, {each.name: vars(each) for each in found})
    held = [each for each in found if each.name.endswith("a margin")]
    return int(any(each.missed_on_all > MOST * each.chosen for each in held))


if __name__ == "__main__":
    sys.exit(main())
