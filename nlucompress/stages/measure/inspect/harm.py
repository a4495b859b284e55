"""What an unseen key does on average: how often it passes for a known one, and what it brings."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from nlucompress.format.matrices.kinds import Plain, StaticRows, values_of
from nlucompress.format.model import Model
from nlucompress.networks.classifier import Classifier

TABLE = "features"
WEIGHTED = ("linear", "crf")  # kinds of networks whose scores are sums of the rows of a table


@dataclass(frozen=True)
class Harm:
    """Of a table of weights.

    Attributes:
        rate: Share of the unseen keys that pass (in a closed table, of those whose parts are keys).
        mean: By how much a key that passes changes the score that it changes most, on average.
        largest: The same at most.
    """

    rate: float
    mean: float
    largest: float

    @property
    def expected(self) -> float:
        """Rate times mean: what an unseen key changes on average."""
        return self.rate * self.mean


def harm_of(model: Model) -> Harm | None:
    """The harm of a model's weights; None without fingerprints or rows that can be listed."""
    table = model.tables.get(TABLE)
    bits = getattr(table.keys, "fingerprint_bits", None) if table is not None else None
    if table is None or bits is None or model.network is None:
        return None
    matrix = table.matrix
    if model.network.kind not in WEIGHTED or not isinstance(matrix, Plain):
        return None
    if isinstance(matrix, StaticRows) and matrix.built_of is None:
        return None
    rows, _, numbers = values_of(matrix)
    most = np.zeros(matrix.shape[0])
    at, sizes = np.broadcast_arrays(rows, np.abs(numbers.astype(np.float64)))
    np.maximum.at(most, at.reshape(-1), sizes.reshape(-1))
    if not len(most):
        return None
    return Harm(2.0**-bits, float(most.mean()), float(most.max()))


def median_margin(model: Model, texts: Sequence[str]) -> float | None:
    """Median over texts of the best label's score less that of the second; None without two."""
    if len(model.labels) < 2 or not texts:
        return None
    scores = np.sort(Classifier(model).scores(texts), axis=1)
    return float(np.median(scores[:, -1] - scores[:, -2]))
