"""Linear quadratic fine-tuning (LQF) against ordinary fine-tuning, on few and many examples.

    python -m tests.bench.graceful.linearized --data FOLDER

A network with leaky ReLU is trained on every second label of the source data. It is then given new
labels and fine-tuned: on the other half of the source's, or on all of another data set, with so
many examples of each label. Both ways have the same examples, and the whole development set: from
it LQF takes its ridge and ordinary fine-tuning its best epoch, and each, in the mean of the seeds,
one of the settings below. Cells are kept.
"""

from __future__ import annotations

import argparse
import os
import sys
from dataclasses import dataclass
from functools import cached_property
from itertools import product
from pathlib import Path

import numpy as np

import nlucompress as nc
from nlucompress.stages.learn.finetune.linearized import linearize
from nlucompress.stages.learn.finetune.linearized_options import LinearizedOptions
from nlucompress.stages.learn.finetune.stage import FinetuneOptions, finetune
from nlucompress.stages.learn.train.neural import NeuralOptions, train_neural
from nlucompress.training.plan import LoopOptions
from nlucompress.training.schedules import Schedule
from tests.bench import cells, measure
from tests.bench.networks.comparison import TABLE_FOLDER
from tests.bench.networks.comparison_methods import read_table
from tests.bench.networks.few_shots import Parts, drawn, half, read

HIDDEN = {"dan": 256, "cnn": 128}
SOURCE_EPOCHS, SOURCE_RATE = 10, 2e-3
EPOCHS = {"1": 100, "5": 60, "10": 30, "50": 20, "all": 10}  # of ordinary fine-tuning, by shots
WORD_DROPOUT = {0.3: 0.1, 0.5: 0.3}  # beside a dropout
# Rates and dropouts that were good on development sets; row scale and word dropout of LQF, the
# best there of 5 and 10, and of 0.1 and 0.3, at 1 and at 5 examples.
SETTINGS = {
    "ordinary": {
        **{shots: list(product((3e-3, 1e-2), (0.3, 0.5))) for shots in ("1", "5", "10")},
        "50": [(3e-3, 0.3), (1e-2, 0.3)],
        "all": [(1e-3, 0.3), (3e-3, 0.3)],
    },
    "LQF": {shots: [(5.0, 0.1)] for shots in EPOCHS},
}
NAMES = {"ordinary": "rate {:g}, dropout {:g}", "LQF": "row scale {:g}, word dropout {:g}"}
BAR = ("5", "10")  # shots at which LQF is to be at least as good
Found = dict[tuple[float, float], list[cells.Figures]]  # setting -> figures of each seed


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

    @cached_property
    def task(self) -> Parts:
        """What is fine-tuned on: labels that the source network has not seen."""
        found = read(self.data / self.target)
        return half(found, 1) if self.target == self.source else found

    @cached_property
    def trained(self) -> nc.Model:
        """The source network, kept for other runs."""
        epochs = self.epochs or SOURCE_EPOCHS
        path = self.networks / f"{self.source}-{self.network}-{self.seed}-{epochs}.nlu"
        if not path.exists():
            known = half(read(self.data / self.source), 0)
            options = NeuralOptions(
                network=self.network,  # type: ignore[arg-type]
                hidden_size=HIDDEN[self.network],
                activation="leaky-relu",
                loop=self.loop(epochs, SOURCE_RATE),
            )
            table = read_table(self.data / TABLE_FOLDER)
            model = train_neural(known["train"], known["dev"], table, options)
            self.networks.mkdir(parents=True, exist_ok=True)
            nc.save(model, path, overwrite=True)
        return nc.load(path)

    def loop(self, epochs: int, rate: float, dropout: float = 0.3) -> LoopOptions:
        """A loop that keeps the best epoch of the development set."""
        return LoopOptions(
            epochs=epochs,
            schedule=Schedule("onecycle", rate),
            dropout=dropout,
            word_dropout=WORD_DROPOUT[dropout],
            patience=0,
            seed=self.seed,
        )

    def figures(self, shots: str, way: str, setting: tuple[float, float]) -> cells.Figures:
        """Accuracy of one way of fine-tuning in one setting, on dev and test."""
        few = drawn(self.task["train"], None if shots == "all" else int(shots), self.seed)
        if way == "LQF":
            scale, words = setting
            options = LinearizedOptions(
                row_scale=scale, word_dropout=words, seed=self.seed, new_labels=True
            )
            tuned = linearize(self.trained, few, self.task["dev"], options)
        else:
            loop = self.loop(self.epochs or EPOCHS[shots], *setting)
            tuned = finetune(
                self.trained, few, self.task["dev"], (), FinetuneOptions(loop=loop, new_labels=True)
            )
        return {part: nc.evaluate(tuned, self.task[part]).accuracy for part in ("dev", "test")}


def fill(transfer: Transfer, cache: Path, shots: str) -> None:
    """Measure what is not measured yet of one task."""
    for way, by_shots in SETTINGS.items():
        for setting in by_shots[shots]:
            cells.Cells(cache).take(
                (transfer.target, transfer.network, transfer.seed, shots, way, *setting),
                lambda w=way, s=setting: transfer.figures(shots, w, s),  # type: ignore[misc]
            )


def gather(kept: cells.Cells, cell: tuple[str, str, str], seeds: list[int], way: str) -> Found:
    """What was measured of one way of fine-tuning on a data set, with a network and shots."""
    name, network, shots = cell
    return {
        setting: [kept.get(name, network, seed, shots, way, *setting) or {} for seed in seeds]
        for setting in SETTINGS[way][shots]
    }


def best(found: Found) -> tuple[tuple[float, float], list[float]]:
    """The setting of best development accuracy in the mean of the seeds; its test accuracies."""
    setting = max(found, key=lambda each: np.mean([seed["dev"] for seed in found[each]]))
    return setting, [100 * seed["test"] for seed in found[setting]]


def row(ordinary: Found, linearized: Found) -> tuple[list[str], float]:
    """What both ways reach and how, as text; and what LQF gains, in points."""
    chosen = {"ordinary": best(ordinary), "LQF": best(linearized)}
    gain = float(np.mean(chosen["LQF"][1]) - np.mean(chosen["ordinary"][1]))
    shown = [f"{np.mean(tests):.2f} ± {np.std(tests):.2f}" for _, tests in chosen.values()]
    names = [NAMES[way].format(*setting) for way, (setting, _) in chosen.items()]
    return [*shown, f"{gain:+.2f}", *names], gain


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
        found = {way: gather(kept, (name, network, shots), asked.seeds, way) for way in SETTINGS}
        told, gain = row(found["ordinary"], found["LQF"])
        bar = gain >= 0 if shots in BAR else None
        met &= bar is not False
        rows.append([f"{name}, {network}, {shots}", *told, measure.verdict(bar)])
    headings = ("examples per label", "ordinary", "LQF", "points", *SETTINGS, "bar")
    measure.show(f"Accuracy in percent after half of {asked.source}", headings, rows)
    return int(not met)


if __name__ == "__main__":
    sys.exit(main())
