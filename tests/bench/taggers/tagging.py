"""Figures of taggers: F1 of spans, flips and bytes of a compressed field on real data."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass

import nlucompress as nc
from tests.bench import measure

FLOAT_F1 = 0.92  # least span F1 of the model that is compressed
BOTH_BYTES = 250_000  # most bytes of a data set's tagger and its intents together
TENSORS = ("transitions",)
SETTINGS = {
    "5 bits": nc.QuantizeOptions(bits=5, tensors=TENSORS),
    "4 bits": nc.QuantizeOptions(bits=4, tensors=TENSORS),
}
HEADINGS = (
    "tagger",
    "bytes",
    "span F1",
    "drop (points)",
    "token accuracy",
    "NFR tokens",
    "NFR sentences",
    "x smaller than float",
    "bar",
)


@dataclass(frozen=True)
class TagRow:
    """One tagger on one data set; rates are fractions, ``met`` whether its bar was."""

    model: str
    bytes: int
    span_f1: float
    span_f1_drop: float | None
    accuracy: float
    nfr: float | None
    sentence_nfr: float | None
    times_smaller: float
    bar: str
    met: bool | None


def evaluate(
    train: nc.Tagged,
    dev: nc.Tagged | None,
    test: nc.Tagged,
    intent_bytes: int,
    options: nc.CrfOptions | None = None,
) -> tuple[list[TagRow], float]:
    """Rows of the float model and of every setting, and the seconds that the training took.

    ``intent_bytes`` is the size of the same data's intent model, which ships beside the tagger.
    """
    begin = time.perf_counter()
    full = nc.train_crf(train, dev, options)
    seconds = time.perf_counter() - begin
    report = nc.evaluate_tags(full, test)
    size, f1, met = report.size_bytes, report.spans.f1, report.spans.f1 >= FLOAT_F1
    bar = f"span F1 >= {FLOAT_F1:.0%}: {measure.verdict(met)}"
    rows = [TagRow("float", size, f1, None, report.accuracy, None, None, 1.0, bar, met)]
    for name, quantize in SETTINGS.items():
        small = nc.pack(nc.phash(nc.quantize(full, quantize)))
        report = nc.evaluate_tags(small, test, full)
        old = report.reference
        if old is None:
            raise RuntimeError("the report lacks its comparison")
        met = report.size_bytes + intent_bytes <= BOTH_BYTES
        bar = f"with intents {BOTH_BYTES / 1000:g} KB: {measure.verdict(met)}"
        figures = (report.spans.f1, old.span_f1_drop, report.accuracy, old.nfr, old.sentence_nfr)
        ratio = size / report.size_bytes
        rows.append(TagRow(name, report.size_bytes, *figures, ratio, bar, met))
    return rows, seconds


def cells(row: TagRow) -> list[str]:
    """A row of the printed table."""
    return [
        row.model,
        f"{row.bytes:,}",
        f"{row.span_f1:.2%}",
        "" if row.span_f1_drop is None else f"{100 * row.span_f1_drop:+.2f}",
        f"{row.accuracy:.2%}",
        "" if row.nfr is None else f"{row.nfr:.2%}",
        "" if row.sentence_nfr is None else f"{row.sentence_nfr:.2%}",
        f"{row.times_smaller:.1f}",
        row.bar,
    ]


def show(title: str, rows: Sequence[TagRow]) -> None:
    """Print a table of taggers."""
    measure.show(title, HEADINGS, [cells(row) for row in rows])
