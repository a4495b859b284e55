"""train --network crf: tagged sentences to a conditional random field."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from nlucompress.algo.spans import span_figures
from nlucompress.data.tagged import Tagged
from nlucompress.errors import DataError
from nlucompress.format.indexes.kinds import Strings
from nlucompress.format.matrices import kinds as matrices
from nlucompress.format.model import Model, Network, Table
from nlucompress.format.names import FEATURES
from nlucompress.networks.crf import network as crf_network
from nlucompress.networks.crf.attributes import KIND, TokenFeatures
from nlucompress.networks.crf.template import LIMITS, TokenTemplate
from nlucompress.networks.crf.token_features import token_features
from nlucompress.options import Options, option
from nlucompress.progress import Progress
from nlucompress.stages.history import with_record
from nlucompress.training import design
from nlucompress.training.crf import fit as crf
from nlucompress.training.crf.fit import Problem, Weights

STRENGTHS = (3e-6, 1e-6)  # of L1, tried on the development set, the sparser model first
ACCEPTED_LOSS = 0.003  # span F1 on dev that a sparser model may cost
CHECK_EVERY = 10  # iterations between two looks at the development set
PATIENCE = 3  # such looks without improvement before the training ends


def within(name: str) -> dict[str, int]:
    """The bounds of a number of the template, as rules of an option."""
    least, most = LIMITS[name]
    return {"least": least, "most": most}


@dataclass(frozen=True)
class CrfOptions(Options):
    """Options of ``train --network crf``."""

    title = "Taggers"

    attributes: bool = option(
        False, "The data are lines of `tag<TAB>attribute<TAB>...`, not words: no template is used"
    )
    affixes: int = option(
        TokenTemplate.affixes, "Longest prefix and suffix of a word", **within("affixes")
    )
    window: int = option(
        TokenTemplate.window, "Neighbouring words to each side", **within("window")
    )
    grams: int = option(TokenTemplate.grams, "Longest run of words", **within("grams"))
    l2: float = option(1e-6, "Strength of the L2 penalty", least=0)
    l1: float | None = option(
        None, "Strength of the L1 penalty", kind=float, least=0, absent="by --dev, or 1e-6"
    )
    min_count: int = option(1, "Leave out attributes of fewer training tokens", least=1)
    iterations: int = option(150, "Steps of the optimizer at most", least=1)


def train_crf(
    tagged: Tagged,
    dev: Tagged | None = None,
    options: CrfOptions | None = None,
    progress: Progress | None = None,
) -> Model:
    """Train a tagger.

    Args:
        tagged: Training data, at least two labels.
        dev: Development data: chooses the strength of L1 and ends the training early.
        options: See CrfOptions.
        progress: Called with what is done and the share of it that is.

    Raises:
        DataError: The data do not suffice.
        UsageError: The options are out of range.
    """
    options = options or CrfOptions()
    description = _features(options)
    read = token_features(description)
    labels = tuple(sorted({label for sentence in tagged.labels for label in sentence}))
    if not 2 <= len(labels) <= crf_network.MAX_LABELS:
        raise DataError(
            f"training needs 2 to {crf_network.MAX_LABELS:,} labels, found {len(labels):,}"
        )
    sentences = [read(sentence) for sentence in tagged.sentences]
    counts = Counter(
        name for tokens in sentences for token in tokens for name in {pair[0] for pair in token}
    )
    keys = sorted(name for name, count in counts.items() if count >= options.min_count)
    if not keys:
        raise DataError("no attribute occurs often enough; lower --min-count or give more text")
    columns = {key: column for column, key in enumerate(keys)}
    problem = design.token_problem(sentences, tagged, columns, labels)
    held_out = None if dev is None else _held_out(dev, read, columns, labels)
    fitted, figures = _choose(problem, held_out, labels, options, progress)
    kept = np.flatnonzero(fitted.matrix.any(axis=1))
    table = Table(
        Strings.of([keys[row] for row in kept]),
        matrices.smaller(matrices.from_dense(fitted.matrix[kept])),
        np.array([counts[keys[row]] for row in kept], np.uint32),
    )
    transitions = matrices.from_dense(fitted.transitions)
    model = Model(
        {FEATURES: table},
        Network(crf_network.KIND, {}, {crf_network.TRANSITIONS: transitions}),
        labels,
        description,
    )
    return with_record("train", options, None, model, {**figures, "keys": len(kept)})


def _features(options: CrfOptions) -> dict[str, Any]:
    if options.attributes:
        return {"kind": KIND}
    return TokenTemplate(options.affixes, options.window, options.grams).describe()


@dataclass(frozen=True)
class _HeldOut:
    """Development data as a problem (whose unknown labels are never right), and their truth."""

    problem: Problem
    truth: tuple[tuple[str, ...], ...]
    labels: tuple[str, ...]

    def f1(self, weights: Weights) -> float:
        answers = [
            [self.labels[best] for best in tags.tolist()] for tags in self.problem.tag(weights)
        ]
        return span_figures(self.truth, answers).f1


def _held_out(
    dev: Tagged, read: TokenFeatures, columns: Mapping[str, int], labels: tuple[str, ...]
) -> _HeldOut:
    names = (*labels, *sorted({label for each in dev.labels for label in each} - set(labels)))
    problem = design.token_problem(
        [read(sentence) for sentence in dev.sentences], dev, columns, names
    )
    return _HeldOut(problem, dev.labels, labels)


def _choose(
    problem: Problem,
    dev: _HeldOut | None,
    labels: tuple[str, ...],
    options: CrfOptions,
    progress: Progress | None,
) -> tuple[Weights, dict[str, Any]]:
    """Fit with the given strength of L1, or with the strongest that costs no F1 on dev."""
    default = STRENGTHS if dev is not None else STRENGTHS[-1:]
    strengths = default if options.l1 is None else (options.l1,)
    tried: list[tuple[float, float | None, Weights]] = []
    for number, l1 in enumerate(strengths):
        watch = _Watch(dev, options, f"L1 {l1:g}", number, len(strengths), progress)
        start = tried[-1][2] if tried else None
        last = crf.fit(problem, options.l2, l1, options.iterations, start, watch)
        fitted = watch.best or last
        tried.append((l1, None if dev is None else dev.f1(fitted), fitted))
    bar = max((f1 or 0.0) for _, f1, _ in tried) - ACCEPTED_LOSS
    l1, f1, fitted = next(each for each in tried if (each[1] or 0.0) >= bar)
    nonzero = int(np.count_nonzero(fitted.matrix))
    return fitted, {"l1": l1, "l2": options.l2, "dev_f1": f1, "nonzero_weights": nonzero}


class _Watch:
    """Looks at the development set while training runs, and remembers the best weights."""

    def __init__(
        self,
        dev: _HeldOut | None,
        options: CrfOptions,
        what: str,
        number: int,
        runs: int,
        progress: Progress | None,
    ) -> None:
        self.best: Weights | None = None
        self._dev, self._options, self._what = dev, options, what
        self._number, self._runs, self._progress = number, runs, progress
        self._highest = -1.0
        self._last: float | None = None
        self._waited = 0

    def __call__(self, iteration: int, weights: Weights) -> bool:
        if self._progress is not None:
            done = self._number + iteration / self._options.iterations
            dev = f", dev F1 {100 * self._last:.2f} %" if self._last is not None else ""
            self._progress(f"{self._what}{dev}", done / self._runs)
        if self._dev is None or iteration % CHECK_EVERY:
            return False
        f1 = self._last = self._dev.f1(weights)
        self._waited += 1
        if f1 > self._highest:
            self._highest, self.best, self._waited = f1, weights, 0
        return self._waited >= PATIENCE
