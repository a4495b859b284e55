"""Ridge regression on a network's first-order expansion, by preconditioned conjugate gradients.

    min over dw of  1/n sum_i |f(x_i) + J(x_i) dw - a e(y_i)|^2 + ridge |dw / s|^2

The loss is that of LQF (Achille et al. 2021, section 3); s is 1 for the layers and may be larger
for the rows of words. It is quadratic and has one optimum, which conjugate gradients reach; the
Kronecker factors precondition them, as they do the paper's stochastic gradient descent.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from nlucompress.errors import DataError, UsageError
from nlucompress.training.linearized.expansion import Expansion
from nlucompress.training.linearized.factors import Factor
from nlucompress.training.linearized.preconditioners import (
    MAX_SCORES,
    Full,
    Kronecker,
    Name,
    Parts,
    Preconditioner,
    nothing,
)
from nlucompress.training.linearized.words import ROWS

Float64 = NDArray[np.float64]

TOLERANCE = 1e-3  # of the gradient, in the norm of the preconditioner


class LeastSquares:
    """The problem of one set of texts; what does not depend on the ridge is made once.

    Its unknowns are u = dw / s, so that one ridge holds for all of them.
    """

    def __init__(self, expansion: Expansion, residuals: Float64, row_scale: float) -> None:
        """Take what the scores lack to what they aim at, shape (texts, labels).

        Raises:
            DataError: A weight of the network is not finite.
        """
        if not np.isfinite(residuals).all():
            raise DataError("a score of the model is not finite; its weights are damaged")
        self._expansion = expansion
        self._residuals = residuals
        self._row_scale = row_scale
        sizes = [int(np.prod(shape)) for shape in expansion.shapes.values()]
        self._ends = np.cumsum(sizes)

    def preconditioner(self, name: Name) -> Preconditioner:
        """The preconditioner of this name.

        Raises:
            UsageError: The full one would be too large.
        """
        if name == "none":
            return nothing
        if name == "full":
            texts, labels = self._residuals.shape
            if texts * labels > MAX_SCORES:
                raise UsageError(
                    f"the full preconditioner is for at most {MAX_SCORES:,} scores, and "
                    f"{texts:,} readings of texts have {texts * labels:,}; take kronecker"
                )
            return Full(self, texts, labels)
        factors = self._expansion.factors()
        return Kronecker({**factors, ROWS: [self._scaled_factor(each) for each in factors[ROWS]]})

    def _scaled_factor(self, factor: Factor) -> Factor:
        return replace(factor, inputs=factor.inputs * self._row_scale**2)

    def _scaled(self, parts: Parts) -> Parts:
        return {**parts, ROWS: parts[ROWS] * self._row_scale}

    def forward(self, changes: Parts) -> Float64:
        """J s u."""
        return self._expansion.forward(self._scaled(changes))

    def backward(self, residuals: Float64) -> Parts:
        """s J^T r."""
        return self._scaled(self._expansion.backward(residuals))

    def _split(self, flat: Float64) -> Parts:
        """Views of a vector of all unknowns, by name."""
        shapes = self._expansion.shapes
        parts = np.split(flat, self._ends[:-1])
        return {
            name: part.reshape(shape)
            for (name, shape), part in zip(shapes.items(), parts, strict=True)
        }

    def _join(self, parts: Parts) -> Float64:
        return np.concatenate([parts[name].ravel() for name in self._expansion.shapes])

    def changes(self, flat: Float64) -> Parts:
        """dw = s u, by name."""
        return self._scaled(self._split(flat))

    def loss(self, flat: Float64) -> float:
        """Mean squared error, without the ridge."""
        apart = self._residuals - self.forward(self._split(flat))
        return float((apart * apart).sum() / len(apart))

    def solve(
        self,
        ridge: float,
        steps: int,
        preconditioner: Preconditioner = nothing,
        start: Float64 | None = None,
    ) -> tuple[Float64, int]:
        """The unknowns as one vector, and the steps that it took; ``start`` is a guess at them.

        Raises:
            DataError: The numbers overflow.
        """

        def downhill(flat: Float64) -> Float64:
            return self._join(preconditioner(self._split(flat), ridge))

        right = self._join(self.backward(self._residuals)) / len(self._residuals)
        found = np.zeros_like(right) if start is None else start.copy()
        rest = right - self._curved(found, ridge) if start is not None else right.copy()
        enough = TOLERANCE**2 * float(right @ downhill(right))
        direction = downhill(rest)
        height = float(rest @ direction)
        step = 0
        while height > enough and step < steps:
            curved = self._curved(direction, ridge)
            length = height / float(direction @ curved)
            found += length * direction
            rest -= length * curved
            better = downhill(rest)
            before, height = height, float(rest @ better)
            direction = better + height / before * direction
            step += 1
        if not np.isfinite(found).all() or not np.isfinite(height):
            raise DataError("the expansion overflows; are the model's weights absurdly large?")
        return found, step

    def _curved(self, flat: Float64, ridge: float) -> Float64:
        """(s J^T J s / texts + ridge) times a vector."""
        moved = self.forward(self._split(flat))
        return self._join(self.backward(moved)) / len(moved) + ridge * flat
