"""The derivative of a DAN or CNN at its weights, as a linear map over all texts at once.

Weights of a layer have their bias as the last row. The network is piecewise linear: at fixed
weights the slopes of its activations and the places of its greatest answers are constants.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from nlucompress.networks.neural.layers import LEAK, Settings
from nlucompress.networks.neural.sequence import Batch
from nlucompress.training.linearized.factors import Factor
from nlucompress.training.linearized.words import ROWS, Changes, Convolutions, Means, Words, name_of

Float64 = NDArray[np.float64]


class Expansion:
    """f(x; w) and J(x; w) of a network with leaky ReLU.

    Attributes:
        shapes: Of all weights that change, by name: the rows that occur, and the layers.
        scores: f of the texts, shape (texts, labels).
    """

    def __init__(
        self, settings: Settings, layers: Mapping[str, Float64], rows: Float64, batch: Batch
    ) -> None:
        """Send the texts through the network; ``batch`` leads to these rows of the table."""
        self.shapes = {ROWS: rows.shape, **{name: each.shape for name, each in layers.items()}}
        self._layers = layers
        self._words: Words
        if settings.kind == "dan":
            self._words = Means(rows, batch)
            self._names = [f"hidden{layer}" for layer in range(1, settings.layers + 1)]
        else:
            weights = {width: layers[name_of(width)] for width in settings.widths}
            self._words, self._names = Convolutions(rows, batch, weights), []
        value, self._inputs, self._slopes = self._words.values, [], []
        for name in self._names:
            self._inputs.append(_with_one(value))
            before = self._inputs[-1] @ layers[name]
            self._slopes.append(np.where(before > 0, 1.0, LEAK))
            value = self._slopes[-1] * before
        self._read = _with_one(value)
        self.scores: Float64 = self._read @ layers["output"]

    def forward(self, changes: Changes) -> Float64:
        """J dw: first-order change of the scores, shape (texts, labels)."""
        moved = self._words.forward(changes)
        for name, inputs, slopes in zip(self._names, self._inputs, self._slopes, strict=True):
            moved = slopes * (moved @ self._layers[name][:-1] + inputs @ changes[name])
        result: Float64 = moved @ self._layers["output"][:-1] + self._read @ changes["output"]
        return result

    def backward(self, residuals: Float64) -> dict[str, Float64]:
        """J^T r: derivatives by all weights of the scores' product with r, summed over texts."""
        result = {"output": self._read.T @ residuals}
        slope = residuals @ self._layers["output"][:-1].T
        for name, inputs, slopes in self._downwards():
            slope = slope * slopes
            result[name] = inputs.T @ slope
            slope = slope @ self._layers[name][:-1].T
        return {**result, **self._words.backward(slope)}

    def factors(self) -> dict[str, list[Factor]]:
        """Kronecker factors of J^T J / texts, by weights; that of the output layer is exact.

        The curvature by a layer's answers goes down through the weights and the mean products of
        slopes (Botev et al. 2017, section 3.3); for the highest hidden layer this is exact.
        """
        texts = len(self._read)
        result = {"output": [_factor(self._read, None)]}
        weights = self._layers["output"][:-1]
        curvature = weights @ weights.T
        for name, inputs, slopes in self._downwards():
            curvature = curvature * (slopes.T @ slopes / texts)
            result[name] = [_factor(inputs, curvature)]
            weights = self._layers[name][:-1]
            curvature = weights @ curvature @ weights.T
        return {**result, **self._words.factors(curvature)}

    def _downwards(self) -> list[tuple[str, Float64, Float64]]:
        return list(zip(self._names, self._inputs, self._slopes, strict=True))[::-1]


def _with_one(values: Float64) -> Float64:
    return np.concatenate([values, np.ones((len(values), 1))], axis=1)


def _factor(inputs: Float64, outputs: Float64 | None) -> Factor:
    return Factor(0, inputs.shape[1], inputs.T @ inputs / len(inputs), outputs)
