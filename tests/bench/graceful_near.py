"""Linear models near the weights of those they replace: `train --near` at its defaults.

    python -m tests.bench.graceful_near --data FOLDER

The old model knows half of the training data, drawn anew with each seed, the new one all. Beside
the untreated new model and the mean of both weights stands the model that `train --near OLD --dev`
makes, which takes its settings from the development set. The figures are those of the test set; a
bar is missed where near loses accuracy or takes away fewer flips than asked for. What was measured
is kept in the cache folder.
"""

from __future__ import annotations

import sys

import nlucompress as nc
from tests.bench import cells, measure, per_seed
from tests.bench.comparison_methods import Case

DATA_SETS = ("clinc150", "sst2")
CUTS = {"clinc150": 0.45, "sst2": 0.65}
OTHER_CUT = 0.4
UNTREATED, MERGED, NEAR = "new, untreated", "merge --weight 0.5", "train --near"


def figures(case: Case, part: str) -> cells.Figures:
    """Accuracy and negative flips of every way."""
    train, dev = case.examples["train"], case.examples["dev"]
    old = nc.train(per_seed.drawn(train, len(train) // 2, case.seed), dev)
    new = nc.train(train, dev)
    ways = {
        UNTREATED: new,
        MERGED: nc.merge(old, new, nc.MergeOptions(weight=0.5)),
        NEAR: nc.train_near(old, train, dev),
    }
    found: cells.Figures = {}
    for way, model in ways.items():
        report = nc.evaluate(model, case.examples[part], old)
        assert report.reference is not None
        told = model.history[-1]["figures"]
        taken = {name: told.get(name) for name in ("near_l2", "near_l1", "step")}
        found[way] = {
            part: {"accuracy": report.accuracy, "nfr": report.reference.nfr},
            "taken": taken if way == NEAR else {},
        }
    return found


def show(found: per_seed.Found) -> bool:
    """Print the table; whether near meets its bars on every data set."""
    rows, all_met = [], True
    for (name, _), seeds in found.items():
        part = next(key for key in seeds[0][UNTREATED] if key != "taken")
        base = per_seed.on_part(seeds, UNTREATED, part)
        for way in (UNTREATED, MERGED, NEAR):
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
        per_seed.main(title, "build/graceful_near", figures, show, ("linear",), data_sets=DATA_SETS)
    )
