"""Updates of linear models as overlays on the packed model: bytes, accuracy and flips.

    python -m tests.bench.graceful.overlays --data FOLDER

The old model knows half, or 95 %, of the training data, drawn anew with each seed, and is packed;
the new one knows all. An overlay holds what `train --near` changes under a strong L1 penalty. Of a
path of these the strongest is taken whose model with its overlay is, on the development set, at
most 0.3 points less accurate than the new model that was trained freely, and flips no more than
that of the weakest; where none is, the most accurate. The figures are those of the test set; beside
them stands what `zstd --patch-from` and bsdiff4 make of the two packed files, where they are
installed. What was measured is kept in the cache folder.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

import numpy as np

import nlucompress as nc
from nlucompress.format import codec
from tests.bench import cells, measure
from tests.bench.networks import per_seed
from tests.bench.networks.comparison_methods import Case

SHARES = (0.5, 0.95)  # of the data that the old model knows
L2, L1_PATH = 1e-3, (3e-5, 7e-5, 1e-4, 1.5e-4, 2e-4, 3e-4)
BITS = 5  # of the packed models
MOST_POINTS = 0.3
BARS = {0.5: 0.35, 0.95: 0.08}


def packed(model: nc.Model) -> nc.Model:
    """Quantized, hashed and packed, as from its file."""
    small = nc.pack(nc.phash(nc.quantize(model, nc.QuantizeOptions(bits=BITS))))
    return codec.parse(codec.to_bytes(small))


def told(model: nc.Model, old: nc.Model, case: Case) -> cells.Figures:
    """Accuracy and flips on both sets."""
    found: cells.Figures = {}
    for part in ("dev", "test"):
        report = nc.evaluate(model, case.examples[part], old)
        assert report.reference is not None
        found[part] = {"accuracy": report.accuracy, "nfr": report.reference.nfr}
    return found


def patches(old: bytes, new: bytes) -> dict[str, int]:
    """Bytes of what general tools make of two files, where they are installed."""
    found = {}
    with tempfile.TemporaryDirectory() as folder:
        paths = [Path(folder) / name for name in ("old", "new", "patch")]
        paths[0].write_bytes(old)
        paths[1].write_bytes(new)
        if shutil.which("zstd"):
            command = ["zstd", "-q", "-19", f"--patch-from={paths[0]}", str(paths[1])]
            subprocess.run([*command, "-o", str(paths[2])], check=True, stderr=subprocess.DEVNULL)
            found["zstd --patch-from"] = paths[2].stat().st_size
    if find_spec("bsdiff4"):
        found["bsdiff4"] = len(import_module("bsdiff4").diff(old, new))
    return found


def figures(case: Case, _: str) -> cells.Figures:
    """Of each share: the packed models, and every overlay of the path."""
    train, dev = case.examples["train"], case.examples["dev"]
    new = nc.train(train, dev)
    full = packed(new)
    found: cells.Figures = {}
    for share in SHARES:
        drawn = per_seed.drawn(train, round(len(train) * share), case.seed)
        old = packed(nc.train(drawn, dev))
        files = [codec.to_bytes(each) for each in (old, full)]
        overlays = []
        for l1 in L1_PATH:
            near = nc.train_near(old, train, None, nc.NearOptions(l2=L2, l1=l1))
            update, figures = nc.overlay_of(old, near)
            overlays.append(
                {
                    "l1": l1,
                    "bytes": codec.size(update),
                    "weights": figures["changed_weights"],
                    "near": told(near, old, case),
                    **told(nc.overlaid(old, update), old, case),
                }
            )
        found[f"{share:g}"] = {
            "bytes": len(files[1]),
            "free": told(new, old, case),
            "packed": told(full, old, case),
            "overlays": overlays,
            "patches": patches(*files),
        }
    return found


def chosen(found: cells.Figures) -> cells.Figures:
    """The overlay that the development set says."""
    least = found["free"]["dev"]["accuracy"] - MOST_POINTS / 100
    most = found["overlays"][0]["near"]["dev"]["nfr"]
    able = [
        each
        for each in found["overlays"]
        if each["dev"]["accuracy"] >= least and each["dev"]["nfr"] <= most
    ]
    if able:
        return min(able, key=lambda each: float(each["bytes"]))
    return max(found["overlays"], key=lambda each: float(each["dev"]["accuracy"]))


def show(found: per_seed.Found) -> bool:
    """Print the tables; whether the overlays meet their bars everywhere."""
    rows, all_met = [], True
    for (name, _), seeds in found.items():
        for share in SHARES:
            each = [seed[f"{share:g}"] for seed in seeds]
            taken = [chosen(one) for one in each]
            pairs = zip(each, taken, strict=True)
            ratio = float(np.mean([laid["bytes"] / whole["bytes"] for whole, laid in pairs]))
            free, full, laid, near = (
                [one["free"]["test"] for one in each],
                [one["packed"]["test"] for one in each],
                [one["test"] for one in taken],
                [one["overlays"][0]["near"]["test"] for one in each],
            )
            lost = _mean(free, "accuracy") - _mean(laid, "accuracy")
            met = (
                ratio <= BARS[share]
                and lost <= MOST_POINTS
                and _mean(laid, "nfr") <= _mean(near, "nfr")
            )
            all_met &= met
            title = f"{name}, {share:.0%} -> all: "
            size = float(np.mean([one["bytes"] for one in each]))
            rows.append(_row(title + "new, floats", None, free, ""))
            rows.append(_row(title + "new, packed", (size, 1.0), full, ""))
            rows.append(_row(title + "near, floats", None, near, ""))
            mean = float(np.mean([one["bytes"] for one in taken]))
            rows.append(_row(title + "old and overlay", (mean, ratio), laid, measure.verdict(met)))
            for tool in each[0]["patches"]:
                mean = float(np.mean([one["patches"][tool] for one in each]))
                rows.append(_row(title + tool, (mean, mean / size), full, ""))
    measure.show(
        "Overlays: bytes, and accuracy and negative flips in percent",
        ("", "bytes", "of the packed new model", "accuracy", "NFR", "bar"),
        rows,
    )
    return all_met


def _mean(figures: list[cells.Figures], name: str) -> float:
    return 100 * float(np.mean([each[name] for each in figures]))


def _row(
    title: str, size: tuple[float, float] | None, figures: list[cells.Figures], met: str
) -> list[str]:
    shown = ["", ""] if size is None else [f"{size[0]:,.0f}", f"{size[1]:.1%}"]
    return [title, *shown, f"{_mean(figures, 'accuracy'):.2f}", f"{_mean(figures, 'nfr'):.2f}", met]


if __name__ == "__main__":
    title = __doc__.split("\n")[0]
    sys.exit(
        per_seed.main(
            title, "build/graceful_overlays", figures, show, ("linear",), data_sets=("clinc150",)
        )
    )
