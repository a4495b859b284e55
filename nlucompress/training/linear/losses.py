"""Convex losses of linear classifiers: value and gradient with respect to the scores."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

import numpy as np
from numpy.typing import NDArray

Float32 = NDArray[np.float32]
LossName = Literal["squared-hinge", "logistic", "softmax"]

# (scores (n, labels), targets (n,), weight per example (n,)) -> (sum of losses, gradient)
Loss = Callable[[Float32, NDArray[np.int64], Float32], tuple[float, Float32]]


def squared_hinge(
    scores: Float32, targets: NDArray[np.int64], weights: Float32
) -> tuple[float, Float32]:
    """Sum over all labels of max(0, 1 - y s)^2, y = +1 for the target and -1 for the others."""
    at = np.arange(len(targets))
    margin = scores + np.float32(1)
    margin[at, targets] = scores[at, targets] - np.float32(1)
    # The others lose where s > -1, the target where s < 1.
    np.maximum(margin, 0, out=margin)
    margin[at, targets] = np.minimum(scores[at, targets] - np.float32(1), 0)
    gradient = np.float32(2) * margin * weights[:, None]
    value = np.einsum("ij,ij,i->", margin, margin, weights, dtype=np.float64)
    return float(value), gradient


def logistic(
    scores: Float32, targets: NDArray[np.int64], weights: Float32
) -> tuple[float, Float32]:
    """Sum over all labels of log(1 + exp(-y s)): one logistic regression per label."""
    at = np.arange(len(targets))
    signed = scores.copy()
    signed[at, targets] *= -1
    losses = np.logaddexp(np.float32(0), signed)
    gradient = np.exp(signed - losses)  # the sigmoid, without overflow
    gradient[at, targets] *= -1
    value = np.einsum("ij,i->", losses, weights, dtype=np.float64)
    return float(value), gradient * weights[:, None]


def softmax(scores: Float32, targets: NDArray[np.int64], weights: Float32) -> tuple[float, Float32]:
    """Cross-entropy of the softmax: log(sum(exp(s))) - s of the target."""
    at = np.arange(len(targets))
    shifted = scores - scores.max(axis=1, keepdims=True)
    gradient = np.exp(shifted)
    total = gradient.sum(axis=1, keepdims=True)
    gradient /= total
    losses = np.log(total[:, 0]) - shifted[at, targets]
    gradient[at, targets] -= np.float32(1)
    value = np.einsum("i,i->", losses, weights, dtype=np.float64)
    return float(value), gradient * weights[:, None]


LOSSES: dict[str, Loss] = {
    "squared-hinge": squared_hinge,
    "logistic": logistic,
    "softmax": softmax,
}
# Upper bounds of the second derivative by a score, for the step sizes.
CURVATURE = {"squared-hinge": 2.0, "logistic": 0.25, "softmax": 0.5}
LINK = {"squared-hinge": "margin", "logistic": "logistic", "softmax": "softmax"}
