"""The smallest files that `compress` finds for gates: chosen on development, told on test data.

Each row is one call of `compress`; the test set is read once, for what was chosen. Of the
addresses the tags of the model itself are the truth: those of one half choose, those of the other
are told. Exit code 1 says that a file was larger than its bar.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import nlucompress as nc
from nlucompress.networks.tagger import Tagger
from nlucompress.stages.shrink.compress.pipeline import commands
from tests.bench import measure
from tests.bench.taggers import address_features
from tests.bench.taggers import imported as taggers

RISKS = (0.5, 0.1)
TEXTS = {
    "clinc150": (nc.Gates(max_accuracy_drop=0.006, max_nfr=0.012), 26_000),
    "snips": (nc.Gates(max_accuracy_drop=0.005), 3_300),
}
ADDRESSES = (nc.Gates(max_nfr=0.005), 50_000)
HEADINGS = ("set, risk", "bytes", "bar", "drop on dev", "NFR on dev", "drop on test",
            "NFR on test", "candidates", "x one pipeline", "commands")  # fmt: skip


@dataclass(frozen=True)
class Row:
    """What was chosen for a set at a risk; rates are fractions, ``times`` those of one pipeline."""

    name: str
    bytes: int
    bar: int
    dev: tuple[float, float]
    test: tuple[float, float]
    candidates: int
    times: float
    commands: str

    @property
    def cells(self) -> list[str]:
        """A row of the printed table."""
        rates = [f"{100 * each:.2f}" for each in (*self.dev, *self.test)]
        bar = f"<= {self.bar:,}: {measure.verdict(self.bytes <= self.bar)}"
        return [self.name, f"{self.bytes:,}", bar, *rates, f"{self.candidates}",
                f"{self.times:.1f}", self.commands]  # fmt: skip


def row(
    name: str, full: nc.Model, parts: tuple[Any, Any], gates: nc.Gates, bar: int, risk: float
) -> Row:
    """Choose on the first part, tell on the second."""
    dev, test = parts
    evaluate: Any = nc.evaluate_tags if isinstance(dev, nc.Tagged) else nc.evaluate
    once = measure.timed(
        lambda: evaluate(
            nc.pack(nc.phash(nc.quantize(full, nc.QuantizeOptions(bits=5)))), dev, full
        )
    )
    begin = time.perf_counter()
    small, report = nc.compress(full, dev, options=nc.CompressOptions(gates=gates, risk=risk))
    seconds = time.perf_counter() - begin
    best = report.nearest[0]
    if small is None:
        raise RuntimeError(f"{name}: no candidate meets the gates")
    told = evaluate(small, test, full).reference
    chosen = best.references[0]
    return Row(
        f"{name}, {risk:.0%}",
        best.size_bytes,
        bar,
        (chosen.accuracy_drop, chosen.nfr),
        (told.accuracy_drop, told.nfr),
        len(report.candidates),
        seconds / once,
        commands(best.steps, "-", "-"),
    )


def addresses(folder: Path) -> tuple[nc.Model, tuple[nc.Tagged, nc.Tagged]]:
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
    return model, (halves[0], halves[1])


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", default=os.environ.get("NLUCOMPRESS_DATA"), metavar="DIR")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures here too")
    chosen = parser.parse_args()
    if not chosen.data:
        parser.error("name the folder that holds clinc150/, snips/ and models/: --data")
    folder, rows = Path(chosen.data), []
    for name, (gates, bar) in TEXTS.items():
        train, dev, test = (
            nc.read_examples(folder / name / f"{part}.tsv") for part in ("train", "dev", "test")
        )
        full = nc.train(train, dev)
        rows += [row(name, full, (dev, test), gates, bar, risk) for risk in RISKS]
    model, halves = addresses(folder / "models" / "usaddress_crf")
    rows += [row("usaddress", model, halves, *ADDRESSES, risk) for risk in RISKS]
    measure.show("The smallest files within their gates", HEADINGS, [each.cells for each in rows])
    measure.write_json(chosen.json, {each.name: asdict(each) for each in rows})
    return int(any(each.bytes > each.bar for each in rows if each.name.endswith("50%")))


if __name__ == "__main__":
    sys.exit(main())
