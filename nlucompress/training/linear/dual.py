"""Dual coordinate descent for one-vs-rest models with the squared hinge.

For each label, with signs y_i = +1 for its examples and -1 for the others, and the bias b held by
the squared penalty as a weight is, but not by the absolute one:

    minimize  sum_i c_i max(0, m_i - y_i (w' x_i + b + o_i))^2 + l2/2 (||w||^2 + b^2) + l1 |w|_1

The squared penalty makes it strongly convex, so it has a smooth dual. With v = sum_i a_i y_i x_i
the weights are v drawn to zero by l1/l2, and each a_i >= 0 is moved in turn to where the gradient

    y_i (w' x_i + b + o_i) - m_i + a_i l2 / (2 c_i)

would vanish if the weights moved as v does (Hsieh et al. 2008, "A dual coordinate descent method
for large-scale linear SVM"; Shalev-Shwartz and Zhang 2014 for the absolute penalty). Examples
beyond their margin are left out of most passes. A path of strengths is walked label by
label, each fit from the one before it, so that memory follows the weights that are not zero.

Labels are independent: threads take one each, and the result does not depend on their number. The
extension and the NumPy twin compute the same sums in the same order: the same bits.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from nlucompress.native import extension
from nlucompress.training.linear.dual_numpy import (
    ORDERS,
    Data,
    Float64,
    Path,
    together,
)
from nlucompress.training.linear.dual_numpy import (
    Strengths as Strengths,
)
from nlucompress.training.linear.fit import Problem
from nlucompress.training.linear.losses import Float32

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

TOLERANCE = 0.05  # of the gradients, which are distances to a margin of 1
SEED = 0


@dataclass(frozen=True)
class SparseWeights:
    """Weights, float32 CSR (features, labels), bias, float32 (labels,), passes of all labels."""

    matrix: csr_matrix
    bias: Float32
    passes: int

    def scores(self, features: csr_matrix) -> Float32:
        """Scores of examples, shape (examples, labels)."""
        result: Float32 = (features @ self.matrix).toarray() + self.bias
        return result


def fit_path(
    problem: Problem,
    path: Sequence[Strengths],
    iterations: int,
    tolerance: float = TOLERANCE,
    offset: Float32 | None = None,
    progress: Callable[[float], None] | None = None,
    margins: Float64 | None = None,
) -> list[SparseWeights]:
    """The weights for every pair of strengths.

    Args:
        problem: Data.
        path: L2 (above 0) and L1 of each fit, which begins at the one before it.
        iterations: Passes over the examples at most, for each label and fit.
        tolerance: A fit ends when the gradients lie within an interval of this width.
        offset: What is added to the scores, shape (examples, labels).
        progress: Called with the share of the labels, or without the extension of the fits, that is
            done.
        margins: The margin m_i of each example, above 0, shape (examples,); None is 1 each.
    """
    data = _prepared(problem, margins)
    opposite = problem.labels == 2 and offset is None  # the second label mirrors the first
    labels = range(1 if opposite else problem.labels)
    offsets = None if offset is None else np.ascontiguousarray(offset.T, np.float64)
    if extension is None:
        paths = together(data, len(labels), path, iterations, tolerance, offsets, progress)
    else:
        paths = _each(data, labels, path, iterations, tolerance, offsets, progress)
    return [
        _joined([each[at] for each in paths], data.features, opposite) for at in range(len(path))
    ]


def _prepared(problem: Problem, margins: Float64 | None) -> Data:
    x = problem.features
    n = x.shape[0]
    random = np.random.default_rng(SEED)
    order = np.stack([random.permutation(n).astype(np.int32) for _ in range(ORDERS)])
    ones = bool((x.data == 1).all())
    squared = np.add.reduceat(np.append(x.data.astype(np.float64) ** 2, 0), x.indptr[:-1])
    squared[np.diff(x.indptr) == 0] = 0
    return Data(
        x.indptr.astype(np.int64),
        x.indices.astype(np.int32),
        None if ones else x.data.astype(np.float32),
        order,
        problem.targets.astype(np.int32),
        problem.weights.astype(np.float64) / n,
        np.ones(n) if margins is None else np.ascontiguousarray(margins, np.float64),
        squared + 1,  # the one is the bias
        x.shape[1],
    )


def _each(
    data: Data,
    labels: range,
    path: Sequence[Strengths],
    iterations: int,
    tolerance: float,
    offsets: Float64 | None,
    progress: Callable[[float], None] | None,
) -> list[Path]:
    """The path of every label by the extension, labels in threads."""
    steps = np.array(path, np.float64)

    def of_label(label: int) -> Path:
        found = extension.dual_path(
            data.starts,
            data.columns,
            data.values,
            data.order,
            data.targets,
            data.costs,
            data.margins,
            data.squares,
            None if offsets is None else offsets[label],
            data.features,
            label,
            steps,
            tolerance,
            iterations,
        )
        return [
            (np.frombuffer(columns, np.int32), np.frombuffer(weights, np.float32), bias, passes)
            for columns, weights, bias, passes in found
        ]

    paths = []
    with ThreadPoolExecutor(os.cpu_count() or 1) as pool:
        for found in pool.map(of_label, labels):
            paths.append(found)
            if progress is not None:
                progress(len(paths) / len(labels))
    return paths


def _joined(
    labels: Sequence[tuple[NDArray[np.int32], Float32, float, int]], features: int, opposite: bool
) -> SparseWeights:
    """The weights of all labels; ``opposite`` adds the second of two, whose signs are turned."""
    from scipy.sparse import csc_matrix, csr_matrix

    if opposite:
        columns, weights, first, _ = labels[0]
        labels = [labels[0], (columns, -weights, -first, 0)]
    starts = np.concatenate(([0], np.cumsum([len(each[0]) for each in labels]))).astype(np.int64)
    parts = np.concatenate([each[1] for each in labels]), np.concatenate([e[0] for e in labels])
    matrix = csr_matrix(csc_matrix((*parts, starts), (features, len(labels))))
    bias = np.array([each[2] for each in labels], np.float32)
    return SparseWeights(matrix, bias, sum(each[3] for each in labels))
