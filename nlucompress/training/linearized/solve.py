"""Ridge regression on a network's first-order expansion, by preconditioned conjugate gradients.

    min over dw of  1/n sum_i |f(x_i) + J(x_i) dw - a e(y_i)|^2 + ridge |dw|^2

The loss is that of LQF (Achille et al. 2021, section 3). It is quadratic and has one optimum, which
conjugate gradients reach; the Kronecker factors are the preconditioner, as they are of the
paper's stochastic gradient descent.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from nlucompress.errors import DataError
from nlucompress.training.linearized.expansion import Expansion

Float64 = NDArray[np.float64]

TOLERANCE = 1e-3  # of the gradient, in the norm of the preconditioner


class LeastSquares:
    """The problem of one set of texts; its curvature's factors are made once for all ridges."""

    def __init__(self, expansion: Expansion, targets: NDArray[np.int64], scale: float) -> None:
        """Take the labels' numbers and the scores that they aim at.

        Raises:
            DataError: A weight of the network is not finite.
        """
        self._expansion = expansion
        if not np.isfinite(expansion.scores).all():
            raise DataError("a score of the model is not finite; its weights are damaged")
        wanted = np.zeros_like(expansion.scores)
        wanted[np.arange(len(targets)), targets] = scale
        self._residuals = wanted - expansion.scores
        self._blocks = expansion.factors()
        sizes = [int(np.prod(shape)) for shape in expansion.shapes.values()]
        self._ends = np.cumsum(sizes)

    def split(self, flat: Float64) -> dict[str, Float64]:
        """Views of a vector of all weights, by name."""
        shapes = self._expansion.shapes
        parts = np.split(flat, self._ends[:-1])
        return {
            name: part.reshape(shape)
            for (name, shape), part in zip(shapes.items(), parts, strict=True)
        }

    def _join(self, parts: Mapping[str, Float64]) -> Float64:
        return np.concatenate([parts[name].ravel() for name in self._expansion.shapes])

    def loss(self, flat: Float64) -> float:
        """Mean squared error, without the ridge."""
        apart = self._residuals - self._expansion.forward(self.split(flat))
        return float((apart * apart).sum() / len(apart))

    def solve(self, ridge: float, steps: int, start: Float64 | None = None) -> tuple[Float64, int]:
        """The change of all weights as one vector, and the steps that it took.

        Raises:
            DataError: The numbers overflow.
        """
        texts = len(self._residuals)
        right = self._join(self._expansion.backward(self._residuals)) / texts
        found = np.zeros_like(right) if start is None else start.copy()
        rest = right - self._curved(found, ridge) if start is not None else right.copy()
        enough = TOLERANCE**2 * float(right @ self._preconditioned(right, ridge))
        direction = self._preconditioned(rest, ridge)
        height = float(rest @ direction)
        step = 0
        while height > enough and step < steps:
            curved = self._curved(direction, ridge)
            length = height / float(direction @ curved)
            found += length * direction
            rest -= length * curved
            downhill = self._preconditioned(rest, ridge)
            before, height = height, float(rest @ downhill)
            direction = downhill + height / before * direction
            step += 1
        if not np.isfinite(found).all() or not np.isfinite(height):
            raise DataError("the expansion overflows; are the model's weights absurdly large?")
        return found, step

    def _curved(self, flat: Float64, ridge: float) -> Float64:
        """(J^T J / texts + ridge) times a vector."""
        moved = self._expansion.forward(self.split(flat))
        result = self._join(self._expansion.backward(moved)) / len(moved)
        return result + ridge * flat

    def _preconditioned(self, flat: Float64, ridge: float) -> Float64:
        result = np.empty_like(flat)
        old, new = self.split(flat), self.split(result)
        for name, factors in self._blocks.items():
            for each in factors:
                rows = slice(each.begin, each.end)
                new[name][rows] = each.inverse(old[name][rows], ridge)
        return result
