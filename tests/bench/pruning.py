"""Which rule drops weights best: loss on the development sets at equal bytes.

Loss is the accuracy drop plus the negative flips, in points, averaged over four roundings. The rule
that `quantize` uses by default was chosen by this table; the test sets are not read.
"""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

import numpy as np

import nlucompress as nc
from nlucompress.format import codec
from nlucompress.stages.shrink.compress.measures import measure_of
from tests.bench import measure

ROUNDINGS = (
    nc.QuantizeOptions(bits=5),
    nc.QuantizeOptions(bits=5, range="mse"),
    nc.QuantizeOptions(bits=4, range="mse"),
    nc.QuantizeOptions(bits=3, range="mse"),
)
RULES = {
    "every weight alone": {"key_bits": 0.0},
    "per bit, keys of 11 bits": {"key_bits": 11.0},
    "per bit, keys of 18 bits": {"key_bits": 18.0},
    "per bit, without counts": {"key_bits": 11.0, "importance": 0.0},
    "per bit, count ^ 0.5": {"key_bits": 11.0, "importance": 0.5},
}
SETS = {
    "clinc150": ((0.5, 0.42, 0.35, 0.3, 0.25, 0.21, 0.175, 0.15, 0.125), (24, 28, 32, 36, 40)),
    "snips": ((0.35, 0.25, 0.175, 0.125, 0.09, 0.07, 0.055, 0.045), (2.5, 3, 3.5, 4, 4.5)),
}


def losses(folder: Path, name: str) -> dict[str, list[float]]:
    """Loss in points by rule, at each size of the set."""
    train, dev = (nc.read_examples(folder / name / f"{part}.tsv") for part in ("train", "dev"))
    full = nc.train(train, dev)
    measured = measure_of(full, dev)
    truth = np.array([full.labels.index(label) for label in dev.labels])
    before = np.array([full.labels.index(each) for each in nc.Classifier(full).predict(dev.texts)])
    was_right = before == truth
    shares, kilobytes = SETS[name]
    found = {}
    for rule, options in RULES.items():
        curves = []
        for rounding in ROUNDINGS:
            points = []
            for share in shares:
                chosen = {**vars(rounding), **options, "keep": share}
                hashed = nc.phash(
                    nc.quantize(full, nc.QuantizeOptions(**chosen)),
                    nc.PhashOptions(fingerprint_bits=6),
                )
                file = codec.to_bytes(nc.pack(hashed))
                right = measured.answers(hashed, file) == truth
                flips = float((was_right & ~right).mean())
                loss = flips + float(was_right.mean() - right.mean())
                points.append((len(file), 100 * loss))
            sizes, lost = zip(*sorted(points), strict=True)
            at = np.log(np.array(kilobytes) * 1000)
            curves.append(np.interp(at, np.log(sizes), lost))
        found[rule] = np.mean(curves, axis=0).tolist()
    return found


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", default=os.environ.get("NLUCOMPRESS_DATA"), metavar="DIR")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures here too")
    chosen = parser.parse_args()
    if not chosen.data:
        parser.error("name the folder that holds clinc150/ and snips/: --data or NLUCOMPRESS_DATA")
    figures = {}
    for name, (_, kilobytes) in SETS.items():
        figures[name] = losses(Path(chosen.data), name)
        rows = [[rule, *(f"{each:.2f}" for each in lost)] for rule, lost in figures[name].items()]
        headings = [f"{name}, loss at", *(f"{each:g} KB" for each in kilobytes)]
        measure.show("Accuracy drop plus NFR on the development set, points", headings, rows)
    measure.write_json(chosen.json, figures)
    return 0


if __name__ == "__main__":
    sys.exit(main())
