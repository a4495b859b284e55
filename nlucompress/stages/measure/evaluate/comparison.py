"""What a model changes against a reference, answer by answer: of texts or of tokens."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from nlucompress.algo import metrics
from nlucompress.algo.significance import Interval, Significance, significance, wilson
from nlucompress.errors import DataError
from nlucompress.format import codec
from nlucompress.format.model import Model
from nlucompress.stages.measure.evaluate.scope import Scope, scope

Sureness = Callable[[Sequence[int]], Sequence[tuple[float, float]]]


@dataclass(frozen=True)
class Flip:
    """An example, or a token, that the reference got right and the model gets wrong.

    Attributes:
        score: What the reference gave its answer, as ``predict`` shows it: a probability, or a
            margin where the model was trained for margins.
        margin: How sure it was: the score less that of its next best label.
    """

    text: str
    label: str
    answer: str
    score: float
    margin: float


@dataclass(frozen=True)
class Comparison:
    """A model against one reference, on the examples that both can get right.

    Examples of labels that only one of the two has are left out of everything here. Rates are
    fractions of the others; those of a tagger are about tokens.

    Attributes:
        name: What the reference is called.
        size_bytes: Of its file.
        examples: How many are compared.
        left_out: How many are not.
        new_labels: Labels that the model has and the reference lacks.
        gone_labels: The reverse.
        accuracy: Of the reference.
        model_accuracy: Of the model on the same examples.
        accuracy_drop: The former less the latter.
        nfr: Negative flip rate (Yan et al. 2021, Positive-Congruent Training, section 3).
        relative_nfr: NFR / ((1 - err_old) * err_new) (there), None where that divides by zero.
        pfr: Positive flip rate.
        agreement: Share of the same answers, right or wrong.
        accuracy_interval: Of the reference's accuracy; None for tokens, as those of a sentence
            are right and wrong together.
        significance: What chance leaves of it; None for tokens.
        scope: Of the reference, on all examples; None where no model has a label for unknown texts.
        flips_by_label: The labels that flip, most flips first.
        changes: Everything that is answered otherwise, most examples first.
        flips: The negative flips, those first of which the reference was most sure.
    """

    name: str
    size_bytes: int
    examples: int
    left_out: int
    new_labels: tuple[str, ...]
    gone_labels: tuple[str, ...]
    accuracy: float
    model_accuracy: float
    accuracy_drop: float
    nfr: float
    relative_nfr: float | None
    pfr: float
    agreement: float
    accuracy_interval: Interval | None
    significance: Significance | None
    scope: Scope | None
    flips_by_label: tuple[metrics.LabelFlips, ...]
    changes: tuple[metrics.Change, ...]
    flips: tuple[Flip, ...]


@dataclass(frozen=True)
class Answers:
    """What two models say to the same examples, all of the same length.

    Attributes:
        texts: Of the examples.
        truth: Their labels.
        before: The reference's answers.
        after: The model's.
        sureness: From places among the examples to the reference's score and margin there.
        unknown: The label of out-of-scope examples, None for none.
    """

    texts: Sequence[str]
    truth: Sequence[str]
    before: Sequence[str]
    after: Sequence[str]
    sureness: Sureness
    unknown: str | None = None


def references_of(reference: Model | Mapping[str, Model] | None) -> dict[str, Model]:
    """References by name; a single one needs none."""
    if reference is None:
        return {}
    return {"reference": reference} if isinstance(reference, Model) else dict(reference)


def comparable(model: Model, old: Model, name: str, truth: Sequence[str]) -> metrics.Bools:
    """Which examples can be compared, shape (examples,): not those of a label that one lacks.

    Raises:
        DataError: The models share no label, or no example has a shared one.
    """
    ours, theirs = set(model.answers), set(old.answers)
    if ours.isdisjoint(theirs):
        raise DataError(f"{name}: has none of the model's labels, so there is nothing to compare")
    if (ours & theirs).isdisjoint(truth):
        raise DataError(f"{name}: no example has a label that both it and the model know")
    lone = ours ^ theirs
    return np.array([label not in lone for label in truth], np.bool_)


def compare(
    model: Model, old: Model, name: str, answers: Answers, confidence: float | None
) -> Comparison:
    """Compare answers; intervals of this confidence, none without.

    Raises:
        DataError: The models share no label, or no example has a shared one.
    """
    places = np.flatnonzero(comparable(model, old, name, answers.truth)).tolist()
    truth, before, after = (
        [labels[at] for at in places] for labels in (answers.truth, answers.before, answers.after)
    )
    found = metrics.flips(truth, before, after)
    flipped = [places[at] for at in np.flatnonzero(found.negative).tolist()]
    sure = answers.sureness(flipped) if flipped else []
    flips = [
        Flip(answers.texts[at], answers.truth[at], answers.after[at], *each)
        for at, each in zip(flipped, sure, strict=True)
    ]
    changes = metrics.changes(truth, before, after)
    count, positive = len(places), int(found.positive.sum())
    right = round(found.accuracy * count)
    accuracy = (right + positive - len(flips)) / count
    return Comparison(
        name=name,
        size_bytes=codec.size(old),
        examples=count,
        left_out=len(answers.truth) - count,
        new_labels=tuple(sorted(set(model.answers) - set(old.answers))),
        gone_labels=tuple(sorted(set(old.answers) - set(model.answers))),
        accuracy=found.accuracy,
        model_accuracy=accuracy,
        accuracy_drop=found.accuracy - accuracy,
        nfr=found.nfr,
        relative_nfr=found.relative,
        pfr=found.pfr,
        agreement=found.agreement,
        accuracy_interval=wilson(right, count, confidence) if confidence else None,
        significance=(
            significance(count, len(flips), positive, confidence) if confidence else None
        ),
        scope=scope(old, answers.unknown, answers.truth, answers.before),
        flips_by_label=metrics.flips_by_label(truth, changes),
        changes=changes,
        flips=tuple(sorted(flips, key=lambda flip: -flip.margin)),
    )
