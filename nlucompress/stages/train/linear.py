"""train: labelled utterances to a linear n-gram model."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal, get_args

import numpy as np
from numpy.typing import NDArray

from nlucompress.errors import DataError, UsageError
from nlucompress.format.indexes import Strings
from nlucompress.format.matrices import kinds as matrices
from nlucompress.format.model import Model, Network, Table
from nlucompress.format.names import FEATURES
from nlucompress.importers.data.examples import Examples
from nlucompress.networks.linear import network as linear_network
from nlucompress.networks.linear.featurizer import MAX_N, Featurizer, Range
from nlucompress.options import Options, option
from nlucompress.stages.history import with_record
from nlucompress.training import design
from nlucompress.training.linear import fit as linear
from nlucompress.training.linear.fit import Problem, Weights
from nlucompress.training.linear.losses import LINK, LOSSES, LossName

# Strengths tried on the development set. A model of the strongest penalty that costs no accuracy
# has the fewest and most even weights, and loses least when it is quantized.
STRENGTHS: dict[str, tuple[float, ...]] = {
    "squared-hinge": (3e-3, 1e-3, 3e-4),
    "logistic": (3e-4, 1e-4, 3e-5),
    "softmax": (3e-4, 1e-4, 3e-5),
}
ACCEPTED_LOSS = 0.003  # accuracy on dev that a stronger penalty may cost
PATIENCE = 4  # looks at the development set without improvement before training ends

Progress = Callable[[str, float], None]
ClassWeight = Literal["none", "balanced"]


@dataclass(frozen=True)
class TrainOptions(Options):
    """Options of ``train`` for a linear model."""

    title = "Linear models"

    words: Range | None = option(
        (1, 3),
        "Lengths of word n-grams, or none",
        unit="lengths",
        kind=int,
        least=1,
        most=MAX_N,
        flag="ngrams",
        optional=True,
    )
    chars: Range | None = option(
        None,
        "Lengths of character n-grams, such as 2-5",
        unit="lengths",
        kind=int,
        least=1,
        most=MAX_N,
        absent="none",
    )
    counts: bool = option(False, "Weight a feature by its occurrences instead of 1 each")
    loss: LossName = option(
        "squared-hinge",
        "The first two are one-vs-rest; the last two give probabilities",
        choices=get_args(LossName),
    )
    l2: float | None = option(
        None,
        "Strength of the L2 penalty",
        kind=float,
        above=0,
        absent="by --dev, or a middle one",
    )
    l1: float = option(
        3e-5, "Strength of the L1 penalty, which makes weights exactly zero", least=0
    )
    min_count: int = option(2, "Leave out features of fewer training texts", least=1)
    distinct: bool = option(
        True,
        "Of features that occur in exactly the same texts keep the shortest one",
        off="all-features",
        absent="distinct",
    )
    class_weight: ClassWeight = option(
        "none", "balanced gives every label the same total weight", choices=get_args(ClassWeight)
    )
    iterations: int = option(200, "Steps of the optimizer at most", least=1)

    def __post_init__(self) -> None:
        """Check every field.

        Raises:
            UsageError: A value is out of range, or there are no features.
        """
        super().__post_init__()
        if self.words is None and self.chars is None:
            raise UsageError("without word n-grams and character n-grams there are no features")
        for span in (self.words, self.chars):
            if span is not None and span[0] > span[1]:
                raise UsageError(f"the n-gram lengths {span[0]}-{span[1]} are the wrong way round")


def train(
    examples: Examples,
    dev: Examples | None = None,
    options: TrainOptions | None = None,
    progress: Progress | None = None,
) -> Model:
    """Train a linear classifier.

    Args:
        examples: Training data, at least two labels.
        dev: Development data: chooses the strength and ends the training early.
        options: See TrainOptions.
        progress: Called with what is done and the share of it that is.

    Raises:
        DataError: The data do not suffice.
        UsageError: The options contradict each other.
    """
    options = options or TrainOptions()
    labels = tuple(sorted(set(examples.labels)))
    if len(labels) < 2:
        raise DataError(f"training needs at least two labels, found only {labels[0]!r}")
    featurizer = Featurizer(options.words, options.chars, "count" if options.counts else "binary")
    counts = design.count_keys(featurizer.weigh, examples.texts)
    keys = design.chosen_keys(
        featurizer.weigh, examples.texts, counts, options.min_count, options.distinct
    )
    columns = {key: i for i, key in enumerate(keys)}
    x = design.matrix(featurizer.weigh, examples.texts, columns)
    targets = targets_of(examples, labels)
    weights = example_weights(targets, len(labels), options)
    problem = Problem(x, targets, len(labels), weights)
    held_out = None
    if dev is not None:
        known_labels(dev, labels)
        held_out = Problem(
            design.matrix(featurizer.weigh, dev.texts, columns),
            targets_of(dev, labels),
            len(labels),
            np.ones(len(dev), np.float32),
        )
    fitted, figures = choose(problem, held_out, options, progress)
    table = Table(
        Strings.of(keys),
        matrices.smaller(matrices.from_dense(fitted.matrix)),
        np.array([counts[key] for key in keys], np.uint32),
    )
    bias = matrices.from_dense(fitted.bias[None, :])
    model = Model(
        {FEATURES: table},
        Network("linear", {"link": LINK[options.loss]}, {linear_network.BIAS: bias}),
        labels,
        featurizer.describe(),
    )
    return with_record("train", options, None, model, {**figures, "keys": len(keys)})


def targets_of(examples: Examples, labels: tuple[str, ...]) -> NDArray[np.int64]:
    """The number of each example's label, shape (examples,)."""
    index = {label: i for i, label in enumerate(labels)}
    return np.array([index[label] for label in examples.labels], np.int64)


def known_labels(dev: Examples, labels: tuple[str, ...]) -> None:
    """Refuse development data with other labels.

    Raises:
        DataError: A label has no training example.
    """
    known = set(labels)
    for number, label in enumerate(dev.labels, start=1):
        if label not in known:
            raise DataError(
                f"development example {number}: label {label!r} has no training example"
            )


def example_weights(
    targets: NDArray[np.int64], labels: int, options: TrainOptions
) -> NDArray[np.float32]:
    """The weight of each example, 1 on average, shape (examples,)."""
    if options.class_weight == "none":
        return np.ones(len(targets), np.float32)
    frequency = np.bincount(targets, minlength=labels)
    return (len(targets) / (labels * frequency[targets])).astype(np.float32)


def choose(
    problem: Problem, dev: Problem | None, options: TrainOptions, progress: Progress | None
) -> tuple[Weights, dict[str, Any]]:
    """Fit with the given strength, or with the strongest that costs no accuracy on dev."""
    default = STRENGTHS[options.loss]
    strengths = (options.l2,) if options.l2 else default if dev else (default[1],)
    tried: list[tuple[float, float | None, Weights]] = []
    for number, l2 in enumerate(strengths):
        watch = _Watch(dev, options, f"L2 {l2:g}", number, len(strengths), progress)
        last = linear.fit(problem, options.loss, l2, options.l1, options.iterations, check=watch)
        fitted = watch.best or last
        accuracy = None
        if dev is not None:
            right = fitted.scores(dev.features).argmax(axis=1) == dev.targets
            accuracy = float(right.mean())
        tried.append((l2, accuracy, fitted))
    bar = max((accuracy or 0.0) for _, accuracy, _ in tried) - ACCEPTED_LOSS
    l2, accuracy, fitted = next(each for each in tried if (each[1] or 0.0) >= bar)
    nonzero = int(np.count_nonzero(fitted.matrix))
    return fitted, {"l2": l2, "dev_accuracy": accuracy, "nonzero_weights": nonzero}


class _Watch:
    """Looks at the development loss while training runs, and remembers the best weights."""

    def __init__(
        self,
        dev: Problem | None,
        options: TrainOptions,
        what: str,
        number: int,
        runs: int,
        progress: Progress | None,
    ) -> None:
        self.best: Weights | None = None
        self._dev, self._options, self._what = dev, options, what
        self._number, self._runs, self._progress = number, runs, progress
        self._lowest = np.inf
        self._waited = 0

    def __call__(self, iteration: int, objective: float, weights: Weights) -> bool:
        if self._dev is None:
            self._tell(iteration, f"objective {objective:.4g}")
            return False
        dev = self._dev
        scores = weights.scores(dev.features)
        loss = LOSSES[self._options.loss](scores, dev.targets, dev.weights)[0]
        right = float((scores.argmax(axis=1) == dev.targets).mean())
        self._tell(iteration, f"objective {objective:.4g}, dev {100 * right:.2f} %")
        self._waited += 1
        if loss < self._lowest:
            self._lowest, self.best, self._waited = loss, weights, 0
        return self._waited >= PATIENCE

    def _tell(self, iteration: int, figures: str) -> None:
        if self._progress is not None:
            done = self._number + iteration / self._options.iterations
            self._progress(f"{self._what}, {figures}", done / self._runs)
