"""Conditional random fields with L2 and L1 penalties, trained by OWL-QN.

    minimize  -1/tokens sum over sentences of log p(y | x) + l2/2 ||w||^2 + l1 |w|_1

over a weight for every attribute and label that occur together in the training data, and for every
pair of labels (Lafferty et al. 2001). Expected counts come from forward-backward with scaling
(Rabiner 1989, section V.A), for many sentences of one length at a time.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from nlucompress.networks.crf import viterbi
from nlucompress.training import owlqn

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

Float32 = NDArray[np.float32]
Float64 = NDArray[np.float64]
Int64 = NDArray[np.int64]

# A product of matrices beyond this many multiplications would be shared among threads, and the last
# bit of its sums would depend on their number.
ONE_THREAD = 1 << 18
TINY = 1e-300


@dataclass(frozen=True)
class Weights:
    """What is learnt: float32 attributes (attributes, labels), float64 transitions."""

    matrix: Float32
    transitions: Float64


@dataclass(frozen=True)
class Problem:
    """What is fitted.

    Attributes:
        features: float32 CSR matrix, shape (tokens, attributes), the tokens sentence by sentence.
        targets: int64, shape (tokens,): index of the label.
        lengths: int64, shape (sentences,): tokens of each sentence, at least 1.
        labels: Number of labels.
    """

    features: csr_matrix
    targets: Int64
    lengths: Int64
    labels: int

    def tag(self, weights: Weights) -> list[Int64]:
        """The best labelling of each sentence."""
        scores = (self.features @ weights.matrix).astype(np.float64)
        return [
            viterbi(each, weights.transitions)
            for each in np.split(scores, np.cumsum(self.lengths)[:-1])
        ]


Check = Callable[[int, Weights], bool]


def fit(
    problem: Problem,
    l2: float,
    l1: float,
    iterations: int,
    start: Weights | None = None,
    check: Check | None = None,
) -> Weights:
    """Train; ``check`` is called after every iteration and ends the training with True."""
    objective = _Objective(problem, l2)

    def watched(iteration: int, _: float, packed: Float64) -> bool:
        return check is not None and check(iteration, objective.unpacked(packed))

    first = objective.packed(start) if start is not None else np.zeros(objective.size)
    return objective.unpacked(owlqn.minimize(objective, first, l1, iterations, watched))


class _Objective:
    """The smooth part and its gradient, over the weights that occur as one vector."""

    def __init__(self, problem: Problem, l2: float) -> None:
        from scipy.sparse import csr_matrix

        self._problem, self._l2 = problem, l2
        tokens, attributes = problem.features.shape
        ones = np.ones(tokens, np.float32)
        truth = csr_matrix((ones, (np.arange(tokens), problem.targets)), (tokens, problem.labels))
        self._transposed = problem.features.T.tocsr()
        together = (self._transposed @ truth).tocoo()
        self._shape = (attributes, problem.labels)
        self._at = np.sort(together.row.astype(np.int64) * problem.labels + together.col)
        self.size = len(self._at) + problem.labels**2
        self._batches = list(_batches(problem.lengths, problem.labels))

    def packed(self, weights: Weights) -> Float64:
        """Weights as a vector."""
        listed = weights.matrix.reshape(-1)[self._at].astype(np.float64)
        return np.concatenate((listed, weights.transitions.reshape(-1)))

    def unpacked(self, packed: Float64) -> Weights:
        """A vector as weights."""
        matrix = np.zeros(self._shape[0] * self._shape[1], np.float32)
        matrix[self._at] = packed[: len(self._at)]
        transitions = packed[len(self._at) :].reshape(self._shape[1], -1)
        return Weights(matrix.reshape(self._shape), transitions)

    def __call__(self, packed: Float64) -> tuple[float, Float64]:
        """Value and gradient."""
        weights, problem = self.unpacked(packed), self._problem
        scores = problem.features @ weights.matrix
        expected = np.zeros_like(scores)
        pairs = np.zeros_like(weights.transitions)
        value = 0.0
        for tokens in self._batches:
            value += _forward_backward(
                scores[tokens].astype(np.float64),
                problem.targets[tokens],
                weights.transitions,
                expected,
                tokens,
                pairs,
            )
        count = len(problem.targets)
        gradient = np.concatenate(
            ((self._transposed @ expected).reshape(-1)[self._at], pairs.reshape(-1))
        )
        square = float(np.einsum("i,i->", packed, packed))
        return value / count + self._l2 / 2 * square, gradient / count + self._l2 * packed


def _batches(lengths: Int64, labels: int) -> Iterator[Int64]:
    """Tokens of sentences of one length, shape (sentences, length)."""
    starts = np.cumsum(lengths) - lengths
    size = max(1, ONE_THREAD // labels**2)
    for length in np.unique(lengths):
        chosen = starts[lengths == length]
        for begin in range(0, len(chosen), size):
            yield chosen[begin : begin + size, None] + np.arange(length)


def _forward_backward(
    scores: Float64,
    targets: Int64,
    transitions: Float64,
    expected: Float32,
    tokens: Int64,
    pairs: Float64,
) -> float:
    """-sum of log p(targets) of a batch; writes expected minus observed counts.

    Args:
        scores: Shape (sentences, length, labels).
        targets: Shape (sentences, length).
        transitions: Shape (labels, labels).
        expected: Of all tokens, of which those at ``tokens`` are written.
        tokens: Shape (sentences, length).
        pairs: Shape (labels, labels), added to.
    """
    sentences, length, _ = scores.shape
    highest = scores.max(axis=2, keepdims=True)
    raised = np.exp(scores - highest)
    top = float(transitions.max())
    steps = np.exp(transitions - top)
    forward = np.empty_like(scores)
    scale = np.empty((sentences, length, 1))
    for t in range(length):
        reached = raised[:, t] if t == 0 else (forward[:, t - 1] @ steps) * raised[:, t]
        scale[:, t] = np.maximum(reached.sum(axis=1, keepdims=True), TINY)
        forward[:, t] = reached / scale[:, t]
    backward = np.ones_like(scores[:, 0])
    marginal = forward
    counted = np.zeros_like(steps)
    for t in range(length - 1, 0, -1):
        ahead = raised[:, t] * backward / scale[:, t]
        counted += forward[:, t - 1].T @ ahead
        backward = ahead @ steps.T
        marginal[:, t - 1] *= backward
    pairs += counted * steps
    at = np.indices(targets.shape)
    gold = scores[(*at, targets)].sum() + transitions[targets[:, :-1], targets[:, 1:]].sum()
    total = np.log(scale).sum() + highest.sum() + sentences * (length - 1) * top
    marginal[(*at, targets)] -= 1
    expected[tokens] = marginal
    np.subtract.at(pairs, (targets[:, :-1], targets[:, 1:]), 1)
    return float(total - gold)
