"""Linear models near the weights of those they replace: `train --near` at its defaults.

    python -m tests.bench.graceful.near --data FOLDER

The old model knows half of the training data, drawn anew with each seed, the new one all. Beside
the untreated new model and the mean of both weights stand what `train --near OLD` makes with
penalties that hold it near the old weights, and the model that it makes at its defaults, which
takes its step from the development set. The figures are those of the test set, or with `--part
train` of a quarter of the training data that no model knows; a bar is missed where near loses
accuracy or takes away fewer flips than asked for. What was measured is kept in the cache folder.
"""

from __future__ import annotations

import sys

import numpy as np

import nlucompress as nc
from tests.bench import cells, measure
from tests.bench.networks import per_seed
from tests.bench.networks.comparison_methods import Case

DATA_SETS = ("clinc150", "snips", "sst2")
CUTS = {"clinc150": 0.45, "sst2": 0.65}
OTHER_CUT = 0.4
UNTREATED, MERGED, NEAR = "new, untreated", "merge --weight 0.5", "train --near"
HELD = "train --near --l2 1e-3 --l1 3e-5"


def figures(case: Case, part: str) -> cells.Figures:
    """Accuracy and negative flips of every way."""
    train, dev = case.examples["train"], case.examples["dev"]
    measured = case.examples.get(part, train)
    if part == "train":
        train, measured = apart(train, case.seed)
    old = nc.train(per_seed.drawn(train, len(train) // 2, case.seed), dev)
    new = nc.train(train, dev)
    ways = {
        UNTREATED: new,
        MERGED: nc.merge(old, new, nc.MergeOptions(weight=0.5)),
        HELD: nc.train_near(old, train, None, nc.NearOptions(l2=1e-3, l1=3e-5)),
        NEAR: nc.train_near(old, train, dev),
    }
    found: cells.Figures = {}
    for way, model in ways.items():
        report = nc.evaluate(model, measured, old)
        assert report.reference is not None
        told = model.history[-1]["figures"]
        taken = {"step": told.get("step")}
        found[way] = {
            part: {"accuracy": report.accuracy, "nfr": report.reference.nfr},
            "taken": taken if way == NEAR else {},
        }
    return found


def apart(examples: nc.Examples, seed: int) -> tuple[nc.Examples, nc.Examples]:
    """Three quarters of the examples, and the other quarter."""
    order = np.random.default_rng(seed + 77).permutation(len(examples))
    cut = 3 * len(examples) // 4
    parts = [
        nc.Examples(
            tuple(examples.labels[at] for at in places), tuple(examples.texts[at] for at in places)
        )
        for places in (sorted(order[:cut].tolist()), sorted(order[cut:].tolist()))
    ]
    return parts[0], parts[1]


def show(found: per_seed.Found) -> bool:
    """Print the table; whether near meets its bars on every data set."""
    rows, all_met = [], True
    for (name, _), seeds in found.items():
        part = next(key for key in seeds[0][UNTREATED] if key != "taken")
        base = per_seed.on_part(seeds, UNTREATED, part)
        for way in (UNTREATED, MERGED, HELD, NEAR):
            accuracy, nfr = per_seed.on_part(seeds, way, part)
            gained = float((accuracy - base[0]).mean())
            cut = 1 - float(nfr.mean()) / max(float(base[1].mean()), 1e-9)
            met = None
            if way == NEAR:
                met = cut >= CUTS.get(name, OTHER_CUT) and gained >= 0
                all_met &= met
            steps = [each[way]["taken"].get("step") for each in seeds]
            rows.append(
                [
                    f"{name}: {way}",
                    " ".join(f"{step:g}" for step in steps if step is not None),
                    f"{accuracy.mean():.2f} ± {accuracy.std():.2f}",
                    f"{gained:+.2f}",
                    f"{nfr.mean():.2f} ± {nfr.std():.2f}",
                    f"{cut:.0%}",
                    measure.verdict(met),
                ]
            )
    measure.show(
        "Near the old weights: accuracy and negative flips in percent",
        ("", "steps", "accuracy", "points gained", "NFR", "cut", "bar"),
        rows,
    )
    return all_met


if __name__ == "__main__":
    title = __doc__.split("\n")[0]
    sys.exit(
        per_seed.main(
            title,
            "build/graceful_near",
            figures,
            show,
            ("linear",),
            DATA_SETS,
            ("dev", "test", "train"),
        )
    )
