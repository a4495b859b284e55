"""The Kronecker-factored curvature of a layer, and its inverse under a ridge."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

Float64 = NDArray[np.float64]


@dataclass(frozen=True)
class Factor:
    """Curvature of some rows of a layer's weights, nearly ``inputs`` (x) ``outputs``.

    K-FAC (Martens & Grosse 2015, section 3): the mean of the layer's inputs' products times that
    of its derivatives' products.

    Attributes:
        begin, end: The rows of the weights.
        inputs: Shape (rows, rows), or (rows,) where it is diagonal.
        outputs: Shape (columns, columns); None is the identity.
    """

    begin: int
    end: int
    inputs: Float64
    outputs: Float64 | None

    @cached_property
    def _inputs(self) -> tuple[Float64, Float64 | None]:
        return _spectrum(self.inputs)

    @cached_property
    def _outputs(self) -> tuple[Float64, Float64 | None]:
        return (np.ones(1), None) if self.outputs is None else _spectrum(self.outputs)

    def inverse(self, gradient: Float64, ridge: float) -> Float64:
        """(inputs (x) outputs + ridge)^-1 times a gradient of these rows, exactly.

        Q_A ((Q_A^T V Q_G) / (a g^T + ridge)) Q_G^T, where A = Q_A a Q_A^T and G = Q_G g Q_G^T.
        """
        (values_in, turn_in), (values_out, turn_out) = self._inputs, self._outputs
        moved = gradient if turn_in is None else turn_in.T @ gradient
        moved = moved if turn_out is None else moved @ turn_out
        moved = moved / (values_in[:, None] * values_out[None, :] + ridge)
        moved = moved if turn_in is None else turn_in @ moved
        result: Float64 = moved if turn_out is None else moved @ turn_out.T
        return result


def _spectrum(matrix: Float64) -> tuple[Float64, Float64 | None]:
    """Eigenvalues, none below zero, and eigenvectors: None for a diagonal."""
    if matrix.ndim == 1:
        return matrix, None
    values, vectors = np.linalg.eigh(matrix)
    return np.maximum(values, 0), vectors
