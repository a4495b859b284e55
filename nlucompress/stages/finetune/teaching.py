"""What a linear model learns from the models that it replaces: options, and their mean scores."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from nlucompress.errors import DataError, UsageError
from nlucompress.format.model import Model
from nlucompress.importers.data.examples import Examples
from nlucompress.networks.classifier import Classifier
from nlucompress.training.distill import Distance, Teacher


@dataclass(frozen=True)
class LinearFinetuneOptions:
    """Options of ``finetune`` for a linear model.

    Attributes:
        iterations: Steps at most.
        l2: Strength of the squared penalty; None is the one that the model was trained with.
        l1: Strength of the absolute penalty.
        distill: ``none`` leaves the references aside; ``plain`` weights all examples alike;
            ``focal`` those more that the references got right; ``margin`` lets scores differ from
            the references' mean by a margin at no cost.
        lambda_: Strength of the distillation.
        alpha: Its weight on every example.
        beta: Its further weight, for ``focal``, where the references are right.
        distance: ``logits`` (half the squared distance) or ``kl`` (of softened probabilities).
        temperature: Divides the scores in ``kl``.
        margin: Free distance per score, for ``margin``.
        seed: Recorded; the training is deterministic.
    """

    iterations: int = 200
    l2: float | None = None
    l1: float = 0.0
    distill: Literal["none", "plain", "focal", "margin"] = "focal"
    lambda_: float = 1.0
    alpha: float = 1.0
    beta: float = 5.0
    distance: Distance = "logits"
    temperature: float = 1.0
    margin: float = 0.1
    seed: int = 0


def check(references: Sequence[Model], options: LinearFinetuneOptions) -> None:
    """Refuse what contradicts itself.

    Raises:
        UsageError: It does.
    """
    if options.distill not in ("none", "plain", "focal", "margin"):
        raise UsageError(f"unknown distillation {options.distill!r}")
    if options.distance not in ("logits", "kl"):
        raise UsageError(f"unknown distance {options.distance!r}")
    if options.distill != "none" and not references:
        raise UsageError(f"{options.distill} distillation needs a reference model")
    if options.distill == "margin" and options.distance != "logits":
        raise UsageError("a margin is one of scores: distil it by the distance of logits")
    for name in ("lambda_", "alpha", "beta", "margin", "l1", "l2"):
        strength = getattr(options, name)
        if strength is not None and not 0 <= strength < np.inf:
            option = name.rstrip("_")
            raise UsageError(f"--{option} {strength}: the strength must be at least 0 and finite")
    if not 0 < options.temperature < np.inf or options.iterations < 1:
        raise UsageError("the temperature must be above 0, and the iterations at least 1")


def teacher_of(
    model: Model,
    examples: Examples,
    targets: NDArray[np.int64],
    references: Sequence[Model],
    options: LinearFinetuneOptions,
) -> Teacher | None:
    """Mean scores of the references and their weights per example, or None where none is asked.

    Raises:
        UsageError: Their scores cannot be compared with the model's.
        DataError: They know none of its labels.
    """
    if options.distill == "none":
        return None
    link = model.network.settings.get("link", "softmax") if model.network else None
    total = np.zeros((len(examples), len(model.labels)))
    right = np.zeros(len(examples))
    known = np.ones(len(model.labels), np.bool_)
    for reference in references:
        other = reference.network.settings.get("link", "softmax") if reference.network else None
        if options.distance == "logits" and other != link:
            raise UsageError(f"scores of link {other!r} are none of {link!r}: use distance kl")
        scores = Classifier(reference).scores(examples.texts)
        place = {label: at for at, label in enumerate(reference.labels)}
        has = np.array([label in place for label in model.labels])
        from_ = [place[label] for label in model.labels if label in place]
        total[:, has] += scores[:, from_]
        best = [reference.labels[at] for at in scores.argmax(axis=1).tolist()]
        right += [answer == label for answer, label in zip(best, examples.labels, strict=True)]
        known &= has
    if not known.any():
        raise DataError("the references know no label of the model")
    beta = options.beta if options.distill == "focal" else 0.0
    weights = options.lambda_ * (options.alpha + beta * right / len(references))
    return Teacher(
        (total / len(references)).astype(np.float32),
        (weights * known[targets]).astype(np.float32),
        options.distance,
        options.temperature,
        options.margin if options.distill == "margin" else 0.0,
        known,
    )
