"""Accuracy, flips and bytes of compressed models on real data, beside the bars they must meet.

Settings were chosen on the development sets; the test sets are only measured here. Exit code 1
says that a bar was missed.
"""

from __future__ import annotations

import argparse
import dataclasses
import os
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

import nlucompress as nc
from nlucompress.training import design
from tests.bench import measure
from tests.bench.taggers import tagging

DATA_SETS = ("clinc150", "snips")
PARTS = ("train", "dev", "test")
FLOAT_BAR = {"clinc150": 0.895}  # least accuracy of the model that is compressed


@dataclass(frozen=True)
class Setting:
    """How a model is compressed, and the gates that it must meet by data set."""

    name: str
    quantize: nc.QuantizeOptions
    phash: nc.PhashOptions = field(default_factory=nc.PhashOptions)
    bars: dict[str, nc.Gates] = field(default_factory=dict)


SETTINGS = (
    Setting(
        "default",
        nc.QuantizeOptions(bits=5),
        bars={
            "clinc150": nc.Gates(max_accuracy_drop=0.006, max_nfr=0.012, max_size=150_000),
            "snips": nc.Gates(max_accuracy_drop=0.005, max_size=30_000),
        },
    ),
    Setting(
        "small",
        nc.QuantizeOptions(bits=5, keep=0.3),
        nc.PhashOptions(fingerprint_bits=5),
        bars={
            "clinc150": nc.Gates(max_accuracy_drop=0.012, max_size=60_000),
            "snips": nc.Gates(max_accuracy_drop=0.005, max_size=30_000),
        },
    ),
)
MORE_SETTINGS = (
    Setting("4 bits mse", nc.QuantizeOptions(bits=4, range="mse")),
    Setting("4 bits kmeans", nc.QuantizeOptions(bits=4, method="kmeans")),
    Setting("3 bits mse", nc.QuantizeOptions(bits=3, range="mse")),
    Setting("3 bits kmeans", nc.QuantizeOptions(bits=3, method="kmeans")),
)


@dataclass(frozen=True)
class Row:
    """One model on one data set; rates are fractions, ``bars`` name bounds and outcomes."""

    data: str
    model: str
    bytes: int
    accuracy: float
    drop: float | None
    nfr: float | None
    relative_nfr: float | None
    times_smaller: float
    times_smaller_than_dense: float
    bars: tuple[str, ...]
    met: bool | None


@dataclass(frozen=True)
class Outcome:
    """All rows of a data set, and the float model's features and training time."""

    rows: tuple[Row, ...]
    features: int
    all_features: int
    train_seconds: float


def dense_bytes(examples: nc.Examples, featurizer: nc.Featurizer) -> tuple[int, int]:
    """Features of the training text and bytes of a plain one-vs-rest model over all of them.

    The strings in UTF-8 and a float32 for every feature and label.
    """
    counts = design.count_keys(featurizer.weigh, examples.texts)
    labels = len(set(examples.labels))
    return len(counts), sum(len(key.encode()) for key in counts) + 4 * labels * len(counts)


def evaluate(
    name: str,
    train: nc.Examples,
    dev: nc.Examples | None,
    test: nc.Examples,
    settings: tuple[Setting, ...] = SETTINGS,
    options: nc.TrainOptions | None = None,
) -> Outcome:
    """Train a float model, compress it in every setting and measure all on the test set."""
    begin = time.perf_counter()
    full = nc.train(train, dev, options)
    seconds = time.perf_counter() - begin
    all_features, dense = dense_bytes(train, nc.Featurizer.parse(full.features or {}))
    report = nc.evaluate(full, test)
    size = report.size_bytes
    least = FLOAT_BAR.get(name)
    met = None if least is None else report.accuracy >= least
    bars: tuple[str, ...] = (
        () if least is None else (f"accuracy >= {least:.1%}: {measure.verdict(met)}",)
    )
    plain = (report.accuracy, None, None, None, 1.0, dense / size)
    rows = [Row(name, "float", size, *plain, bars, met)]
    for setting in settings:
        small = nc.pack(nc.phash(nc.quantize(full, setting.quantize), setting.phash))
        report = nc.evaluate(small, test, full, setting.bars.get(name))
        old = report.reference
        if old is None:
            raise RuntimeError("the report lacks its comparison")
        figures = (report.accuracy, old.accuracy_drop, old.nfr, old.relative_nfr)
        ratios = (size / report.size_bytes, dense / report.size_bytes)
        bars = tuple(
            f"{gate.name} {_bound(gate.name, gate.limit)}: {measure.verdict(gate.met)}"
            for gate in report.gates
        )
        passed = report.passed if report.gates else None
        rows.append(Row(name, setting.name, report.size_bytes, *figures, *ratios, bars, passed))
    return Outcome(tuple(rows), full.tables["features"].matrix.shape[0], all_features, seconds)


def _bound(name: str, limit: float) -> str:
    if name == "max_size":
        return f"{limit / 1000:g} KB"
    return f"{100 * limit:g} points" if name == "max_accuracy_drop" else f"{100 * limit:g} %"


def cells(row: Row) -> list[str]:
    """A row of the printed table."""
    return [
        f"{row.data} {row.model}",
        f"{row.bytes:,}",
        f"{row.accuracy:.2%}",
        "" if row.drop is None else f"{100 * row.drop:+.2f}",
        "" if row.nfr is None else f"{row.nfr:.2%}",
        "" if row.relative_nfr is None else f"{row.relative_nfr:.1%}",
        f"{row.times_smaller:.1f}",
        f"{row.times_smaller_than_dense:,.0f}",
        "; ".join(row.bars),
    ]


HEADINGS = (
    "model",
    "bytes",
    "accuracy",
    "drop (points)",
    "NFR",
    "relative NFR",
    "x smaller than float",
    "x smaller than dense",
    "bar",
)


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", default=os.environ.get("NLUCOMPRESS_DATA"), metavar="DIR")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures here too")
    parser.add_argument("--all", action="store_true", help="also 3 and 4 bits, for information")
    chosen = parser.parse_args()
    if not chosen.data:
        parser.error("name the folder that holds clinc150/ and snips/: --data or NLUCOMPRESS_DATA")
    settings = SETTINGS + (MORE_SETTINGS if chosen.all else ())
    outcomes: dict[str, Outcome] = {}
    for name in DATA_SETS:
        folder = Path(chosen.data) / name
        train, dev, test = (nc.read_examples(folder / f"{p}.tsv") for p in PARTS)
        outcomes[name] = found = evaluate(name, train, dev, test, settings)
        print(
            f"{name}: {len(train):,} training and {len(test):,} test utterances; "
            f"{found.features:,} of {found.all_features:,} features; "
            f"trained in {found.train_seconds:.0f} s",
            flush=True,
        )
    rows = [row for outcome in outcomes.values() for row in outcome.rows]
    measure.show("Measured on the test sets", HEADINGS, [cells(row) for row in rows])
    intents = next(row.bytes for row in outcomes["snips"].rows if row.model == "default")
    slots = [nc.read_tagged(Path(chosen.data) / f"snips/{p}.conll") for p in PARTS]
    tags, seconds = tagging.evaluate(slots[0], slots[1], slots[2], intents)
    tagging.show(f"Slots of snips, trained in {seconds:.0f} s", tags)
    found_of = {name: dataclasses.asdict(each) for name, each in outcomes.items()}
    found_of["snips_slots"] = {"rows": [dataclasses.asdict(row) for row in tags]}
    measure.write_json(chosen.json, found_of)
    return int(False in [row.met for row in rows] + [row.met for row in tags])


if __name__ == "__main__":
    sys.exit(main())
