"""threshold: the confidence below which a text is unknown, chosen on development data."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from nlucompress.data.examples import Examples
from nlucompress.errors import DataError, StageOrderError, UsageError
from nlucompress.format.model import Model, Unknown, require_model
from nlucompress.networks.classifier import Classifier
from nlucompress.stages.history import with_record
from nlucompress.stages.measure.evaluate.gates import SLACK, check_fractions

Float64 = NDArray[np.float64]


@dataclass(frozen=True)
class ThresholdOptions:
    """Options of ``threshold``.

    Attributes:
        label: Label of the out-of-scope texts, and the answer to them; None takes the one label of
            the data that the model lacks.
        max_drop: Most accuracy in scope that may be lost, as a fraction; then the highest recall
            out of scope within it is taken. None takes the highest mean of the two.
    """

    label: str | None = None
    max_drop: float | None = None


def choose_threshold(model: Model, dev: Examples, options: ThresholdOptions | None = None) -> Model:
    """The model with the threshold that is best on development data.

    The confidence of an answer is the score of the best label, as ``predict`` shows it. An
    in-scope text below the threshold is answered wrongly, an out-of-scope text rightly; of equally
    good thresholds the lowest is taken, and of the numbers between two confidences that mean the
    same the one of fewest digits.

    Args:
        model: A classifier of texts.
        dev: In-scope texts with their labels, and out-of-scope texts.
        options: See ThresholdOptions.

    Raises:
        UsageError: An option is out of range, or the model does not classify.
        StageOrderError: The model is sealed.
        DataError: There are no texts of either sort, or the label is not told by the data.
    """
    require_model(model)
    options = options or ThresholdOptions()
    check_fractions(options, "max_drop")
    if model.sealed:
        raise StageOrderError("the model was sealed by pack; choose the threshold before it")
    label = options.label or _label(model, dev)
    outside = np.array([each == label for each in dev.labels], np.bool_)
    if not outside.any():
        raise DataError(f"the data hold no text of the label {label!r} for what is out of scope")
    if outside.all():
        raise DataError(f"every text of the data has the label {label!r}; none is in scope")
    best, confidence = Classifier(replace(model, unknown=None)).confidence(dev.texts)
    right = np.array([a == b for a, b in zip(best, dev.labels, strict=True)], np.bool_)
    if not right[~outside].any():
        raise DataError("the model gets no in-scope text right; is it of other labels?")
    # A threshold at the i-th lowest confidence rejects everything below: i = 0 rejects nothing.
    steps = np.unique(confidence)
    kept = _above(confidence[~outside & right], steps) / int((~outside).sum())
    lost = _above(confidence[outside & ~right], steps) / int(outside.sum())
    found = 1 - lost
    score = (kept + found) / 2
    if options.max_drop is not None:
        score = np.where(kept[0] - kept <= options.max_drop + SLACK, found, -1.0)
    at = int(score.argmax())
    threshold = _between(float(steps[at - 1]) if at else None, float(steps[at]))
    unknown = Unknown(label, threshold)
    answers = np.array(Classifier(replace(model, unknown=unknown)).predict(dev.texts))
    figures = {
        "threshold": threshold,
        "label": label,
        "in_scope": int((~outside).sum()),
        "out_of_scope": int(outside.sum()),
        "accuracy_before": float(right[~outside].mean()),
        "accuracy": float(np.mean(answers[~outside] == np.array(dev.labels)[~outside])),
        "recall_before": float(right[outside].mean()),
        "recall": float(np.mean(answers[outside] == label)),
    }
    chosen = replace(model, unknown=unknown)
    return with_record("threshold", options, model, chosen, {"threshold": figures})


def _label(model: Model, dev: Examples) -> str:
    if model.unknown is not None and model.unknown.label in dev.labels:
        return model.unknown.label
    lone = sorted(set(dev.labels) - set(model.labels))
    if len(lone) != 1:
        told = f"{len(lone)} labels that the model lacks" if lone else "no label that it lacks"
        raise UsageError(f"the data hold {told}: name the one of out-of-scope texts by --label")
    return lone[0]


def _above(confidence: Float64, steps: Float64) -> Float64:
    """How many are not below each of the steps, shape (steps,)."""
    result: Float64 = len(confidence) - np.searchsorted(np.sort(confidence), steps).astype(float)
    return result


def _between(below: float | None, upper: float) -> float:
    """The number of fewest digits above ``below`` and not above ``upper``."""
    if below is None:
        return upper
    for digits in range(1, 17):
        for number in (float(f"{(below + upper) / 2:.{digits}g}"), float(f"{upper:.{digits}g}")):
            if below < number <= upper:
                return number
    return upper
