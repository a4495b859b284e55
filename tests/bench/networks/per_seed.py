"""Measurements of neural networks by data set, network and seed: arguments, cells, exit code."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

import nlucompress as nc
from tests.bench import cells
from tests.bench.networks.comparison import NETWORKS, TABLE_FOLDER
from tests.bench.networks.comparison_methods import Case, read_table

DATA_SETS = ("clinc150", "snips")

Measure = Callable[[Case, str], cells.Figures]  # of a case and of dev or test
Percents = NDArray[np.float64]
Found = dict[tuple[str, str], list[cells.Figures]]  # data set and network -> figures of each seed


def drawn(examples: nc.Examples, count: int, seed: int) -> nc.Examples:
    """So many of the examples, in their order."""
    kept = np.sort(np.random.default_rng(seed).permutation(len(examples))[:count]).tolist()
    return nc.Examples(
        tuple(examples.labels[at] for at in kept), tuple(examples.texts[at] for at in kept)
    )


def best_of_ways(keys: Iterable[str], rank: Callable[[str], tuple[bool, float]]) -> dict[str, str]:
    """Of keys ``way/strength`` the one of lowest rank for each way."""
    best: dict[str, str] = {}
    for key in keys:
        way = key.split("/")[0]
        best[way] = min(best.get(way, key), key, key=rank)
    return best


def fewest_flips(seeds: Sequence[cells.Figures], base: str, most_points: float) -> dict[str, str]:
    """Of each way the key that flips least on the development set, in the mean of the seeds.

    Those come last whose accuracy there is more than so many points below that of ``base``.
    """

    def mean(key: str, name: str) -> float:
        return float(np.mean([each[key]["dev"][name] for each in seeds]))

    least = mean(base, "accuracy") - most_points / 100
    return best_of_ways(seeds[0], lambda key: (mean(key, "accuracy") < least, mean(key, "nfr")))


def on_test(seeds: Sequence[cells.Figures], key: str) -> tuple[Percents, Percents]:
    """Accuracy and negative flips of every seed on the test set, in percent."""
    return on_part(seeds, key, "test")


def on_part(seeds: Sequence[cells.Figures], key: str, part: str) -> tuple[Percents, Percents]:
    """Accuracy and negative flips of every seed on a part of the data, in percent."""
    accuracy, nfr = (
        np.array([100 * each[key][part][name] for each in seeds]) for name in ("accuracy", "nfr")
    )
    return accuracy, nfr


def fill(
    measure: Measure,
    data: Path,
    cache: Path,
    key: tuple[str, str, int],
    part: str,
    epochs: tuple[int | None, int | None],
) -> None:
    """Measure one data set, network and seed, if that was not done yet."""
    name, network, seed = key
    networks = cache.parent / "networks"
    case = Case(data / name, read_table(data / TABLE_FOLDER), network, seed, *epochs, networks)
    cells.Cells(cache).take((*key, part), lambda: measure(case, part))


def main(
    description: str,
    cache: str,
    measure: Measure,
    show: Callable[[Found], bool],
    networks: Sequence[str] = ("dan",),
    data_sets: Sequence[str] = DATA_SETS,
    parts: Sequence[str] = ("dev", "test"),
) -> int:
    """Measure what is asked for, and show it; exit code 1: ``show`` says that a bar is missed.

    ``networks`` are those that are measured unless told otherwise; ``linear`` has no network.
    ``parts`` are those that figures can be of.
    """
    choices = ("linear", *NETWORKS)
    parser = cells.parser(description, cache, data_sets, networks, choices)
    parser.add_argument("--seeds", type=int, nargs="+", default=[0, 1, 2])
    parser.add_argument("--part", choices=parts, default="test")
    asked = parser.parse_args()
    if not asked.data:
        parser.error(f"name the folder that holds {TABLE_FOLDER}/: --data or NLUCOMPRESS_DATA")
    pairs = [(name, network) for network in asked.networks for name in asked.data_sets]
    keys = [(*pair, seed) for seed in asked.seeds for pair in pairs]
    epochs = asked.epochs, asked.more_epochs
    arguments = [(measure, asked.data, asked.cache, key, asked.part, epochs) for key in keys]
    cells.run(asked.jobs, fill, arguments)
    kept = cells.Cells(asked.cache)
    found = {
        pair: [kept.get(*pair, seed, asked.part) or {} for seed in asked.seeds] for pair in pairs
    }
    return int(not show(found))
