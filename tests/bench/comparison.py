"""Embedding compression compared: train, factorize and train on against SVD before training.

    python -m tests.bench.comparison --data FOLDER

Per data set, network and seed: the full network; ours (trained, factorized by frequency-weighted
SVD, trained on); the SVD alone; offline (the table factorized by plain SVD before any training, the
factors trained with the network from the start); and fixed-point tables of the trained network at
8 and 4 bits. A cell's figures stay in build/comparison, so that a run can be stopped and taken up.
Settings are the same for all methods of a cell; the best epoch is that of the development set.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np

import nlucompress as nc
from nlucompress.format.files import write_atomically
from nlucompress.format.indexes import Strings
from nlucompress.format.matrices import from_dense
from nlucompress.stages.finetune import FinetuneOptions, finetune
from nlucompress.stages.train_neural import NeuralOptions, start_tensors, train_neural
from nlucompress.training.plan import LoopOptions
from nlucompress.training.schedules import Schedule

METHODS = ("full", "ours", "svd", "offline", "8 bits", "4 bits")
EPOCHS = {"dan": 12, "lstm": 8}
HIDDEN = {"dan": 256, "lstm": 128}
Figures = dict[str, float]


def read_table(folder: Path) -> nc.Table:
    """Words and float16 vectors of a folder."""
    words = (folder / "words.txt").read_text(encoding="utf-8").split("\n")
    vectors = np.load(folder / "vectors_f16.npy").astype(np.float32)
    return nc.Table(Strings.of(words[: len(vectors)]), from_dense(vectors))


def measure(
    folder: Path, table: nc.Table, network: str, ratio: float, seed: int, epochs: int
) -> Figures:
    """Test accuracy of every method."""
    train, dev, test = (nc.read_examples(folder / f"{n}.tsv") for n in ("train", "dev", "test"))

    def loop(rate: float) -> LoopOptions:
        schedule = Schedule("onecycle", rate)
        return LoopOptions(epochs=epochs, schedule=schedule, patience=0, seed=seed)

    def tuned(model: nc.Model, rate: float) -> nc.Model:
        return finetune(model, train, dev, (), FinetuneOptions(loop=loop(rate)))

    def bits(model: nc.Model, count: int) -> nc.Model:
        return nc.quantize(model, nc.QuantizeOptions(bits=count))

    options = NeuralOptions(network=network, hidden=HIDDEN[network], loop=loop(2e-3))  # type: ignore[arg-type]
    full = train_neural(train, dev, table, options)
    weighted = nc.FactorizeOptions(ratio=ratio, weight="frequency", power=1.0)
    svd = nc.factorize(full, weighted)
    plain = nc.factorize(nc.Model({"embeddings": table}), nc.FactorizeOptions(ratio=ratio))
    fresh = start_tensors(full, np.random.default_rng(seed))
    factors = replace(full.tables["embeddings"], matrix=plain.table().matrix)
    offline = replace(full.with_tables({"embeddings": factors}), network=fresh)
    made: dict[str, Callable[[], nc.Model]] = {
        "full": lambda: full,
        "ours": lambda: tuned(svd, 1e-3),
        "svd": lambda: svd,
        "offline": lambda: tuned(offline, 2e-3),
        "8 bits": lambda: bits(full, 8),
        "4 bits": lambda: bits(full, 4),
    }
    return {method: nc.evaluate(made[method](), test).accuracy for method in METHODS}


def main() -> None:
    """Measure what is not measured yet, and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--cache", type=Path, default=Path("build/comparison"))
    parser.add_argument("--data-sets", nargs="+", default=["clinc150", "snips", "sst2"])
    parser.add_argument("--networks", nargs="+", default=["dan", "lstm"])
    parser.add_argument("--ratios", nargs="+", type=float, default=[0.9])
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--epochs", type=int, help="default: 12 for dan, 8 for lstm")
    asked = parser.parse_args()
    asked.cache.mkdir(parents=True, exist_ok=True)
    table = read_table(asked.data / "embeddings" / "sgns_91k_x300")
    print(f"| data | network | ratio | {' | '.join(METHODS)} |")
    print("|---|---|--:|" + "--:|" * len(METHODS))
    for name in asked.data_sets:
        for network in asked.networks:
            for ratio in asked.ratios:
                cells = []
                for seed in range(asked.seeds):
                    epochs = asked.epochs or EPOCHS[network]
                    path = asked.cache / f"{name}-{network}-{ratio:g}-{seed}-{epochs}.json"
                    if not path.exists():
                        found = measure(asked.data / name, table, network, ratio, seed, epochs)
                        write_atomically(path, [json.dumps(found).encode()])
                    cells.append(json.loads(path.read_text()))
                print(
                    f"| {name} | {network} | {ratio:g} | {' | '.join(spread(cells))} |", flush=True
                )


def spread(cells: list[Figures]) -> list[str]:
    """Mean and standard deviation over the seeds, in percent."""
    columns = [[100 * cell[method] for cell in cells] for method in METHODS]
    return [f"{np.mean(each):.2f} ± {np.std(each):.2f}" for each in columns]


if __name__ == "__main__":
    main()
