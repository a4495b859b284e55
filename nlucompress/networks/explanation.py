"""Why a classifier answers as it does: the part of every key in every score."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Float64 = NDArray[np.float64]


@dataclass(frozen=True)
class Explanation:
    """The parts that a text's scores are sums of, before the link.

    Attributes:
        text: The text.
        labels: The labels, one per column.
        bias: What every text is given, shape (labels,).
        keys: The keys of the text that the model knows or takes for known, such as n-grams.
        contributions: The part of each key in the score of each label, shape (keys, labels).
        unknown: The keys of the text that the model does not know; they have no part.
        scores: ``bias + contributions.sum(axis=0)``, within the bounds of the model if it has any.
    """

    text: str
    labels: tuple[str, ...]
    bias: Float64
    keys: tuple[str, ...]
    contributions: Float64
    unknown: tuple[str, ...]
    scores: Float64

    @property
    def label(self) -> str:
        """The label of the highest score."""
        return self.labels[int(self.scores.argmax())]

    def top(self, label: str | None = None, count: int = 10) -> list[tuple[str, float]]:
        """Keys of the largest absolute part in the score of a label, by default the best one.

        Raises:
            ValueError: There is no such label.
        """
        parts = self.contributions[:, self.labels.index(label or self.label)]
        order = np.argsort(-np.abs(parts), kind="stable")[:count]
        return [(self.keys[at], float(parts[at])) for at in order]
