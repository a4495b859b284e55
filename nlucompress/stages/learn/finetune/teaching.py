"""What a linear model learns from the models that it replaces: options, and their mean scores."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray

from nlucompress.data.examples import Examples
from nlucompress.errors import DataError, UsageError
from nlucompress.format.matrices.kinds import leaves
from nlucompress.format.matrices.numbers import Floats
from nlucompress.format.model import Model
from nlucompress.networks.classifier import Classifier
from nlucompress.options import Options, option
from nlucompress.training.distill import Distance, Teacher

Distill = Literal["none", "plain", "focal", "margin"]
FLOAT_STRENGTH, ROUNDED_STRENGTH = 0.05, 4.0


@dataclass(frozen=True)
class LinearFinetuneOptions(Options):
    """How much references hold a model back; and the solver of linear models and CRFs.

    ``plain`` weights all examples alike, ``focal`` those more that the references got right (Yan et
    al. 2021, section 4); ``margin`` lets scores differ from the references' mean by a margin at no
    cost (ELODI). Without references nothing is distilled.
    """

    title = "Near the scores of references"

    distill: Distill | None = option(
        None,
        "How the references' scores hold it back; for linear models it hardly lowers flips and may "
        "cost accuracy: `merge` and `train --near` do better there",
        choices=get_args(Distill),
        absent="focal with a reference",
    )
    lambda_: float | None = option(
        None,
        "Strength of the distillation",
        kind=float,
        least=0,
        flag="lambda",
        absent=f"{FLOAT_STRENGTH:g}, of quantized models {ROUNDED_STRENGTH:g}",
    )
    alpha: float = option(1.0, "Its weight on every example", least=0)
    beta: float = option(5.0, "focal: its further weight where the references are right", least=0)
    distance: Distance = option(
        "logits",
        "Half the squared distance of scores, or the divergence of probabilities",
        choices=get_args(Distance),
    )
    temperature: float = option(1.0, "kl: divides the scores", above=0)
    margin: float = option(0.1, "margin: free distance per score", least=0)
    iterations: int = option(200, "Linear, CRF: steps of the optimizer at most", least=1)
    l2: float | None = option(
        None, "Linear, CRF: L2 penalty", kind=float, least=0, absent="the one of train"
    )
    l1: float = option(0.0, "Linear, CRF of floats: L1 penalty", least=0)


def check(references: Sequence[Model], options: LinearFinetuneOptions) -> None:
    """Refuse what contradicts itself.

    Raises:
        UsageError: It does.
    """
    if options.distill not in (None, "none") and not references:
        raise UsageError(f"{options.distill} distillation needs a reference model")
    if options.distill == "margin" and options.distance != "logits":
        raise UsageError("a margin is one of scores: distil it by the distance of logits")


def settled(
    model: Model, references: Sequence[Model], options: LinearFinetuneOptions
) -> LinearFinetuneOptions:
    """The same with what was left open chosen for a model and its references."""
    check(references, options)
    strength = FLOAT_STRENGTH if _of_floats(model) else ROUNDED_STRENGTH
    return replace(
        options,
        distill=options.distill or ("focal" if references else "none"),
        lambda_=strength if options.lambda_ is None else options.lambda_,
    )


def _of_floats(model: Model) -> bool:
    """Whether no table of a model was quantized."""
    found = [leaf for table in model.tables.values() for leaf in leaves(table.matrix).values()]
    return all(isinstance(leaf.numbers, Floats) for leaf in found)


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
    assert options.lambda_ is not None  # settled
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
