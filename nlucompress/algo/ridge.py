"""Least squares with a ridge: affine maps from many inputs to many outputs."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from nlucompress.algo.threads import single_threaded

Float64 = NDArray[np.float64]


@single_threaded
def affine_map(inputs: Float64, wanted: Float64, ridge: float) -> tuple[Float64, Float64]:
    """Weight and bias of the affine map of least mean squared error (Hoerl & Kennard 1970).

        min over W, b of  1/n sum_i |x_i @ W + b - y_i|^2 + ridge |W|^2

    Args:
        inputs: Shape (rows, columns).
        wanted: Shape (rows, outputs).
        ridge: Above 0.

    Returns:
        The weight, shape (columns, outputs), and the bias, shape (outputs,).
    """
    means = inputs.mean(axis=0), wanted.mean(axis=0)
    centred = inputs - means[0]
    square = centred.T @ centred + len(inputs) * ridge * np.eye(inputs.shape[1])
    weight = np.linalg.solve(square, centred.T @ (wanted - means[1]))
    return weight, means[1] - means[0] @ weight
