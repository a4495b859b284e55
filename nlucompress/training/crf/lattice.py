"""Expected counts of a linear chain: forward-backward with scaling (Rabiner 1989, section V.A)."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

Float64 = NDArray[np.float64]
Int64 = NDArray[np.int64]

# A product of matrices beyond this many multiplications would be shared among threads, and the last
# bit of its sums would depend on their number.
ONE_THREAD = 1 << 18
TINY = 1e-300


def batches(lengths: Int64, labels: int) -> Iterator[tuple[Int64, Int64]]:
    """Sentences of one length: their numbers, and their tokens, shape (sentences, length)."""
    starts = np.cumsum(lengths) - lengths
    size = max(1, ONE_THREAD // labels**2)
    for length in np.unique(lengths):
        chosen = np.flatnonzero(lengths == length)
        for begin in range(0, len(chosen), size):
            part = chosen[begin : begin + size]
            yield part, starts[part, None] + np.arange(length)


def expectations(
    scores: Float64, transitions: Float64, weights: Float64
) -> tuple[float, Float64, Float64]:
    """What a chain expects of sentences of one length, each with a weight.

    Args:
        scores: Shape (sentences, length, labels).
        transitions: Shape (labels, labels).
        weights: Shape (sentences,).

    Returns:
        The weighted sum of log Z; each token's marginals times its sentence's weight, in the shape
        of the scores; the weighted sum of the pairs of labels, in the shape of the transitions.
    """
    _, length, _ = scores.shape
    highest = scores.max(axis=2, keepdims=True)
    raised = np.exp(scores - highest)
    top = float(transitions.max())
    steps = np.exp(transitions - top)
    marginals = np.empty_like(scores)  # the forward variables, until the way back
    scale = np.empty((len(scores), length, 1))
    for t in range(length):
        reached = raised[:, t] if t == 0 else (marginals[:, t - 1] @ steps) * raised[:, t]
        scale[:, t] = np.maximum(reached.sum(axis=1, keepdims=True), TINY)
        marginals[:, t] = reached / scale[:, t]
    backward = np.ones_like(scores[:, 0])
    counted = np.zeros_like(steps)
    for t in range(length - 1, 0, -1):
        ahead = raised[:, t] * backward / scale[:, t]
        counted += marginals[:, t - 1].T @ (ahead * weights[:, None])
        backward = ahead @ steps.T
        marginals[:, t - 1] *= backward
    marginals *= weights[:, None, None]
    partitions = np.log(scale).sum(axis=(1, 2)) + highest.sum(axis=(1, 2)) + (length - 1) * top
    return float(np.einsum("i,i->", weights, partitions)), marginals, counted * steps
