"""The smallest files that `compress` finds for gates: chosen on development, told on test data.

Each row is one call of `compress`; the test set is read once, for what was chosen. Where no labels
are given the answers of the model itself are the truth: those of one half of the addresses, or of
some made-up lines, choose, those of others are told. At a risk of 50 % figures count as they are,
at 10 % their bounds for unseen examples do. A second table tells what presets cost. Exit code 1
says that a file was larger than its bar.
"""

from __future__ import annotations

import argparse
import os
import statistics
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import nlucompress as nc
from nlucompress.format import codec
from nlucompress.networks.tagger import Tagger
from nlucompress.stages.learn.train.neural import NeuralOptions, train_neural
from nlucompress.stages.shrink.compress.options import NO_MARGIN, PRESETS, Effort
from nlucompress.stages.shrink.compress.pipeline import commands
from nlucompress.stages.shrink.compress.stage import by_preset
from nlucompress.training.plan import LoopOptions
from nlucompress.training.schedules import Schedule
from tests.bench import fasttext, measure
from tests.bench.networks import comparison_methods
from tests.bench.taggers import address_features
from tests.bench.taggers import imported as taggers

RISKS = (0.5, 0.1)
ROUNDS = 3  # of the one pipeline that a search is compared with
DROP_AND_FLIPS = nc.Gates(max_accuracy_drop=0.006, max_nfr=0.012)
HEADINGS = ("set, risk", "bytes", "bar", "drop on dev", "NFR on dev", "drop on test",
            "NFR on test", "candidates", "x one pipeline", "commands")  # fmt: skip
PRESET_HEADINGS = ("set, preset", "bytes", "share", "drop on test", "NFR on test")


@dataclass(frozen=True)
class Case:
    """A model, what chooses and what tells, and the gates.

    Attributes:
        bar: Most bytes.
        effort: Of the search.
    """

    name: str
    full: nc.Model
    dev: nc.Examples | nc.Tagged
    test: nc.Examples | nc.Tagged
    gates: nc.Gates
    bar: int
    effort: Effort = "normal"

    def told(self, small: nc.Model, data: nc.Examples | nc.Tagged) -> tuple[float, float]:
        """Accuracy drop and NFR of a file."""
        evaluate: Any = nc.evaluate_tags if isinstance(data, nc.Tagged) else nc.evaluate
        found = evaluate(small, data, self.full).reference
        return found.accuracy_drop, found.nfr


@dataclass(frozen=True)
class Row:
    """What was chosen at a risk; rates are fractions, ``times`` those of one pipeline.

    Without a candidate that meets the gates there are no bytes.
    """

    name: str
    risk: float
    bytes: int | None
    bar: int
    dev: tuple[float, float] | None
    test: tuple[float, float] | None
    candidates: int
    times: float
    commands: str

    @property
    def missed(self) -> bool:
        """Whether it is larger than its bar, or there is no file."""
        return self.bytes is None or self.bytes > self.bar

    @property
    def cells(self) -> list[str]:
        """A row of the printed table."""
        rates = [f"{100 * each:.2f}" for each in (*(self.dev or ()), *(self.test or ()))]
        size = "none" if self.bytes is None else f"{self.bytes:,}"
        bar = f"<= {self.bar:,}: {measure.verdict(not self.missed)}"
        return [f"{self.name}, {self.risk:.0%}", size, bar, *(rates or [""] * 4),
                f"{self.candidates}", f"{self.times:.1f}", self.commands]  # fmt: skip


def row(case: Case, risk: float) -> Row:
    """Choose on the one part, tell on the other."""
    once = statistics.median(
        measure.timed(lambda: case.told(by_preset(case.full, "balanced")[0], case.dev))
        for _ in range(ROUNDS)
    )
    options = nc.CompressOptions(gates=case.gates, risk=risk, effort=case.effort)
    begin = time.perf_counter()
    small, report = nc.compress(case.full, case.dev, options=options)
    seconds = time.perf_counter() - begin
    best = report.nearest[0]
    own = best.references[0]
    return Row(
        case.name,
        risk,
        None if small is None else best.size_bytes,
        case.bar,
        None if small is None else (own.accuracy_drop, own.nfr),
        None if small is None else case.told(small, case.test),
        len(report.candidates),
        seconds / once,
        commands(best.steps, "-", "-") if small else f"takes {report.needed:,.0f} examples or more",
    )


def presets(case: Case) -> Iterator[list[str]]:
    """What presets cost."""
    before = codec.size(case.full)
    for name in PRESETS:
        small, _ = by_preset(case.full, name)
        size = codec.size(small)
        rates = [f"{100 * each:.2f}" for each in case.told(small, case.test)]
        yield [f"{case.name}, {name}", f"{size:,}", f"{size / before:.2%}", *rates]


def texts(folder: Path, gates: nc.Gates, bar: int) -> Case:
    """A linear model by the defaults of `train`."""
    train, dev, test = (
        nc.read_examples(folder / f"{part}.tsv") for part in ("train", "dev", "test")
    )
    return Case(folder.name, nc.train(train, dev), dev, test, gates, bar)


def network(folder: Path) -> Case:
    """A deep averaging network over a whole table of skip-gram vectors."""
    table = comparison_methods.read_table(folder / "embeddings" / "sgns_91k_x300")
    train, dev, test = (
        nc.read_examples(folder / "clinc150" / f"{part}.tsv") for part in ("train", "dev", "test")
    )
    loop = LoopOptions(epochs=10, schedule=Schedule("onecycle", 2e-3), patience=0)
    full = train_neural(train, dev, table, NeuralOptions(network="dan", hidden_size=256, loop=loop))
    gates = nc.Gates(max_accuracy_drop=0.01)
    return Case("DAN, clinc150", full, dev, test, gates, codec.size(full) // 100, "low")


def languages(folder: Path) -> Case:
    """fastText's language identifier on made-up lines, which it answers itself."""
    model = nc.import_model(folder / "models" / "fasttext_lid176" / "lid.176.ftz")
    own = nc.Classifier(model)
    data = []
    for seed in (1, 2):
        made = fasttext.lines(folder / "keys" / "wordfreq_large.tsv.gz", seed=seed)
        data.append(nc.Examples(tuple(own.predict(made)), tuple(made)))
    return Case("lid.176", model, data[0], data[1], nc.Gates(max_nfr=0.015), 470_000)


def addresses(folder: Path) -> Case:
    """The CRFsuite model, and halves of the addresses with its own tags."""
    model = nc.import_model(folder / "usaddr.crfsuite")
    halves = []
    for tune in (True, False):
        told = taggers.half(address_features.addresses(folder / "labeled.xml"), tune)
        items: Any = tuple(
            tuple([(name, 1.0) for name in token] for token in address_features.attributes(each))
            for each in told
        )
        labels = tuple(map(tuple, Tagger(model).tag(items)))
        halves.append(nc.Tagged(labels, items))
    return Case("usaddress", model, halves[0], halves[1], nc.Gates(max_nfr=0.005), 50_000)


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", default=os.environ.get("NLUCOMPRESS_DATA"), metavar="DIR")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures here too")
    parser.add_argument("--cases", nargs="+", default=list(CASES), choices=CASES)
    chosen = parser.parse_args()
    if not chosen.data:
        parser.error("name the folder that holds clinc150/, snips/ and models/: --data")
    rows: list[Row] = []
    cost: list[list[str]] = []
    for name in chosen.cases:
        case = CASES[name](Path(chosen.data))
        rows += [row(case, risk) for risk in RISKS]
        cost += presets(case)
    measure.show("The smallest files within their gates", HEADINGS, [each.cells for each in rows])
    measure.show("What presets cost", PRESET_HEADINGS, cost)
    measure.write_json(
        chosen.json, {f"{each.name}, {each.risk:.0%}": asdict(each) for each in rows}
    )
    return int(any(each.missed for each in rows if each.risk == NO_MARGIN))


CASES: dict[str, Callable[[Path], Case]] = {
    "clinc150": lambda folder: texts(folder / "clinc150", DROP_AND_FLIPS, 26_000),
    "snips": lambda folder: texts(folder / "snips", nc.Gates(max_accuracy_drop=0.005), 3_300),
    "usaddress": lambda folder: addresses(folder / "models" / "usaddress_crf"),
    "lid176": languages,
    "dan": network,
}

if __name__ == "__main__":
    sys.exit(main())
