"""Dual coordinate descent by NumPy: the twin of the extension's, an example at a time.

See ``dual``, which tells what is minimized; both compute the same sums in the same order.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nlucompress.training.linear.losses import Float32

Float64 = NDArray[np.float64]
ORDERS = 8  # of the examples, taken by turns
# Behind a pass over all examples those that lie within their margin, or have an a_i above 0, are
# visited alone: until the width of their gradients is this share of what it was, and so often.
EASE, PARTIAL = 0.1, 10

Strengths = tuple[float, float]  # L2 and L1
Path = list[tuple[NDArray[np.int32], Float32, float, int]]  # of one label: columns, weights, ...


@dataclass(frozen=True)
class Data:
    """The examples as both solvers take them."""

    starts: NDArray[np.int64]
    columns: NDArray[np.int32]
    values: Float32 | None
    order: NDArray[np.int32]
    targets: NDArray[np.int32]
    costs: Float64
    margins: Float64
    squares: Float64
    features: int


class Descent:
    """The state of all labels: the twin of ``native/extension/dual.h``, an example at a time."""

    def __init__(self, data: Data, labels: int, offsets: Float64 | None) -> None:
        """Start at zero; ``offsets`` are scores by label and example that are added, or None."""
        self._data, self._offsets = data, offsets
        n = len(data.targets)
        self.alpha = np.zeros((n, labels))
        self.v = np.zeros((data.features + 1, labels))  # the first row is the bias
        self._signs = np.where(data.targets[:, None] == np.arange(labels), 1.0, -1.0)
        self._rows = [
            np.append(0, data.columns[begin:end] + 1)
            for begin, end in zip(data.starts[:-1], data.starts[1:], strict=True)
        ]
        ones = np.ones(len(data.columns)) if data.values is None else data.values.astype(np.float64)
        self._values = [
            np.append(1.0, ones[begin:end])[:, None]
            for begin, end in zip(data.starts[:-1], data.starts[1:], strict=True)
        ]

    def minimize(self, l2: float, l1: float, tolerance: float, passes: int) -> NDArray[np.int64]:
        """Minimize for one pair of strengths; returns the whole passes of each label."""
        used = np.zeros(self.alpha.shape[1], np.int64)
        going = np.ones(len(used), np.bool_)
        for whole in range(passes):
            self._kept = np.ones(self.alpha.shape, np.bool_)
            order = self._data.order[whole % ORDERS]
            used += going
            width = self._pass(order, going, l2, l1)
            going &= width > tolerance
            if not going.any():
                break
            goal = np.maximum(EASE * width, tolerance)
            for _ in range(PARTIAL):
                still = going & (width > goal)
                if not still.any():
                    break
                width = np.where(still, self._pass(order, still, l2, l1), width)
        return used

    def _pass(
        self, order: NDArray[np.int32], going: NDArray[np.bool_], l2: float, l1: float
    ) -> Float64:
        """Visit what is kept by the labels that go on; the width of their gradients, -inf: none."""
        lowest, highest = np.full(len(going), np.inf), np.full(len(going), -np.inf)
        for i in order.tolist():
            at = np.flatnonzero(self._kept[i] & going)
            if not len(at):
                continue
            slack = l2 / (2 * self._data.costs[i])
            gradient = self._gradient(i, at, slack, l1 / l2)
            matters = (self.alpha[i, at] != 0) | ~(gradient > 0)
            self._kept[i, at[~matters]] = False
            at, gradient = at[matters], gradient[matters]
            highest[at] = np.maximum(highest[at], gradient)
            lowest[at] = np.minimum(lowest[at], gradient)
            self._move(i, at, gradient / (self._data.squares[i] + slack))
        width: Float64 = highest - lowest
        return width

    def _gradient(self, i: int, at: NDArray[np.int64], slack: float, threshold: float) -> Float64:
        # Of one column NumPy would add by halves; of two it adds row by row.
        wide = at if len(at) > 1 else np.append(at, at)
        v = self.v[self._rows[i][:, None], wide]
        drawn = np.clip(v, -threshold, threshold)
        drawn[0] = 0
        scores: Float64 = np.add.reduce((v - drawn) * self._values[i], axis=0)[: len(at)]
        if self._offsets is not None:
            scores = scores + self._offsets[at, i]
        gradient: Float64 = self._signs[i, at] * scores - self._data.margins[i]
        gradient += slack * self.alpha[i, at]
        return gradient

    def _move(self, i: int, at: NDArray[np.int64], step: Float64) -> None:
        before = self.alpha[i, at]
        moved = np.maximum(before - step, 0)
        self.alpha[i, at] = moved
        rows = self._rows[i][:, None]
        self.v[rows, at] += self._signs[i, at] * (moved - before) * self._values[i]


def together(
    data: Data,
    labels: int,
    path: Sequence[Strengths],
    iterations: int,
    tolerance: float,
    offsets: Float64 | None,
    progress: Callable[[float], None] | None,
) -> list[Path]:
    """The path of every label by NumPy, all labels at once."""
    descent = Descent(data, labels, offsets)
    paths: list[Path] = [[] for _ in range(labels)]
    for done, (l2, l1) in enumerate(path, 1):
        passes = descent.minimize(l2, l1, tolerance, iterations)
        v, threshold = descent.v[1:], l1 / l2
        weights = (v - np.clip(v, -threshold, threshold)).astype(np.float32)
        for label in range(labels):
            columns = np.flatnonzero(weights[:, label])
            paths[label].append(
                (
                    columns.astype(np.int32),
                    weights[columns, label],
                    float(descent.v[0, label]),
                    int(passes[label]),
                )
            )
        if progress is not None:
            progress(done / len(path))
    return paths
