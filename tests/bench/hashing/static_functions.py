"""Static functions against a minimal perfect hash beside coded rows: bytes, building, looking up.

The tables are linear models of 5 bits: those of CLINC150 and SNIPS if their folder is named, and
one of made-up n-grams whose weights are drawn. Times are CPU seconds, ratios within one run.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np

import nlucompress as nc
from nlucompress.format import codec
from nlucompress.format.indexes.kinds import Strings
from nlucompress.format.matrices.kinds import Sparse, from_dense
from nlucompress.format.matrices.numbers import Linear, Partition
from nlucompress.stages.measure.inspect.account import account
from tests.bench import measure
from tests.bench.hashing.many_keys import key_chunks

LABELS, LEVELS = 50, 32
LOOKED_UP = 20_000
# Seconds of a static function by those of the other.
BARS = {"build": 3.0, "one key": 1.5, "rows": 1.3, "look up": 1.5, "predict": 1.3}
OVERHEAD = {False: 0.05, True: 0.02}  # above the bound, of few and of many keys
MANY = 1_000_000
PARTS = ("train", "dev", "test")
METHODS: tuple[Literal["grouped"], Literal["static"]] = ("grouped", "static")


@dataclass(frozen=True)
class Subject:
    """A quantized model, its keys, and texts for it."""

    model: nc.Model
    keys: list[str]
    texts: list[str]


def made_up(count: int) -> Subject:
    """Made-up n-grams with 1 to 12 weights each, codes of 5 bits around zero."""
    keys = [key.decode() for chunk in key_chunks(count) for key in chunk]
    random = np.random.default_rng(5)
    counts = np.minimum(random.geometric(0.45, count), 12)
    starts = np.concatenate(([0], np.cumsum(counts))).astype(np.int64)
    row = np.repeat(np.arange(count), counts)
    place = np.arange(len(row)) - starts[row]
    first = random.integers(0, LABELS, count)
    columns = (first[row] + 4 * place + random.integers(0, 4, len(row))) % LABELS  # all differ
    order = np.lexsort((columns, row))
    steps = np.clip(np.rint(random.laplace(0, 2.5, len(row))), -16, 15).astype(np.int64)
    steps[steps == 0] = 1
    numbers = Linear(Partition(), np.full(1, 0.125, np.float32), np.full(1, 16), LEVELS)
    narrow = columns[order].astype(np.uint16)
    matrix = Sparse(numbers, starts, narrow, (steps + 16).astype(np.uint8), LABELS)
    network = nc.Network("linear", {"link": "margin"}, {"bias": from_dense(np.zeros((1, LABELS)))})
    features = {"kind": "ngrams", "words": [1, 3], "chars": [], "weighting": "binary"}
    labels = tuple(f"label {n}" for n in range(LABELS))
    table = nc.Table(Strings.of(keys), matrix)
    return Subject(nc.Model({"features": table}, network, labels, features), keys, keys[-2000:])


def trained(folder: Path) -> Subject:
    """A model trained on a data set, with the program's defaults."""
    train, dev, test = (nc.read_examples(folder / f"{part}.tsv") for part in PARTS)
    full = nc.train(train, dev, nc.TrainOptions(words=(1, 3)))
    model = nc.quantize(full, nc.QuantizeOptions(bits=5))
    strings = model.table().strings
    return Subject(model, [] if strings is None else strings.decoded(), list(test.texts))


def actions(
    options: nc.PhashOptions, subject: Subject
) -> tuple[nc.Model, int, dict[str, Callable[[], object]]]:
    """The sealed model, its bytes, and what is timed with it."""
    sealed = nc.pack(nc.phash(subject.model, options))
    file = codec.to_bytes(sealed)
    read = codec.parse(file)
    table = read.table()
    chosen = np.random.default_rng(1).permutation(len(subject.keys))[:LOOKED_UP]
    keys = [subject.keys[at] for at in chosen.tolist()]
    found = table.find(keys)
    classifier = nc.Classifier(read)

    def one_by_one() -> None:
        slot = table.keys.slot  # type: ignore[union-attr]
        for key in keys:
            slot(key)

    return (
        sealed,
        len(file),
        {
            "build": lambda: nc.pack(nc.phash(subject.model, options)),
            "one key": one_by_one,
            "rows": lambda: table.matrix.rows(found),
            "look up": lambda: table.lookup(keys),
            "predict": lambda: classifier.scores(subject.texts),
        },
    )


def seconds(action: Callable[[], object]) -> float:
    """CPU seconds of a call."""
    begin = time.process_time()
    action()
    return time.process_time() - begin


def figures(name: str, subject: Subject, rounds: int) -> tuple[list[str], bool]:
    """A line of the table, and whether its bars were met."""
    made = {method: actions(nc.PhashOptions(method=method), subject) for method in METHODS}
    sizes = [made[method][1] for method in METHODS]
    bits = [account(made[method][0]).tables[0] for method in METHODS]
    timed = {method: made[method][2] for method in METHODS}
    above = [(each.key_bits + each.value_bits) / (each.bound_bits or 1) - 1 for each in bits]
    ratios = {}
    for what in BARS:
        spent = {method: [seconds(timed[method][what])] for method in METHODS}
        for _ in range(rounds - 1 if what != "build" else 0):
            for method in METHODS:
                spent[method].append(seconds(timed[method][what]))
        ratios[what] = statistics.median(
            ours / other for ours, other in zip(spent["static"], spent["grouped"], strict=True)
        )
    met = above[1] <= OVERHEAD[len(subject.keys) >= MANY]
    met = met and all(ratios[what] <= bar for what, bar in BARS.items())
    overhead = bits[1].overhead or 0.0
    return [
        name,
        f"{len(subject.keys):,}",
        *(f"{size:,}" for size in sizes),
        *(f"{each.key_bits + each.value_bits:.2f}" for each in bits),
        f"{bits[1].bound_bits:.2f}",
        *(f"{100 * each:+.1f} %" for each in above),
        f"{100 * overhead:.2f} %",
        *(f"{ratio:.2f}" for ratio in ratios.values()),
        measure.verdict(met),
    ], met


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, help="folder that holds clinc150/ and snips/")
    parser.add_argument("--count", type=int, default=1_700_000, help="made-up n-grams")
    parser.add_argument("--rounds", type=int, default=7)
    chosen = parser.parse_args()
    names = ("clinc150", "snips") if chosen.data else ()
    subjects = {name: trained(chosen.data / name) for name in names}
    lines = [figures(*each, chosen.rounds) for each in subjects.items()]
    lines.append(figures("made up", made_up(chosen.count), chosen.rounds))
    headings = (
        "", "keys", "bytes, grouped", "static", "bits per key, grouped", "static", "bound",
        "above it, grouped", "static", "function's own", *(f"time, {what}" for what in BARS), "",
    )  # fmt: skip
    bars = ["bars", *[""] * 9, *(f"{bar:g}" for bar in BARS.values()), ""]
    measure.show("Static functions", headings, [*(line for line, _ in lines), bars])
    return int(not all(met for _, met in lines))


if __name__ == "__main__":
    sys.exit(main())
