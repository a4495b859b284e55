"""evaluate: accuracy of a model, and what it breaks that a reference got right."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from nlucompress.algo import metrics
from nlucompress.algo.significance import Interval, wilson
from nlucompress.data.examples import Examples
from nlucompress.errors import DataError, NluCompressError, UsageError
from nlucompress.format import codec
from nlucompress.format.model import Model, require_model
from nlucompress.networks.classifier import Classifier
from nlucompress.networks.tagger import is_tagger
from nlucompress.stages.measure.evaluate.comparison import (
    Answers,
    Comparison,
    compare,
    references_of,
)
from nlucompress.stages.measure.evaluate.gates import Gate, Gates, outcomes
from nlucompress.stages.measure.evaluate.scope import Scope, label_of, scope
from nlucompress.stages.measure.reported import Reported

CONFIDENCE = 0.95  # of the intervals, unless told


@dataclass(frozen=True)
class Report(Reported):
    """Outcome of an evaluation; rates are fractions.

    Attributes:
        confidence: Of all intervals.
        accuracy_interval: Of the accuracy (Wilson 1927).
        references: The comparison with each reference, in the order given.
        unknown_labels: Those of the data that the model cannot answer.
        scope: In and out of scope; None where no model has a label for unknown texts.
        labels: Figures of every label of the data or the answers, by name.
    """

    examples: int
    accuracy: float
    accuracy_interval: Interval
    confidence: float
    macro_f1: float
    size_bytes: int
    references: tuple[Comparison, ...]
    gates: tuple[Gate, ...]
    unknown_labels: tuple[str, ...]
    scope: Scope | None
    labels: tuple[metrics.LabelFigures, ...]

    @property
    def reference(self) -> Comparison | None:
        """The first comparison, or the only one; None without."""
        return self.references[0] if self.references else None

    @property
    def passed(self) -> bool:
        """Whether every gate was met."""
        return all(gate.met for gate in self.gates)


def evaluate(
    model: Model,
    examples: Examples,
    reference: Model | Mapping[str, Model] | None = None,
    gates: Gates | None = None,
) -> Report:
    """Measure a model on labelled examples.

    Args:
        model: The model.
        examples: What it is measured on.
        reference: A model that it is to replace, or several by name.
        gates: Bounds; those that compare hold against every reference.

    Raises:
        DataError: There are no examples, or no label of theirs is known to a model; or a reference
            shares no label with the model.
        UsageError: A gate needs a reference, or a model cannot classify.
    """
    require_model(model, overlays=True)
    gates = gates or Gates()
    if not len(examples):
        raise DataError("the data hold no examples, so there is nothing to measure")
    references = references_of(reference)
    gates.check(len(references))
    confidence = gates.confidence or CONFIDENCE
    require_known(model, examples.labels)
    answers = Classifier(model).predict(examples.texts)
    right = sum(a == b for a, b in zip(answers, examples.labels, strict=True))
    accuracy = right / len(examples)
    figures = metrics.per_label(examples.labels, answers)
    size = codec.size(model)
    unknown = label_of(model, *references.values())
    compared = tuple(
        _against(model, old, name, examples, answers, confidence, unknown)
        for name, old in references.items()
    )
    scoped = scope(model, unknown, examples.labels, answers)
    return Report(
        len(examples),
        accuracy,
        wilson(right, len(examples), confidence),
        confidence,
        float(np.mean([label.f1 for label in figures])),
        size,
        compared,
        outcomes(gates, accuracy, size, compared, scoped),
        tuple(sorted(set(examples.labels) - set(model.answers))),
        scoped,
        tuple(figures),
    )


def require_known(model: Model, labels: Sequence[str]) -> None:
    """Refuse data that the model can only get wrong.

    Raises:
        DataError: No label of the data is known to the model.
    """
    if model.labels and set(labels).isdisjoint(model.answers):
        raise DataError(f"no label of the data is known to the model (the first is {labels[0]!r})")


def _against(
    model: Model,
    old: Model,
    name: str,
    examples: Examples,
    after: list[str],
    confidence: float,
    unknown: str | None,
) -> Comparison:
    if is_tagger(old):
        raise UsageError(f"{name}: tags tokens, but the model classifies texts; name a classifier")
    try:
        classifier = Classifier(old)
        before = classifier.predict(examples.texts)
    except NluCompressError as error:
        raise type(error)(f"{name}: {error}") from None

    def sureness(places: Sequence[int]) -> list[tuple[float, float]]:
        best = classifier.predictions([examples.texts[at] for at in places], top=2)
        return [(each.scores[0], each.scores[0] - sum(each.scores[1:])) for each in best]

    answers = Answers(examples.texts, examples.labels, before, after, sureness, unknown)
    return compare(model, old, name, answers, confidence)
