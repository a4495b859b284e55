"""Which of several fits of a linear model is taken, by development data.

A fit counts by the mean of its accuracy and of that of its weights in 5 bits, since that is what
most models become. Those less than half a standard error behind the best are equal as far as
accuracy tells. Scalings, at one pair of strengths, are then compared by cross-entropy. Of the fits
of one scaling those are equal whose cross-entropy is within two standard errors of the least, the
differences taken example by example; the smallest file among these is taken.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from nlucompress.algo.quantization import affine
from nlucompress.training.linear.dual import SparseWeights, Strengths
from nlucompress.training.linear.losses import Float32

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

BITS = 5
KEY_BITS = 2.5 + 8 + 2.5  # hash, fingerprint, and how many weights a row has
STANDARD_ERRORS = 2.0  # of paired differences; more is no chance at 95 %
FACTORS = (1, 1.5, 2, 3, 4, 6, 8, 12, 16)  # of margins, which are no logarithms of probabilities


class Scaling(NamedTuple):
    """What is compared at one pair of strengths, see TrainOptions."""

    borders: bool
    idf: bool
    normalize: bool


@dataclass(frozen=True)
class Tried:
    """One fit: its settings, and what it comes to on the development data.

    Attributes:
        borders, idf, normalize, l2, l1: See TrainOptions.
        dev_accuracy: Share of right answers.
        dev_accuracy_in_5_bits: The same of its weights rounded to so many levels.
        dev_loss: Mean cross-entropy of the softmax of its scores times the best of FACTORS.
        nonzero_weights: How many weights it has.
        bytes_in_5_bits: About what the file takes after `quantize --bits 5`, `phash` and `pack`.
    """

    borders: bool
    idf: bool
    normalize: bool
    l2: float
    l1: float
    dev_accuracy: float
    dev_accuracy_in_5_bits: float
    dev_loss: float
    nonzero_weights: int
    bytes_in_5_bits: int

    @property
    def scaling(self) -> Scaling:
        """Its borders and scaling."""
        return Scaling(self.borders, self.idf, self.normalize)

    @property
    def accuracy(self) -> float:
        """The mean of both accuracies."""
        return (self.dev_accuracy + self.dev_accuracy_in_5_bits) / 2


@dataclass(frozen=True)
class Measured:
    """A fit with the cross-entropy of each development example, float64."""

    tried: Tried
    losses: NDArray[np.float64]


def measured(
    fitted: SparseWeights,
    scaling: Scaling,
    strengths: Strengths,
    x: csr_matrix,
    targets: NDArray[np.int64],
) -> Measured:
    """What weights come to on development data."""
    small = _rounded(fitted)
    scores = [each.scores(x) for each in (fitted, small)]
    shares = [float((each.argmax(axis=1) == targets).mean()) for each in scores]
    losses = _losses(scores[0], targets)
    loss, size = float(losses.mean()), _bytes(small.matrix)
    tried = Tried(*scaling, *strengths, shares[0], shares[1], loss, fitted.matrix.nnz, size)
    return Measured(tried, losses)


def best_of(results: Sequence[Measured]) -> int:
    """The place of the smallest of equal fits."""
    near = _near(results)
    least = results[_least(results, near)].losses
    equal = [at for at in near if _no_worse(results[at].losses, least)]
    return min(equal, key=lambda at: (results[at].tried.bytes_in_5_bits, at))


def surest_of(results: Sequence[Measured]) -> int:
    """The place of the fit of least cross-entropy among those of equal accuracy."""
    return _least(results, _near(results))


def _least(results: Sequence[Measured], near: Sequence[int]) -> int:
    return min(near, key=lambda at: results[at].tried.dev_loss)


def _near(results: Sequence[Measured]) -> list[int]:
    """The places of fits less than half a standard error behind the best accuracy."""
    top = max(each.tried.accuracy for each in results)
    error = (top * (1 - top) / len(results[0].losses)) ** 0.5
    return [at for at, each in enumerate(results) if each.tried.accuracy >= top - error / 2]


def _no_worse(losses: NDArray[np.float64], least: NDArray[np.float64]) -> bool:
    """Whether the mean of paired differences is at most STANDARD_ERRORS of it above zero."""
    behind = losses - least
    return bool(behind.mean() <= STANDARD_ERRORS * behind.std() / math.sqrt(len(behind)))


def _losses(scores: Float32, targets: NDArray[np.int64]) -> NDArray[np.float64]:
    """The cross-entropy of each example, shape (examples,), by the factor of least mean."""
    wide = scores.astype(np.float64)
    wide -= wide.max(axis=1, keepdims=True)
    own = wide[np.arange(len(targets)), targets]
    found = [np.log(np.exp(wide * each).sum(axis=1)) - own * each for each in FACTORS]
    return min(found, key=lambda each: float(each.mean()))


def _rounded(fitted: SparseWeights) -> SparseWeights:
    """The weights on the even levels that ``quantize --bits 5`` gives them, without zeros."""
    matrix = fitted.matrix.copy()
    if matrix.nnz:
        part = np.zeros((1, 1), np.int64)
        grid = affine.fit(matrix.data[None, :], BITS)
        matrix.data = grid.values(grid.codes(matrix.data[None, :], part), part)[0]
        matrix.eliminate_zeros()
    return SparseWeights(matrix, fitted.bias, fitted.passes)


def _bytes(matrix: csr_matrix) -> int:
    """About the size of a packed file: KEY_BITS of each row that is left, which labels it has out
    of all, log2 of a binomial coefficient, and the entropy of its levels.
    """
    labels = matrix.shape[1]
    sizes = np.bincount(np.diff(matrix.indptr))
    choices = sum(
        count * (math.lgamma(labels + 1) - math.lgamma(k + 1) - math.lgamma(labels - k + 1))
        for k, count in enumerate(sizes.tolist())
    )
    counts = np.unique(matrix.data, return_counts=True)[1]
    entropy = float((counts * np.log(matrix.nnz / counts)).sum()) if matrix.nnz else 0.0
    bits: float = KEY_BITS * sizes[1:].sum() + (choices + entropy) / math.log(2)
    return math.ceil(bits / 8)
