"""Ensembles against negative flips: of networks themselves, and of networks trained near them.

    python -m tests.bench.graceful_ensembles --data FOLDER

Old networks learn half of the data, which is drawn anew with each seed, new ones all of it. What a
pair of networks disagrees on by chance, the means of several members' scores do not (Yan et al.
2021); a single network trained on near such a mean, where a margin is free, comes close to it
(ELODI, Zhao et al. 2022). Of its strengths the one is taken whose new network flips least on the
development set at no more than 0.3 points below the single one; the figures are of the test set.
What was measured is kept in the cache folder.
"""

from __future__ import annotations

import sys

import numpy as np

import nlucompress as nc
from nlucompress.algo import metrics
from nlucompress.stages.finetune import FinetuneOptions, finetune
from nlucompress.stages.teaching import LinearFinetuneOptions
from tests.bench import cells, measure, per_seed
from tests.bench.comparison_methods import Case
from tests.bench.graceful_update import MOST_POINTS, NEW_SEED, trained

MEMBERS = 3
STRENGTHS = (0.01, 0.1)
MARGIN = 0.5
SINGLE, ENSEMBLE, ELODI = "single", "ensemble", "ELODI"

Answers = dict[str, tuple[str, ...]]  # of dev and test


def _near(case: Case, members: list[nc.Model], examples: nc.Examples, strength: float) -> nc.Model:
    """The first member, trained on near the mean of all."""
    teaching = LinearFinetuneOptions(distill="margin", lambda_=strength, margin=MARGIN)
    options = FinetuneOptions(teaching, case.loop(case.budget[1], case.rates[1]))
    return finetune(members[0], examples, None, members, options)


def _answers(case: Case, models: list[nc.Model]) -> Answers:
    """Labels of the best mean score, on dev and test."""
    found = {}
    for part in ("dev", "test"):
        texts = case.examples[part].texts
        scores = np.mean([nc.Classifier(model).scores(texts) for model in models], axis=0)
        found[part] = tuple(models[0].labels[at] for at in scores.argmax(axis=1).tolist())
    return found


def figures(case: Case, _: str) -> cells.Figures:
    """Accuracy and flips of every pair of an old and a new way, on dev and test."""
    train = case.examples["train"]
    half = per_seed.drawn(train, len(train) // 2, case.seed)
    seeds = [case.seed + 10 * member for member in range(MEMBERS)]
    old = [trained(case, half, seed) for seed in seeds]
    new = [trained(case, train, seed + NEW_SEED) for seed in seeds]
    before = {SINGLE: _answers(case, old[:1]), ENSEMBLE: _answers(case, old)}
    after = {SINGLE: _answers(case, new[:1]), ENSEMBLE: _answers(case, new)}
    for strength in STRENGTHS:
        name = f"{ELODI}/{strength:g}"
        before[name] = _answers(case, [_near(case, old, half, strength)])
        after[name] = _answers(case, [_near(case, new, train, strength)])

    def told(first: Answers, second: Answers) -> cells.Figures:
        found = {}
        for part in ("dev", "test"):
            truth = case.examples[part].labels
            flips = metrics.flips(truth, first[part], second[part])
            right = np.mean([a == b for a, b in zip(truth, second[part], strict=True)])
            found[part] = {"accuracy": float(right), "nfr": flips.nfr}
        return found

    pairs = [(name, name) for name in after] + [(SINGLE, name) for name in after if name != SINGLE]
    return {f"{first} -> {name}": told(before[first], after[name]) for first, name in pairs}


def chosen(seeds: list[cells.Figures]) -> str:
    """The name of ELODI's strength that does best on the development set."""

    def mean(key: str, name: str) -> float:
        return float(np.mean([each[key]["dev"][name] for each in seeds]))

    least = mean(f"{SINGLE} -> {SINGLE}", "accuracy") - MOST_POINTS / 100

    def rank(name: str) -> tuple[bool, float]:
        key = f"{SINGLE} -> {name}"
        return mean(key, "accuracy") < least, mean(key, "nfr")

    return min((f"{ELODI}/{strength:g}" for strength in STRENGTHS), key=rank)


def show(found: per_seed.Found) -> bool:
    """Print the table, which has no bar."""
    rows = []
    for pair, seeds in found.items():
        best = chosen(seeds)
        keys = [f"{name} -> {name}" for name in (SINGLE, ENSEMBLE, best)]
        keys += [f"{SINGLE} -> {name}" for name in (ENSEMBLE, best)]
        base = max(float(np.mean([100 * each[keys[0]]["test"]["nfr"] for each in seeds])), 1e-9)
        for key in keys:
            accuracy, nfr = (
                np.array([100 * each[key]["test"][name] for each in seeds])
                for name in ("accuracy", "nfr")
            )
            rows.append(
                [
                    f"{', '.join(pair)}: {key}",
                    f"{accuracy.mean():.2f} ± {accuracy.std():.2f}",
                    f"{nfr.mean():.2f} ± {nfr.std():.2f}",
                    f"{1 - float(nfr.mean()) / base:.0%}",
                ]
            )
    title = f"Ensembles of {MEMBERS}: accuracy of the new one and negative flips in percent"
    measure.show(title, ("old -> new", "accuracy", "NFR", "cut"), rows)
    return True


if __name__ == "__main__":
    sys.exit(per_seed.main(__doc__.split("\n")[0], "build/graceful_ensembles", figures, show))
