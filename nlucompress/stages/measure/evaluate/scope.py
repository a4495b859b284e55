"""How a model tells what is out of scope: texts of the label for unknown ones."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from nlucompress.format.model import Model


@dataclass(frozen=True)
class Scope:
    """Figures of one model on in-scope and out-of-scope texts; rates are fractions.

    Attributes:
        label: Of the out-of-scope texts, and the answer to unknown ones.
        threshold: Confidence below which the model gives it; None for a model without.
        in_scope: How many texts have another label.
        out_of_scope: How many have this one.
        accuracy: Share of the in-scope texts that are answered rightly; None without any.
        recall: Share of the out-of-scope texts that are answered by the label; None without any.
        precision: Share of the texts answered by the label that are out of scope; None without any.
    """

    label: str
    threshold: float | None
    in_scope: int
    out_of_scope: int
    accuracy: float | None
    recall: float | None
    precision: float | None


def label_of(*models: Model) -> str | None:
    """The answer to unknown texts of the first model that has one; None if none has."""
    return next((model.unknown.label for model in models if model.unknown is not None), None)


def scope(
    model: Model, label: str | None, truth: Sequence[str], answers: Sequence[str]
) -> Scope | None:
    """The figures of a model's answers; None where no label is for unknown texts."""
    if label is None:
        return None
    inside = [a == b for a, b in zip(answers, truth, strict=True) if b != label]
    outside = [a == label for a, b in zip(answers, truth, strict=True) if b == label]
    claimed = [b == label for a, b in zip(answers, truth, strict=True) if a == label]
    own = model.unknown
    return Scope(
        label,
        own.threshold if own is not None and own.label == label else None,
        len(inside),
        len(outside),
        _share(inside),
        _share(outside),
        _share(claimed),
    )


def _share(found: Sequence[bool]) -> float | None:
    return sum(found) / len(found) if found else None
