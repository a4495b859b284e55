"""Conditional random fields with L2 and L1 penalties, trained by OWL-QN.

    minimize  -1/tokens sum over sentences of log p(y | x) + l2/2 ||w||^2 + l1 |w|_1

over a weight for every attribute and label that occur together in the training data, and for every
pair of labels (Lafferty et al. 2001). Near older models it gains a term: see ``Teacher``.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from nlucompress.networks.crf.network import viterbi
from nlucompress.training.crf import lattice, owlqn

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

Float32 = NDArray[np.float32]
Float64 = NDArray[np.float64]
Int64 = NDArray[np.int64]


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


@dataclass(frozen=True)
class Teacher:
    """What older models expect of the sentences: sum_s w_s KL(old(y | x_s) || new(y | x_s)).

    Attributes:
        weights: float64, shape (sentences,): w.
        states: float64, shape (tokens, labels): marginals of the old ones times w.
        pairs: float64, shape (labels, labels): sum of their pairs of labels times w.
        entropy: sum_s w_s H(old(y | x_s)), by which a cross-entropy exceeds the divergence.
    """

    weights: Float64
    states: Float64
    pairs: Float64
    entropy: float = 0.0


def fit(
    problem: Problem,
    l2: float,
    l1: float,
    iterations: int,
    start: Weights | None = None,
    check: Check | None = None,
) -> Weights:
    """Train; ``check`` is called after every iteration and ends the training with True."""
    objective = Objective(problem, l2)

    def watched(iteration: int, _: float, packed: Float64) -> bool:
        return check is not None and check(iteration, objective.unpacked(packed))

    first = objective.packed(start) if start is not None else np.zeros(objective.size)
    return objective.unpacked(owlqn.minimize(objective, first, l1, iterations, watched))


class Objective:
    """The smooth part and its gradient, over the weights that may be other than zero, as a vector.

    Those are a support's, or of every attribute and label that occur together.
    """

    def __init__(
        self,
        problem: Problem,
        l2: float,
        support: NDArray[np.bool_] | None = None,
        teacher: Teacher | None = None,
    ) -> None:
        """Count what the problem and the teacher observe."""
        from scipy.sparse import csr_matrix

        self._problem, self._l2, self._teacher = problem, l2, teacher
        tokens, attributes = problem.features.shape
        self._shape = (attributes, problem.labels)
        self._transposed = problem.features.T.tocsr()
        targets, labels = problem.targets, problem.labels
        if support is None:
            ones = np.ones(tokens, np.float32)
            truth = csr_matrix((ones, (np.arange(tokens), targets)), (tokens, labels))
            together = (self._transposed @ truth).tocoo()
            self._at = np.sort(together.row.astype(np.int64) * labels + together.col)
        else:
            self._at = np.flatnonzero(support)
        self.size = len(self._at) + labels**2
        self._batches = list(lattice.batches(problem.lengths, labels))
        inner = np.ones(tokens, np.bool_)
        inner[np.cumsum(problem.lengths) - 1] = False  # the last token of a sentence leads nowhere
        self._pairs = np.zeros((labels, labels))
        np.add.at(self._pairs, (targets[:-1][inner[:-1]], targets[1:][inner[:-1]]), 1)
        self._weights = np.ones(len(problem.lengths))
        if teacher is not None:
            self._pairs += teacher.pairs
            self._weights += teacher.weights

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
        """Value and gradient: expected minus observed counts."""
        weights, problem = self.unpacked(packed), self._problem
        scores = problem.features @ weights.matrix
        apart = np.zeros_like(scores)
        pairs = -self._pairs
        value = float(np.einsum("ij,ij->", pairs, weights.transitions))
        for sentences, tokens in self._batches:
            of_batch = scores[tokens].astype(np.float64)
            total, expected, expected_pairs = lattice.expectations(
                of_batch, weights.transitions, self._weights[sentences]
            )
            observed = self._observed(tokens)
            value += total - float(np.einsum("ijk,ijk->", observed, of_batch))
            expected -= observed
            pairs += expected_pairs
            apart[tokens] = expected
        count = len(problem.targets)
        value -= self._teacher.entropy if self._teacher is not None else 0.0
        gradient = np.concatenate(
            ((self._transposed @ apart).reshape(-1)[self._at], pairs.reshape(-1))
        )
        square = float(np.einsum("i,i->", packed, packed))
        return value / count + self._l2 / 2 * square, gradient / count + self._l2 * packed

    def _observed(self, tokens: Int64) -> Float64:
        """Labels of tokens as counts, the teacher's added, shape (sentences, length, labels)."""
        observed = np.zeros((*tokens.shape, self._problem.labels))
        observed[(*np.indices(tokens.shape), self._problem.targets[tokens])] = 1
        if self._teacher is not None:
            observed += self._teacher.states[tokens]
        return observed
