"""Approximate inverses of the curvature under a ridge, which make conjugate gradients fast."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from typing import Literal, Protocol

import numpy as np
from numpy.typing import NDArray

from nlucompress.training.linearized.factors import Factor

Float64 = NDArray[np.float64]
Parts = dict[str, Float64]
Name = Literal["kronecker", "full", "none"]

NAMES: tuple[Name, ...] = ("kronecker", "full", "none")
MAX_SCORES = 1024  # of the training texts, for the full one


class Jacobian(Protocol):
    """A linear map from changes of the weights to changes of scores, and its transpose."""

    def forward(self, changes: Parts) -> Float64:
        """J dw, shape (texts, labels)."""

    def backward(self, residuals: Float64) -> Parts:
        """J^T r."""


Preconditioner = Callable[[Parts, float], Parts]  # of a gradient, and the ridge


def nothing(gradient: Parts, ridge: float) -> Parts:
    """The gradient itself."""
    return gradient


class Kronecker:
    """The inverse of each layer's Kronecker-factored curvature (K-FAC, Martens & Grosse 2015)."""

    def __init__(self, factors: dict[str, list[Factor]]) -> None:
        """Take the factors of each layer."""
        self._factors = factors

    def __call__(self, gradient: Parts, ridge: float) -> Parts:
        """The step down this gradient."""
        result = {name: np.empty_like(part) for name, part in gradient.items()}
        for name, factors in self._factors.items():
            for each in factors:
                rows = slice(each.begin, each.end)
                result[name][rows] = each.inverse(gradient[name][rows], ridge)
        return result


class Full:
    """The exact inverse, from the products of all scores' derivatives.

    (J^T J / n + r)^-1 = (1 - J^T (J J^T + n r)^-1 J) / r (Woodbury), with J J^T as large as there
    are scores.
    """

    def __init__(self, jacobian: Jacobian, texts: int, labels: int) -> None:
        """Take the map and the shape of its results."""
        self._jacobian = jacobian
        self._shape = texts, labels

    @cached_property
    def _spectrum(self) -> tuple[Float64, Float64]:
        """Eigenvalues and eigenvectors of J J^T."""
        texts, labels = self._shape
        columns = []
        for one in np.eye(texts * labels):
            moved = self._jacobian.forward(self._jacobian.backward(one.reshape(self._shape)))
            columns.append(moved.ravel())
        values, vectors = np.linalg.eigh(np.array(columns))
        return np.maximum(values, 0), vectors

    def __call__(self, gradient: Parts, ridge: float) -> Parts:
        """The step down this gradient."""
        values, vectors = self._spectrum
        scores = vectors.T @ self._jacobian.forward(gradient).ravel()
        scores = vectors @ (scores / (values + self._shape[0] * ridge))
        taken = self._jacobian.backward(scores.reshape(self._shape))
        return {name: (part - taken[name]) / ridge for name, part in gradient.items()}
