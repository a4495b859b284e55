"""An epoch of training a factorized network on, against an epoch of the full network.

    python -m tests.bench.networks.epochs --data FOLDER

Both are measured in turn in the same run; an epoch is half of what three take more than one, so
that neither starting nor keeping the model counts.
"""

from __future__ import annotations

import argparse
import os
import statistics
import sys
from functools import partial
from pathlib import Path

import nlucompress as nc
from nlucompress.stages.learn.train.neural import fit_neural
from nlucompress.training.plan import LoopOptions
from tests.bench import measure
from tests.bench.networks.comparison import DATA_SETS, NETWORKS, TABLE_FOLDER
from tests.bench.networks.comparison_methods import Case, read_table

RATIO = 0.9


def epoch(model: nc.Model, examples: nc.Examples) -> float:
    """Seconds of an epoch."""
    one, three = (
        measure.timed(lambda n=n: fit_neural(model, examples, None, LoopOptions(epochs=n)))  # type: ignore[misc]
        for n in (1, 3)
    )
    return (three - one) / 2


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--data", type=Path, default=os.environ.get("NLUCOMPRESS_DATA"))
    parser.add_argument("--data-sets", nargs="+", default=DATA_SETS, metavar="NAME")
    parser.add_argument("--networks", nargs="+", default=NETWORKS, choices=NETWORKS)
    parser.add_argument("--rounds", type=int, default=3)
    asked = parser.parse_args()
    if not asked.data:
        parser.error(f"name the folder that holds {TABLE_FOLDER}/: --data or NLUCOMPRESS_DATA")
    table, rows = read_table(asked.data / TABLE_FOLDER), []
    for name in asked.data_sets:
        for network in asked.networks:
            case = Case(asked.data / name, table, network, 0, epochs=1)
            train = case.examples["train"]
            actions = {
                "full": partial(epoch, case.full, train),
                "thin": partial(epoch, case.svd(RATIO), train),
            }
            seconds = measure.alternate(actions, asked.rounds)
            ratio = measure.median_ratio(seconds, "thin", "full")
            rows.append([f"{name}, {network}", f"{statistics.median(seconds['full']):.1f}",
                         f"{ratio:.2f}"])  # fmt: skip
    heads = ("an epoch", "full, seconds", "factorized by full")
    measure.show(f"Training on at {RATIO:.0%} fewer parameters", heads, rows)
    return 0


if __name__ == "__main__":
    sys.exit(main())
