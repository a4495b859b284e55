"""Backward-compatible representations: an update whose old classifier and old gallery go on.

    python -m tests.bench.graceful.compatible --data FOLDER

The old network is trained on every second text of the training data, the new one on all of it, with
another seed: compatible with the old one (Shen et al. 2020), and independent of it. The old
classifier reads the representations of each; the queries, those of the test set, are asked in the
gallery of all training texts that the old network has embedded. Settings were chosen on the
development set with other seeds. What was measured is kept in the cache folder.
"""

from __future__ import annotations

import sys
from dataclasses import asdict, replace

import numpy as np

import nlucompress as nc
from nlucompress.stages.learn.train.neural import NeuralOptions, train_neural
from nlucompress.stages.measure.evaluate.retrieval import retrieve
from nlucompress.stages.measure.evaluate.retrieval_report import RetrievalReport
from tests.bench import cells, measure
from tests.bench.networks import per_seed
from tests.bench.networks.comparison_methods import HIDDEN, Case

NEW_SEED = 1000  # added to a seed for the new network


def _trained(case: Case, examples: nc.Examples, seed: int, old: nc.Model | None) -> nc.Model:
    loop = replace(case.loop(case.budget[0], case.rates[0]), seed=seed)
    options = NeuralOptions(
        network=case.network,  # type: ignore[arg-type]
        hidden_size=HIDDEN[case.network],
        loop=loop,
    )
    return train_neural(examples, case.examples["dev"], case.table, options, compatible_with=old)


def figures(case: Case, part: str) -> cells.Figures:
    """What an update does with and without compatible training, on dev or test."""
    train, asked = case.examples["train"], case.examples[part]
    half = nc.Examples(train.labels[::2], train.texts[::2])
    old = _trained(case, half, case.seed, None)
    alone = _trained(case, train, case.seed + NEW_SEED, None)
    new = _trained(case, train, case.seed + NEW_SEED, old)

    def told(report: RetrievalReport) -> cells.Figures:
        assert report.head is not None
        return {"head": asdict(report.head), "gain": report.update_gain} | {
            name: getattr(report, name).top1 for name in ("old", "cross", "new")
        }

    return {
        "compatible": told(retrieve(old, new, asked, train, alone)),
        "independent": told(retrieve(old, alone, asked, train)),
        "accuracy": {
            name: nc.evaluate(model, asked).accuracy
            for name, model in (("compatible", new), ("independent", alone))
        },
    }


def show(found: per_seed.Found) -> bool:
    """Print the tables; whether the bar is met everywhere."""

    def text(values: list[float]) -> str:
        return f"{100 * np.mean(values):.2f} ± {100 * np.std(values):.2f}"

    heads, galleries, statements, all_met = [], [], [], True
    for (name, network), seeds in found.items():
        where = f"{name}, {network}"
        own = [each["compatible"] for each in seeds]
        other = [each["independent"] for each in seeds]
        old, cross = [each["head"]["old"] for each in own], [each["head"]["cross"] for each in own]
        alone = [each["head"]["cross"] for each in other]
        accuracy = [[each["accuracy"][n] for each in seeds] for n in ("compatible", "independent")]
        heads.append([where, *map(text, (old, cross, alone, *accuracy))])
        gains = [each["gain"] for each in own if each["gain"] is not None]
        gain = f"{100 * np.mean(gains):.0f} %" if len(gains) == len(own) else "undefined"
        columns = [[each[n] for each in own] for n in ("old", "cross")]
        columns += [[each["cross"] for each in other], [each["new"] for each in other]]
        galleries.append([where, *map(text, columns), gain])
        met = bool(np.mean(cross) >= np.mean(old))
        all_met &= met
        apart = f"{100 * (np.mean(cross) - np.mean(old)):+.2f} points"
        statements.append([where, apart, measure.verdict(met)])
    measure.show(
        "Accuracy in percent: the old classifier, and each new one's own",
        (
            "old classifier reads",
            "old",
            "compatible",
            "independent",
            "own: compatible",
            "independent",
        ),
        heads,
    )
    measure.show(
        "Top-1 in percent in the old gallery, and of the independent one in its own",
        ("queries of", "old", "compatible", "independent", "independent, own", "update gain"),
        galleries,
    )
    heading = ("the old classifier on compatible ones", "against its own", "at least as accurate")
    measure.show("Statements", heading, statements)
    return all_met


if __name__ == "__main__":
    title = __doc__.split("\n")[0]
    sys.exit(per_seed.main(title, "build/graceful_compatible", figures, show))
