"""Embedding compression compared: accuracy against bytes, over methods, ratios and networks.

    python -m tests.bench.networks.comparison --data FOLDER

Ours is the network trained in full, its table factorized by frequency-weighted SVD, and trained on
through both factors (Acharya et al. 2019), with the full network as a teacher or without. Against
it stand the SVD alone; plain SVD before any training ("offline"), its factors trained for as many
epochs in all; a random projection, trained on; and fixed-point tables of the full network. All have
the same settings; the best epoch is that of the development set. What was measured is kept in the
cache folder, and is not measured again.
"""

from __future__ import annotations

import sys
from pathlib import Path

import nlucompress as nc
from tests.bench import cells, measure
from tests.bench.networks import comparison_report
from tests.bench.networks.comparison_methods import (
    BY_RATIO,
    FIXED,
    Case,
    embedding_bytes,
    read_table,
)

RATIOS = (0.8, 0.9, 0.95)
ALL_RATIOS = (0.5, 0.7, 0.8, 0.9, 0.95, 0.98)
DATA_SETS = ("clinc150", "snips", "sst2")
NETWORKS = ("dan", "lstm")
BITS = {"full": 32, "16 bits": 16, "8 bits": 8, "4 bits": 4}
TABLE_FOLDER = "embeddings/sgns_91k_x300"


def fill(
    data: Path,
    cache: Path,
    case: tuple[str, str, int],
    ratios: tuple[float, ...],
    methods: tuple[str, ...],
    epochs: tuple[int | None, int | None] = (None, None),
) -> None:
    """Measure what is missing of one data set, network and seed."""
    kept = cells.Cells(cache)
    name, network, seed = case
    networks = cache.parent / "networks"
    made = Case(data / name, read_table(data / TABLE_FOLDER), network, seed, *epochs, networks)

    def figures(model: nc.Model, bits: int) -> cells.Figures:
        reports = {part: nc.evaluate(model, made.examples[part]) for part in ("dev", "test")}
        accuracy = {part: report.accuracy for part, report in reports.items()}
        return {**accuracy, "bytes": embedding_bytes(model, bits)}

    for method in FIXED:
        kept.take((*case, method), lambda method=method: figures(FIXED[method](made), BITS[method]))  # type: ignore[misc]
    for method in methods:
        for ratio in ratios:
            kept.take(
                (*case, method, ratio),
                lambda method=method, ratio=ratio: figures(BY_RATIO[method](made, ratio), 32),  # type: ignore[misc]
            )


def main() -> int:
    """Measure what is not measured yet, print the tables, write JSON and plot."""
    parser = cells.parser(__doc__.split("\n")[0], "build/comparison", DATA_SETS, NETWORKS, NETWORKS)
    parser.add_argument("--methods", nargs="+", default=[*BY_RATIO], choices=[*BY_RATIO])
    parser.add_argument("--ratios", nargs="+", type=float, default=RATIOS, metavar="SHARE")
    parser.add_argument("--full", action="store_true", help=f"ratios {ALL_RATIOS}; hours")
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--report", action="store_true", help="only tell what was measured")
    asked = parser.parse_args()
    ratios = ALL_RATIOS if asked.full else tuple(asked.ratios)
    if not asked.report:
        if not asked.data:
            parser.error(f"name the folder that holds {TABLE_FOLDER}/: --data or NLUCOMPRESS_DATA")
        cases = [
            (name, network, seed)
            for seed in range(asked.seeds)
            for network in reversed(asked.networks)  # the slow one first
            for name in asked.data_sets
        ]
        epochs = asked.epochs, asked.more_epochs
        arguments = [
            (asked.data, asked.cache, case, ratios, tuple(asked.methods), epochs) for case in cases
        ]
        cells.run(asked.jobs, fill, arguments)
    rows = comparison_report.gather(
        cells.Cells(asked.cache), asked.data_sets, asked.networks, ratios, range(asked.seeds)
    )
    comparison_report.show(rows)
    measure.write_json(asked.cache / "comparison.json", comparison_report.plain(rows))
    comparison_report.plot(rows, asked.cache / "comparison.svg")
    print(f"\n{asked.cache}/comparison.json, {asked.cache}/comparison.svg")
    return 0


if __name__ == "__main__":
    sys.exit(main())
