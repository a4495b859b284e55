"""Linear quadratic fine-tuning (LQF) against ordinary fine-tuning, on few and many examples.

    python -m tests.bench.graceful_linearized --data FOLDER

A network with leaky ReLU is trained on every second label of the source data. It is then given new
labels and fine-tuned: on the other half of the source's, or on all of another data set, with so
many examples of each label. Both ways have the same examples, and the whole development set: LQF
takes its ridge from it; ordinary fine-tuning its best epoch and, in the mean of the seeds, the best
of its settings. What else is set was chosen on development sets. Cells are kept.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import product
from pathlib import Path

import numpy as np

import nlucompress as nc
from nlucompress.stages.finetune import FinetuneOptions, finetune
from nlucompress.stages.linearize import linearize
from nlucompress.stages.linearized_options import LinearizedOptions
from nlucompress.stages.train_neural import NeuralOptions, train_neural
from nlucompress.training.plan import LoopOptions
from nlucompress.training.schedules import Schedule
from tests.bench import cells, measure
from tests.bench.comparison import TABLE_FOLDER
from tests.bench.comparison_methods import read_table
from tests.bench.few_shots import Parts, drawn, half

HIDDEN = {"dan": 256, "cnn": 128}
SOURCE_EPOCHS, SOURCE_RATE = 10, 2e-3
EPOCHS = {"1": 100, "5": 60, "10": 30, "50": 20, "all": 10}  # of ordinary fine-tuning, by shots
RATES = {"all": (1e-3, 3e-3)}  # those that were best on development sets
OTHER_RATES = (3e-3, 1e-2)
DROPOUT = {"50": ((0.3, 0.1),), "all": ((0.3, 0.1),)}  # and word dropout
OTHER_DROPOUT = ((0.3, 0.1), (0.5, 0.3))
BAR = ("5", "10")  # shots at which LQF is to be at least as good


@dataclass(frozen=True)
class Transfer:
    """A source and a target, a network and a seed."""

    data: Path
    source: str
    target: str
    network: str
    seed: int
    networks: Path
    epochs: int | None = None

    def examples(self, name: str) -> Parts:
        """Train, dev and test of a data set."""
        folder = self.data / name
        return {part: nc.read_examples(folder / f"{part}.tsv") for part in ("train", "dev", "test")}

    @cached_property
    def task(self) -> Parts:
        """What is fine-tuned on: labels that the source network has not seen."""
        found = self.examples(self.target)
        return half(found, 1) if self.target == self.source else found

    @cached_property
    def trained(self) -> nc.Model:
        """The source network, kept for other runs."""
        epochs = self.epochs or SOURCE_EPOCHS
        path = self.networks / f"{self.source}-{self.network}-{self.seed}-{epochs}.nlu"
        if not path.exists():
            known = half(self.examples(self.source), 0)
            options = NeuralOptions(
                network=self.network,  # type: ignore[arg-type]
                hidden=HIDDEN[self.network],
                activation="leaky-relu",
                loop=self.loop(epochs, SOURCE_RATE),
            )
            table = read_table(self.data / TABLE_FOLDER)
            model = train_neural(known["train"], known["dev"], table, options)
            self.networks.mkdir(parents=True, exist_ok=True)
            nc.save(model, path)
        return nc.load(path)

    def loop(
        self, epochs: int, rate: float, dropout: float = 0.3, words: float = 0.1
    ) -> LoopOptions:
        """A loop that keeps the best epoch of the development set."""
        return LoopOptions(
            epochs=epochs,
            schedule=Schedule("onecycle", rate),
            dropout=dropout,
            word_dropout=words,
            patience=0,
            seed=self.seed,
        )

    def figures(self, shots: str) -> cells.Figures:
        """Accuracies of LQF, and of ordinary fine-tuning by setting, on dev and test."""
        few = drawn(self.task["train"], None if shots == "all" else int(shots), self.seed)

        def accuracy(model: nc.Model) -> dict[str, float]:
            return {part: nc.evaluate(model, self.task[part]).accuracy for part in ("dev", "test")}

        chosen = LinearizedOptions(seed=self.seed, new_labels=True)
        expanded = linearize(self.trained, few, self.task["dev"], chosen)
        ordinary = {}
        settings = RATES.get(shots, OTHER_RATES), DROPOUT.get(shots, OTHER_DROPOUT)
        for rate, (dropout, words) in product(*settings):
            loop = self.loop(self.epochs or EPOCHS[shots], rate, dropout, words)
            options = FinetuneOptions(loop=loop, new_labels=True)
            tuned = finetune(self.trained, few, self.task["dev"], (), options)
            ordinary[f"rate {rate:g}, dropout {dropout:g}"] = accuracy(tuned)
        ridge = expanded.history[-1]["figures"]["linearized"]["ridge"]
        return {"LQF": {**accuracy(expanded), "ridge": ridge}, "ordinary": ordinary}


def fill(transfer: Transfer, cache: Path, shots: str) -> None:
    """Measure a cell that is not measured yet."""
    key = (transfer.target, transfer.network, transfer.seed, shots)
    cells.Cells(cache).take(key, lambda: transfer.figures(shots))


def row(seeds: list[cells.Figures]) -> tuple[list[str], float]:
    """Test accuracies of both ways as text, and what LQF gains; the setting by dev."""
    settings = seeds[0]["ordinary"]
    best = max(
        settings, key=lambda name: np.mean([each["ordinary"][name]["dev"] for each in seeds])
    )

    def text(values: list[Mapping[str, float]]) -> tuple[str, float]:
        tests = [100 * each["test"] for each in values]
        return f"{np.mean(tests):.2f} ± {np.std(tests):.2f}", float(np.mean(tests))

    ordinary, lower = text([each["ordinary"][best] for each in seeds])
    linearized, upper = text([each["LQF"] for each in seeds])
    ridges = ", ".join(f"{each['LQF']['ridge']:g}" for each in seeds)
    return [ordinary, linearized, f"{upper - lower:+.2f}", best, ridges], upper - lower


def main() -> int:
    """Measure what is not measured yet, and print; exit code 1: LQF is worse at few examples."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--data", type=Path, default=os.environ.get("NLUCOMPRESS_DATA"))
    parser.add_argument("--cache", type=Path, default=Path("build/graceful_linearized"))
    parser.add_argument("--source", default="clinc150", metavar="NAME")
    parser.add_argument("--data-sets", nargs="+", default=("clinc150", "snips"), metavar="NAME")
    parser.add_argument("--networks", nargs="+", default=["dan"], choices=HIDDEN)
    parser.add_argument("--shots", nargs="+", default=list(EPOCHS), choices=EPOCHS)
    parser.add_argument("--seeds", type=int, nargs="+", default=[0, 1, 2])
    parser.add_argument("--epochs", type=int, help="of every training")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    asked = parser.parse_args()
    if not asked.data:
        parser.error(f"name the folder that holds {TABLE_FOLDER}/: --data or NLUCOMPRESS_DATA")
    kept = cells.Cells(asked.cache)
    networks = asked.cache.parent / "networks-leaky"
    arguments = [
        (Transfer(asked.data, asked.source, name, network, seed, networks, asked.epochs), shots)
        for shots in asked.shots
        for seed in asked.seeds
        for network in asked.networks
        for name in asked.data_sets
    ]
    cells.run(asked.jobs, fill, [(transfer, asked.cache, shots) for transfer, shots in arguments])
    rows, met = [], True
    for network, name, shots in product(asked.networks, asked.data_sets, asked.shots):
        found = [kept.get(name, network, seed, shots) or {} for seed in asked.seeds]
        told, gain = row(found)
        bar = gain >= 0 if shots in BAR else None
        met &= bar is not False
        rows.append([f"{name}, {network}, {shots}", *told, measure.verdict(bar)])
    headings = ("examples per label", "ordinary", "LQF", "points", "its setting", "ridges", "bar")
    measure.show(f"Accuracy in percent after half of {asked.source}", headings, rows)
    return int(not met)


if __name__ == "__main__":
    sys.exit(main())
