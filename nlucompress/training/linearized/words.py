"""How texts reach the layers of a linearized network: means of word vectors, and convolutions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from nlucompress.networks.neural.layers import LEAK
from nlucompress.networks.neural.sequence import Batch
from nlucompress.training.linearized.factors import Factor

Float64 = NDArray[np.float64]
Changes = Mapping[str, Float64]

ROWS = "rows"
TEXTS = 256  # whose convolutions are held at once


class Words(Protocol):
    """The lowest part of a network, as a function of the table's rows and its own weights.

    ``values`` are its answers, shape (texts, width).
    """

    values: Float64

    def forward(self, changes: Changes) -> Float64:
        """First-order change of the answers, shape (texts, width)."""

    def backward(self, slopes: Float64) -> dict[str, Float64]:
        """Sum over the texts of the derivatives by all weights, given those by the answers."""

    def factors(self, curvature: Float64) -> dict[str, list[Factor]]:
        """Curvature of all weights, given that by the answers, shape (width, width)."""


class Means:
    """The means of a text's rows."""

    def __init__(self, rows: Float64, batch: Batch) -> None:
        """Count the words of each text; ``batch`` leads to these rows."""
        from scipy import sparse

        texts = np.repeat(np.arange(len(batch.lengths)), batch.lengths)
        share = 1 / batch.lengths[texts]
        shape = (len(batch.lengths), len(rows))
        self._bag = sparse.csr_matrix((share, (texts, batch.rows)), shape=shape)
        self.values: Float64 = self._bag @ rows

    def forward(self, changes: Changes) -> Float64:
        """First-order change of the answers."""
        result: Float64 = self._bag @ changes[ROWS]
        return result

    def backward(self, slopes: Float64) -> dict[str, Float64]:
        """Derivatives by the rows."""
        return {ROWS: self._bag.T @ slopes}

    def factors(self, curvature: Float64) -> dict[str, list[Factor]]:
        """Of the rows' products only those of a row with itself are kept."""
        texts, rows = self._bag.shape
        squares = np.asarray(self._bag.multiply(self._bag).sum(axis=0))[0] / texts
        return {ROWS: [Factor(0, rows, squares, curvature)]}


class Convolutions:
    """The greatest answer of each convolution; the places where it stands do not move.

    Which words a column of a convolution sees, at each offset, is all that its derivative needs:
    ``seen[offset]`` has shape (texts, columns); behind a text's end there is a row of zeros.
    """

    def __init__(self, rows: Float64, batch: Batch, weights: Mapping[int, Float64]) -> None:
        """Find the greatest answers; ``weights`` by width, shape (width * columns + 1, outputs)."""
        self._rows = np.concatenate([rows, np.zeros((1, rows.shape[1]))])
        self._weights = weights
        padded = batch.padded
        longest = max(weights)
        ahead = np.full((len(padded), longest - 1), -1)
        words = np.concatenate([padded, ahead], axis=1)
        words = np.where(words < 0, len(rows), words)
        found = [self._greatest(width, words, batch.lengths) for width in weights]
        self._seen = dict(zip(weights, (each[0] for each in found), strict=True))
        self._slopes = dict(zip(weights, (each[1] for each in found), strict=True))
        self.values: Float64 = np.concatenate([each[2] for each in found], axis=1)

    def _parts(self, width: int) -> list[Float64]:
        """The weights at each offset, shape (columns, outputs)."""
        return np.split(self._weights[width][:-1], width)

    def _greatest(
        self, width: int, words: NDArray[np.int64], lengths: NDArray[np.int64]
    ) -> tuple[list[NDArray[np.int64]], Float64, Float64]:
        """Words seen by each column at each offset, slopes of the activation, and the answers."""
        products = [self._rows @ part for part in self._parts(width)]
        bias = self._weights[width][-1]
        places = words.shape[1] - max(self._weights) + 1
        outside = np.arange(places)[None, :] >= lengths[:, None]
        seen: list[list[NDArray[np.int64]]] = [[] for _ in range(width)]
        values = []
        for at in range(0, len(words), TEXTS):
            here = words[at : at + TEXTS]
            sums = sum(each[here[:, k : k + places]] for k, each in enumerate(products)) + bias
            sums = np.where(outside[at : at + TEXTS, :, None], -np.inf, sums)
            place = sums.argmax(axis=1)
            values.append(np.take_along_axis(sums, place[:, None], axis=1)[:, 0])
            for k in range(width):
                seen[k].append(np.take_along_axis(here, place + k, axis=1).astype(np.int32))
        greatest = np.concatenate(values)
        empty = (lengths == 0)[:, None]
        slopes = np.where(empty, 0.0, np.where(greatest > 0, 1.0, LEAK))
        return (
            [np.concatenate(each) for each in seen],
            slopes,
            slopes * np.where(empty, 0, greatest),
        )

    def forward(self, changes: Changes) -> Float64:
        """First-order change of the answers."""
        rows = np.concatenate([changes[ROWS], np.zeros((1, self._rows.shape[1]))])
        moved = []
        for width, seen in self._seen.items():
            change = changes[name_of(width)]
            columns = np.arange(change.shape[1])
            total = np.broadcast_to(change[-1], seen[0].shape)
            for at, old, new in zip(
                seen, self._parts(width), np.split(change[:-1], width), strict=True
            ):
                total = total + (rows @ old + self._rows @ new)[at, columns]
            moved.append(self._slopes[width] * total)
        return np.concatenate(moved, axis=1)

    def backward(self, slopes: Float64) -> dict[str, Float64]:
        """Derivatives by the rows and the weights."""
        result = {ROWS: np.zeros_like(self._rows)}
        for width, part in zip(self._seen, self._split(slopes, axis=1), strict=True):
            outputs = part.shape[1]
            passed = self._slopes[width] * part
            by_offset = []
            for at, weight in zip(self._seen[width], self._parts(width), strict=True):
                cells = at.astype(np.int64) * outputs + np.arange(outputs)
                size = len(self._rows) * outputs
                sums = np.bincount(cells.ravel(), passed.ravel(), size).reshape(-1, outputs)
                result[ROWS] += sums @ weight.T
                by_offset.append(self._rows.T @ sums)
            result[name_of(width)] = np.concatenate([*by_offset, passed.sum(axis=0)[None]])
        result[ROWS] = result[ROWS][:-1]
        return result

    def factors(self, curvature: Float64) -> dict[str, list[Factor]]:
        """Each offset of a convolution counts as a layer of its own, and so does its bias."""
        columns = self._rows.shape[1]
        shares = np.zeros(len(self._rows))
        outputs = np.zeros((columns, columns))
        result: dict[str, list[Factor]] = {}
        for number, (width, seen) in enumerate(self._seen.items()):
            slopes = self._slopes[width]
            block = self._split(self._split(curvature, axis=0)[number], axis=1)[number]
            passed = block * (slopes.T @ slopes / len(slopes))
            bias = width * columns
            result[name_of(width)] = [Factor(bias, bias + 1, np.ones(1), passed)]
            for k, (at, weight) in enumerate(zip(seen, self._parts(width), strict=True)):
                share = np.bincount(at.ravel(), minlength=len(self._rows)) / at.size
                inputs = (self._rows * share[:, None]).T @ self._rows
                result[name_of(width)].append(
                    Factor(k * columns, (k + 1) * columns, inputs, passed)
                )
                shares += share
                outputs += weight @ passed @ weight.T
        offsets = sum(self._seen)
        result[ROWS] = [Factor(0, len(shares) - 1, shares[:-1] / offsets, outputs)]
        return result

    def _split(self, values: Float64, axis: int) -> list[Float64]:
        return np.split(values, len(self._seen), axis=axis)


def name_of(width: int) -> str:
    """The layer of a convolution."""
    return f"convolution{width}"
