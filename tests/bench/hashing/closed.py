"""Closed tables of n-grams and shorter fingerprints, against open ones: accidents, flips, bytes.

Which unseen n-grams pass is chance, and one of a common word makes many flips: every figure is the
mean over several draws, in each of which every word of keys and texts ends with another letter, so
that all hashes differ and nothing else. Flips are counted against the same quantized model with its
strings, which has no accidents.

The fewest bits of a closed table are chosen on the development set: those with no more negative
flips than 8 bits of an open one (8 if there are none). The test set is measured once, with what
was chosen and with 4 bits.
"""

from __future__ import annotations

import argparse
import os
import time
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

import nlucompress as nc
from nlucompress.format import codec
from nlucompress.format.indexes.kinds import Strings
from nlucompress.format.names import FEATURES
from nlucompress.networks.linear import closure
from nlucompress.networks.linear.featurizer import words
from tests.bench import measure

DATA_SETS = ("clinc150", "snips", "sst2")
DRAWS = "abcdefgh"  # the letters
OPEN_BITS = 8
BITS = (8, 7, 6, 5, 4, 3)
ROUNDS = 9

HEADINGS = ("table", "bytes", "accuracy", "NFR", "passing per text", "look-ups per text")


@dataclass(frozen=True)
class Draw:
    """A model with its strings and examples, every word of which ends with some letter.

    Attributes:
        keys: The n-grams of all texts; ``known`` of them, ``grams`` in how many texts they are.
    """

    strings: nc.Model
    examples: nc.Examples
    keys: list[str]
    known: NDArray[np.bool_]
    times: NDArray[np.int64]

    @property
    def most(self) -> int:
        """N-grams of all texts, each as often as it is in one."""
        return int(self.times.sum())


@dataclass(frozen=True)
class Outcome:
    """What a table does: mean bytes, accuracy, flips, and per text accidents and look-ups."""

    bytes: float
    accuracy: float
    nfr: float
    passing: float
    asked: float


def drawn(model: nc.Model, examples: nc.Examples, letter: str) -> Draw:
    """The same with other words."""
    table = model.tables[FEATURES]
    assert table.strings is not None
    renamed = Strings.of(
        " ".join(word + letter for word in key.split(" ")) for key in table.strings.decoded()
    )
    texts = tuple(" ".join(word + letter for word in words(text)) for text in examples.texts)
    changed = model.with_tables({FEATURES: nc.Table(renamed, table.matrix)})
    featurizer = nc.Featurizer.parse(model.features or {})
    keys, times = np.unique(
        np.array([key for text in texts for key in featurizer(text)], object), return_counts=True
    )
    known = changed.tables[FEATURES].find(keys.tolist()) >= 0
    return Draw(changed, nc.Examples(examples.labels, texts), keys.tolist(), known, times)


def hashed(model: nc.Model, bits: int, closed: bool) -> nc.Model:
    """The packed model."""
    return nc.pack(nc.phash(model, nc.PhashOptions(fingerprint_bits=bits, closed=closed)))


def outcome(draws: Sequence[Draw], bits: int, closed: bool) -> Outcome:
    """Mean figures of a table."""
    found = [_outcome(draw, hashed(draw.strings, bits, closed), closed) for draw in draws]
    return Outcome(*np.mean([tuple(vars(each).values()) for each in found], axis=0).tolist())


def _outcome(draw: Draw, packed: nc.Model, closed: bool) -> Outcome:
    report = nc.evaluate(packed, draw.examples, draw.strings)
    assert report.reference is not None
    table = packed.tables[FEATURES]
    rows = closure.find(table, packed.features, draw.keys)
    passing = (rows >= 0) & ~draw.known
    # Keys that were added have no weights and do no harm.
    passing[passing] = table.matrix.rows(rows[passing]).any(axis=1)
    asked = draw.most
    if closed:
        parts = closure.Parts(nc.Featurizer.parse(packed.features or {}))
        taken = {key for key, row in zip(draw.keys, rows.tolist(), strict=True) if row >= 0}
        looked = [all(part in taken for part in parts.of(key)) for key in draw.keys]
        asked = int(draw.times[looked].sum())
    size = len(draw.examples.texts)
    harm = int(draw.times[passing].sum())
    figures = (report.accuracy, report.reference.nfr, harm / size, asked / size)
    return Outcome(codec.size(packed), *figures)


def cells(name: str, found: Outcome) -> list[str]:
    """A row of the printed table."""
    return [
        name,
        f"{found.bytes:,.0f}",
        f"{found.accuracy:.2%}",
        f"{found.nfr:.3%}",
        f"{found.passing:.3f}",
        f"{found.asked:.1f}",
    ]


def title(bits: int, closed: bool) -> str:
    """What a table is called."""
    return f"{'closed' if closed else 'open'}, {bits} bits"


def seconds_ratio(draw: Draw, bits: int) -> float:
    """Seconds that a closed table takes for all texts, by those of an open one."""
    actions = {}
    for name, closed in (("closed", True), ("open", False)):
        classifier = nc.Classifier(hashed(draw.strings, bits, closed))
        scores = partial(classifier.scores, draw.examples.texts)
        actions[name] = partial(measure.timed, scores)
    return measure.median_ratio(measure.alternate(actions, ROUNDS), "closed", "open")


def evaluate(
    name: str, folder: Path, letters: str = DRAWS, options: nc.TrainOptions | None = None
) -> dict[str, Outcome]:
    """Choose on the development set of a data set, print, and measure the test set."""
    train, dev, test = (nc.read_examples(folder / f"{p}.tsv") for p in ("train", "dev", "test"))
    begin = time.perf_counter()
    strings = nc.quantize(nc.train(train, dev, options), nc.QuantizeOptions(bits=5))
    seconds = time.perf_counter() - begin
    on_dev = [drawn(strings, dev, letter) for letter in letters]
    on_test = [drawn(strings, test, letter) for letter in letters]
    _describe(f"{name}: trained in {seconds:.0f} s", on_test[0])
    tried = {
        (bits, closed): outcome(on_dev, bits, closed) for closed in (False, True) for bits in BITS
    }
    rows = [cells(title(*each), found) for each, found in tried.items()]
    measure.show(f"{name}, development set", HEADINGS, rows)
    bound = tried[OPEN_BITS, False].nfr
    able = [bits for bits in BITS if tried[bits, True].nfr <= bound]
    chosen = min(able, default=OPEN_BITS)
    ratio = seconds_ratio(on_dev[0], OPEN_BITS)
    print(f"\nchosen: {chosen} bits of a closed table; scoring takes {ratio:.2f} of the time")
    reported = [
        (bits, closed) for bits in sorted({OPEN_BITS, chosen, 4}) for closed in (False, True)
    ]
    final = {title(*each): outcome(on_test, *each) for each in reported}
    rows = [cells(each, found) for each, found in final.items()]
    measure.show(f"{name}, test set", HEADINGS, rows)
    return final


def _describe(begin: str, draw: Draw) -> None:
    """Print how many n-grams are unseen, and how many of these a part refuses."""
    parts = closure.Parts(nc.Featurizer.parse(draw.strings.features or {}))
    known = {key for key, is_in in zip(draw.keys, draw.known.tolist(), strict=True) if is_in}
    refused = [any(part not in known for part in parts.of(key)) for key in draw.keys]
    unseen = int(draw.times[~draw.known].sum())
    by_part = int(draw.times[~draw.known & np.array(refused)].sum())
    table = draw.strings.tables[FEATURES]
    assert table.strings is not None
    added = len(parts.missing(table.strings.decoded()))
    scores = np.sort(nc.Classifier(draw.strings).scores(draw.examples.texts), axis=1)
    print(
        f"\n{begin}; {len(table.keys):,} keys, {added:,} parts added; of the test texts' n-grams "
        f"{unseen / draw.most:.1%} are unseen, of these {by_part / max(unseen, 1):.1%} have a part "
        f"that is not a key; median margin {np.median(scores[:, -1] - scores[:, -2]):.3f}",
        flush=True,
    )


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", default=os.environ.get("NLUCOMPRESS_DATA"), metavar="DIR")
    parser.add_argument("--only", action="append", choices=DATA_SETS, help="this data set")
    chosen = parser.parse_args()
    if not chosen.data:
        parser.error("name the folder that holds the data sets: --data or NLUCOMPRESS_DATA")
    for name in chosen.only or DATA_SETS:
        evaluate(name, Path(chosen.data) / name)


if __name__ == "__main__":
    main()
