"""Learning-rate schedules compared on the same budget of steps, training factorized networks on.

    python -m tests.bench.networks.schedules --data FOLDER

Every schedule trains the same factorized network on for as many steps, with Adam. `Adam alone` has
its usual rate of 1e-3, fixed; the others have the rate of best accuracy on the development set, in
the mean of the seeds: the fixed one, CLR's and CALR's upper bound. Cells are kept, as in the
comparison of methods.
"""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

import numpy as np

import nlucompress as nc
from nlucompress.training.schedules import Schedule
from tests.bench import cells, measure
from tests.bench.networks.comparison import DATA_SETS, NETWORKS, TABLE_FOLDER
from tests.bench.networks.comparison_methods import Case, read_table

NAMES = ("fixed", "clr", "calr")
RATES = (1e-4, 3e-4, 1e-3)
ADAM = ("fixed", 1e-3)
RATIO = 0.9
CYCLES = 4  # triangles of a training: CALR comes down three times and is pumped up once


def fill(
    data: Path,
    cache: Path,
    case: tuple[str, str, int],
    epochs: tuple[int | None, int | None] = (None, None),
) -> None:
    """Measure what is missing of one data set, network and seed."""
    name, network, seed = case
    kept = cells.Cells(cache)
    networks = cache.parent / "networks"
    made = Case(data / name, read_table(data / TABLE_FOLDER), network, seed, *epochs, networks)

    def figures(schedule: str, rate: float) -> cells.Figures:
        loop = made.loop(made.budget[1], rate)
        steps = -(-len(made.examples["train"]) // loop.batch_size) * loop.epochs
        half = max(1, steps // (2 * CYCLES))
        planned = Schedule(schedule, rate, half_cycle=half)  # type: ignore[arg-type]
        model = made.trained(made.svd(RATIO), replace(loop, schedule=planned))
        return {part: nc.evaluate(model, made.examples[part]).accuracy for part in ("dev", "test")}

    for schedule in NAMES:
        for rate in RATES:
            kept.take((*case, schedule, rate), lambda s=schedule, r=rate: figures(s, r))  # type: ignore[misc]


def best(found: dict[tuple[str, float], list[cells.Figures]], name: str) -> tuple[str, float]:
    """The rate of a schedule that is best on the development set; of equals the lowest."""
    mine = [key for key in found if key[0] == name]
    return max(mine, key=lambda key: (np.mean([each["dev"] for each in found[key]]), -key[1]))


def main() -> int:
    """Measure what is not measured yet, and print; exit code 1: CALR is worse in most cells."""
    parser = cells.parser(__doc__.split("\n")[0], "build/schedules", DATA_SETS, NETWORKS, NETWORKS)
    parser.add_argument("--seeds", type=int, default=3)
    asked = parser.parse_args()
    if not asked.data:
        parser.error(f"name the folder that holds {TABLE_FOLDER}/: --data or NLUCOMPRESS_DATA")
    pairs = [(name, network) for network in reversed(asked.networks) for name in asked.data_sets]
    epochs = asked.epochs, asked.more_epochs
    cases = [(*pair, seed) for seed in range(asked.seeds) for pair in pairs]
    cells.run(asked.jobs, fill, [(asked.data, asked.cache, case, epochs) for case in cases])
    rows, wins = [], 0
    for pair in pairs:
        found = {
            (schedule, rate): [
                cells.Cells(asked.cache).get(*pair, seed, schedule, rate) or {}
                for seed in range(asked.seeds)
            ]
            for schedule in NAMES
            for rate in RATES
        }
        chosen = {"Adam alone": ADAM, **{name: best(found, name) for name in NAMES}}
        accuracy = {
            name: [100 * each["test"] for each in found[key]] for name, key in chosen.items()
        }
        mean = {name: float(np.mean(each)) for name, each in accuracy.items()}
        wins += mean["calr"] >= max(mean["fixed"], mean["clr"])
        shown = [
            f"{mean[name]:.2f} ± {np.std(each):.2f} ({chosen[name][1]:g})"
            for name, each in accuracy.items()
        ]
        rows.append([", ".join(pair), *shown])
    measure.show("Schedules (and their rates)", ("", "Adam alone", *NAMES), rows)
    claim = "CALR at least as good as the best fixed rate and as CLR"
    verdict = measure.verdict(2 * wins > len(pairs))
    measure.show("Statements", ("", "cells", ""), [[claim, f"{wins} of {len(pairs)}", verdict]])
    return int(2 * wins <= len(pairs))


if __name__ == "__main__":
    sys.exit(main())
