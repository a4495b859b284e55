"""Ensembles against negative flips: of networks themselves, and of networks trained near them.

    python -m tests.bench.graceful.ensembles --data FOLDER

Old networks learn half of the data, which is drawn anew with each seed, new ones all of it. What a
pair of networks disagrees on by chance, the means of several members' scores do not (Yan et al.
2021); a single network trained on near such a mean, where a margin is free, comes close to it
(ELODI, Zhao et al. 2022). Of its strengths the one is taken that flips least on the development set
at no more than 0.3 points below the single one; the figures are of the test set.
What was measured is kept in the cache folder.
"""

from __future__ import annotations

import sys

import numpy as np

import nlucompress as nc
from nlucompress.algo import metrics
from nlucompress.stages.learn.finetune.stage import FinetuneOptions, finetune
from nlucompress.stages.learn.finetune.teaching import LinearFinetuneOptions
from tests.bench import cells, measure
from tests.bench.graceful.update import MOST_POINTS, NEW_SEED, trained
from tests.bench.networks import per_seed
from tests.bench.networks.comparison_methods import Case

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

    def told(first: Answers, second: Answers) -> cells.Figures:
        found = {}
        for part in ("dev", "test"):
            truth = case.examples[part].labels
            flips = metrics.flips(truth, first[part], second[part])
            right = np.mean([a == b for a, b in zip(truth, second[part], strict=True)])
            found[part] = {"accuracy": float(right), "nfr": flips.nfr}
        return found

    found = {
        f"{first} -> {second}/0": told(before[first], after[second])
        for first, second in ((SINGLE, SINGLE), (ENSEMBLE, ENSEMBLE), (SINGLE, ENSEMBLE))
    }
    for strength in STRENGTHS:
        first, second = (
            _answers(case, [_near(case, members, examples, strength)])
            for members, examples in ((old, half), (new, train))
        )
        found[f"{ELODI} -> {ELODI}/{strength:g}"] = told(first, second)
        found[f"{SINGLE} -> {ELODI}/{strength:g}"] = told(before[SINGLE], second)
    return found


def show(found: per_seed.Found) -> bool:
    """Print the table, which has no bar."""
    rows = []
    for pair, seeds in found.items():
        base = f"{SINGLE} -> {SINGLE}/0"
        alone = max(float(per_seed.on_test(seeds, base)[1].mean()), 1e-9)
        for key in per_seed.fewest_flips(seeds, base, MOST_POINTS).values():
            accuracy, nfr = per_seed.on_test(seeds, key)
            rows.append(
                [
                    f"{', '.join(pair)}: {key.removesuffix('/0')}",
                    f"{accuracy.mean():.2f} ± {accuracy.std():.2f}",
                    f"{nfr.mean():.2f} ± {nfr.std():.2f}",
                    f"{1 - float(nfr.mean()) / alone:.0%}",
                ]
            )
    title = f"Ensembles of {MEMBERS}: accuracy of the new one and negative flips in percent"
    measure.show(title, ("old -> new", "accuracy", "NFR", "cut"), rows)
    return True


if __name__ == "__main__":
    sys.exit(per_seed.main(__doc__.split("\n")[0], "build/graceful_ensembles", figures, show))
