"""The whole pipeline on neural models: factorize, finetune, quantize, finetune, phash, pack.

    python -m tests.bench.networks.composed --data FOLDER

The float32 network over all word embeddings becomes one sealed file; the full network is the
teacher of both trainings. Settings were chosen on development sets, with another seed; accuracy and
negative flips are those of the test set. Cells are kept, as in the comparison of methods.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path

import numpy as np

import nlucompress as nc
from nlucompress.format import codec
from tests.bench import cells, measure
from tests.bench.networks.comparison import DATA_SETS, NETWORKS, TABLE_FOLDER
from tests.bench.networks.comparison_methods import Case, read_table


@dataclass(frozen=True)
class Setting:
    """How a model is compressed, and its bars: share of the full file, points of accuracy lost."""

    rank: int
    quantize: nc.QuantizeOptions
    bars: tuple[float, float]

    def __call__(self, case: Case) -> nc.Model:
        """The sealed model of a case."""
        thin = nc.factorize(
            case.full, nc.FactorizeOptions(rank=self.rank, weight="frequency", power=1.0)
        )
        epochs, rate = case.budget[1], case.rates[1]
        tuned = case.trained(thin, case.loop(epochs, rate), taught=True)
        network = case.full.network
        assert network is not None
        layers = tuple(name for name in network.tensors if not name.endswith("bias"))
        linear = nc.QuantizeOptions(bits=5, per="tensor", tables=(), tensors=layers)
        rounded = nc.quantize(nc.quantize(tuned, self.quantize), linear)
        again = case.trained(rounded, case.loop(-(-epochs // 2), 0.3 * rate), taught=True)
        return nc.pack(nc.phash(again))


SETTINGS = {
    "rank 48, 6 bits": Setting(48, nc.QuantizeOptions(bits=6, per="tensor"), (0.025, 1.0)),
    "rank 20, 5 bits": Setting(20, nc.QuantizeOptions(bits=5, per="tensor"), (0.01, 2.5)),
}


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

    def figures(setting: Setting) -> cells.Figures:
        model = codec.parse(codec.to_bytes(setting(made)))
        report = nc.evaluate(model, made.examples["test"], made.full)
        assert report.reference is not None
        return {
            "accuracy": report.accuracy,
            "drop": report.reference.accuracy_drop,
            "nfr": report.reference.nfr,
            "bytes": report.size_bytes,
            "full_bytes": report.reference.size_bytes,
        }

    for label, setting in SETTINGS.items():
        kept.take((*case, label), lambda setting=setting: figures(setting))  # type: ignore[misc]


HEADINGS = ("", "setting", "full bytes", "bytes", "share", "accuracy", "points lost", "NFR", "bar")


def main() -> int:
    """Measure what is not measured yet, and print; exit code 1 says that a bar was missed."""
    parser = cells.parser(__doc__.split("\n")[0], "build/composed", DATA_SETS, NETWORKS, NETWORKS)
    parser.add_argument("--seeds", type=int, default=3)
    asked = parser.parse_args()
    if not asked.data:
        parser.error(f"name the folder that holds {TABLE_FOLDER}/: --data or NLUCOMPRESS_DATA")
    pairs = [(name, network) for network in asked.networks for name in asked.data_sets]
    epochs = asked.epochs, asked.more_epochs
    cases = [(*pair, seed) for seed in range(asked.seeds) for pair in reversed(pairs)]
    cells.run(asked.jobs, fill, [(asked.data, asked.cache, case, epochs) for case in cases])
    rows, all_met = [], True
    for pair in pairs:
        for label, setting in SETTINGS.items():
            found = [
                cells.Cells(asked.cache).get(*pair, seed, label) or {}
                for seed in range(asked.seeds)
            ]
            mean = {key: float(np.mean([each[key] for each in found])) for key in found[0]}
            share, lost = mean["bytes"] / mean["full_bytes"], 100 * mean["drop"]
            met = share <= setting.bars[0] and lost <= setting.bars[1]
            all_met &= met
            bar = f"<= {setting.bars[0]:.1%}, <= {setting.bars[1]}: {measure.verdict(met)}"
            spread = np.std([100 * each["drop"] for each in found])
            numbers = [f"{mean['full_bytes']:,.0f}", f"{mean['bytes']:,.0f}", f"{share:.2%}"]
            rates = [
                f"{mean['accuracy']:.2%}",
                f"{lost:+.2f} ± {spread:.2f}",
                f"{mean['nfr']:.2%}",
            ]
            rows.append([", ".join(pair), label, *numbers, *rates, bar])
    measure.show("The whole pipeline", HEADINGS, rows)
    return int(not all_met)


if __name__ == "__main__":
    sys.exit(main())
