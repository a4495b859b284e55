"""evaluate: accuracy of a model, and what it breaks that a reference got right."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from nlucompress.algo import metrics
from nlucompress.algo.significance import Significance, significance
from nlucompress.errors import DataError, UsageError
from nlucompress.format import codec
from nlucompress.format.model import Model
from nlucompress.importers.examples import Examples
from nlucompress.networks.classifier import Classifier

_Row = tuple[str, float | None, float, Callable[[float, float], bool]]


@dataclass(frozen=True)
class Gates:
    """Bounds that a model must meet; None is no bound.

    Attributes:
        min_accuracy: Least accuracy in percent.
        max_accuracy_drop: Most percentage points (absolute) below the reference's accuracy.
        max_nfr: Most negative flips in percent of the examples.
        max_size: Most bytes of the file.
        confidence: With it, drop and flips miss their bound only if their bootstrap interval of
            this confidence lies above it altogether, so that noise misses no gate.
    """

    min_accuracy: float | None = None
    max_accuracy_drop: float | None = None
    max_nfr: float | None = None
    max_size: int | None = None
    confidence: float | None = None


@dataclass(frozen=True)
class Gate:
    """A gate's outcome. Limit and value are fractions, or bytes for ``max_size``."""

    name: str
    limit: float
    value: float
    met: bool


@dataclass(frozen=True)
class Flip:
    """An example that the reference got right and the model gets wrong."""

    text: str
    label: str
    answer: str


@dataclass(frozen=True)
class ReferenceReport:
    """Comparison with the reference; rates are fractions of the examples."""

    accuracy: float
    accuracy_drop: float
    nfr: float
    relative_nfr: float | None
    pfr: float
    agreement: float
    size_bytes: int
    significance: Significance


@dataclass(frozen=True)
class Report:
    """Outcome of an evaluation; rates are fractions.

    ``unknown_labels`` are those of the data that the model cannot answer.
    """

    examples: int
    accuracy: float
    macro_f1: float
    size_bytes: int
    reference: ReferenceReport | None
    gates: tuple[Gate, ...]
    unknown_labels: tuple[str, ...]
    labels: tuple[metrics.LabelFigures, ...]
    flips: tuple[Flip, ...]

    @property
    def passed(self) -> bool:
        """Whether every gate was met."""
        return all(gate.met for gate in self.gates)


def evaluate(
    model: Model,
    examples: Examples,
    reference: Model | None = None,
    gates: Gates | None = None,
) -> Report:
    """Measure a model on labelled examples.

    Negative flips are those of Yan et al. 2021 (Positive-Congruent Training, section 3).

    Raises:
        DataError: There are no examples, or a label is unknown to the model.
        UsageError: A gate needs a reference, or a model cannot classify.
    """
    gates = gates or Gates()
    if not len(examples):
        raise DataError("the data hold no examples, so there is nothing to measure")
    needs = gates.max_accuracy_drop is not None or gates.max_nfr is not None
    if gates.confidence is not None and not 0 < gates.confidence < 1:
        raise UsageError(f"--confidence {gates.confidence} is not above 0 and below 1")
    if needs and reference is None:
        raise UsageError("--max-accuracy-drop and --max-nfr compare with a --reference")
    answers = _answers(model, examples)
    accuracy = float(np.mean([a == b for a, b in zip(answers, examples.labels, strict=True)]))
    figures = metrics.per_label(examples.labels, answers)
    macro_f1 = float(np.mean([label.f1 for label in figures]))
    size = codec.size(model)
    compared = None
    flipped: tuple[Flip, ...] = ()
    if reference is not None:
        flips = metrics.flips(examples.labels, _answers(reference, examples), answers)
        compared = ReferenceReport(
            flips.accuracy,
            flips.accuracy - accuracy,
            flips.nfr,
            flips.relative,
            flips.pfr,
            flips.agreement,
            codec.size(reference),
            significance(
                len(examples),
                int(flips.negative.sum()),
                int(flips.positive.sum()),
                gates.confidence or 0.95,
            ),
        )
        flipped = tuple(
            Flip(examples.texts[at], examples.labels[at], answers[at])
            for at in np.flatnonzero(flips.negative).tolist()
        )
    outcome = _gates(gates, accuracy, size, compared)
    return Report(
        len(examples),
        accuracy,
        macro_f1,
        size,
        compared,
        outcome,
        tuple(sorted(set(examples.labels) - set(model.labels))),
        tuple(figures),
        flipped,
    )


def _answers(model: Model, examples: Examples) -> list[str]:
    if model.labels and set(examples.labels).isdisjoint(model.labels):
        first = examples.labels[0]
        raise DataError(f"no label of the data is known to the model (the first is {first!r})")
    return Classifier(model).predict(examples.texts)


def _gates(
    gates: Gates, accuracy: float, size: int, compared: ReferenceReport | None
) -> tuple[Gate, ...]:
    def at_least(value: float, limit: float) -> bool:
        return value >= limit - 1e-12

    def at_most(value: float, limit: float) -> bool:
        return value <= limit + 1e-12

    drop = compared.accuracy_drop if compared else 0.0
    nfr = compared.nfr if compared else 0.0
    rows: Sequence[_Row] = (
        ("min_accuracy", _fraction(gates.min_accuracy), accuracy, at_least),
        ("max_accuracy_drop", _fraction(gates.max_accuracy_drop), drop, at_most),
        ("max_nfr", _fraction(gates.max_nfr), nfr, at_most),
        ("max_size", gates.max_size, size, at_most),
    )
    surely = {}
    if compared is not None and gates.confidence is not None:
        found = compared.significance
        surely = {"max_accuracy_drop": found.drop.low, "max_nfr": found.nfr.low}
    return tuple(
        Gate(name, limit, value, holds(surely.get(name, value), limit))
        for name, limit, value, holds in rows
        if limit is not None
    )


def _fraction(percent: float | None) -> float | None:
    return None if percent is None else percent / 100
