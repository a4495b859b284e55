"""Neural sentence classifiers in NumPy: DAN, LSTM, BiLSTM and CNN over an embedding table."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from nlucompress.errors import FormatError, UsageError
from nlucompress.format.matrices.product import whole
from nlucompress.format.model import Model
from nlucompress.networks.linear.network import softmax
from nlucompress.networks.neural import sequence
from nlucompress.networks.neural.layers import KINDS, LEAK, PROJECTION, Settings

Float64 = NDArray[np.float64]

BATCH = 64  # texts whose vectors are held at once


class Neural:
    """Scores of a model of kind ``dan``, ``lstm``, ``bilstm`` or ``cnn``.

    The table's rows are read in place; the layers, which are small, are decoded once.
    """

    def __init__(self, model: Model) -> None:
        """Check that table, layers and labels fit together.

        Raises:
            FormatError: They do not.
        """
        network = model.network
        if network is None:
            raise FormatError("a neural model needs a network")
        self._table = sequence.table_of(model)
        self.settings = Settings.parse(network.kind, network.settings)
        first = network.tensors.get(self.settings.first)
        self.hidden = first.shape[0 if network.kind.endswith("lstm") else 1] if first else 0
        self.projected = (
            network.tensors[PROJECTION].shape[1] if PROJECTION in network.tensors else 0
        )
        columns, labels = self._table.matrix.shape[1], len(model.labels)
        shapes = self.settings.shapes(columns, self.hidden, labels, self.projected)
        if {name: each.shape for name, each in network.tensors.items()} != shapes:
            raise FormatError(f"the tensors of the network are not those of kind {network.kind!r}")
        self._tensors = {
            name: whole(matrix).astype(np.float64) for name, matrix in network.tensors.items()
        }

    def known(self, texts: Sequence[str]) -> list[tuple[int, int]]:
        """Per text, how many words the table knows (or takes for known) and how many not."""
        return sequence.known(self._table, texts)

    def scores(self, texts: Sequence[str]) -> Float64:
        """Raw scores, shape (texts, labels)."""
        return self._affine(self.states(texts), "output")

    def link(self, scores: Float64) -> Float64:
        """Raw scores to probabilities."""
        return softmax(scores)

    @property
    def output(self) -> tuple[Float64, Float64]:
        """Weight and bias of the last layer, shapes (width, labels) and (1, labels)."""
        return self._tensors["output.weight"], self._tensors["output.bias"]

    @property
    def width(self) -> int:
        """Numbers of a representation."""
        return self.projected or len(self.output[0])

    def embed(self, texts: Sequence[str]) -> Float64:
        """The texts' representations: what the last layer reads, or its projection if there is one.

        A projection leads into the space of another model's representations. Shape (texts, width).
        """
        states = self.states(texts)
        return self._affine(states, "projection") if self.projected else states

    def states(self, texts: Sequence[str]) -> Float64:
        """What the last layer reads, shape (texts, its inputs)."""
        parts = [self._embed(texts[at : at + BATCH]) for at in range(0, len(texts), BATCH)]
        width = len(self.output[0])
        return np.concatenate([np.zeros((0, width)), *parts])

    def _embed(self, texts: Sequence[str]) -> Float64:
        batch = sequence.read(self._table, texts)
        vectors = sequence.vectors(self._table, batch).astype(np.float64)
        if self.settings.kind == "dan":
            return self._average(vectors, batch.lengths)
        if self.settings.kind == "cnn":
            return self._convolve(vectors, batch.lengths)
        states = [
            self._recur(vectors, batch.lengths, direction) for direction in self.settings.directions
        ]
        return _pooled(np.concatenate(states, axis=2), batch.lengths, self.settings.pooling)

    def _affine(self, inputs: Float64, name: str) -> Float64:
        result: Float64 = inputs @ self._tensors[f"{name}.weight"] + self._tensors[f"{name}.bias"]
        return result

    def _active(self, values: Float64) -> Float64:
        leak = LEAK if self.settings.activation == "leaky-relu" else 0.0
        return np.where(values > 0, values, leak * values)

    def _average(self, vectors: Float64, lengths: NDArray[np.int64]) -> Float64:
        result: Float64 = vectors.sum(axis=1) / np.maximum(lengths, 1)[:, None]
        for layer in range(1, self.settings.layers + 1):
            result = self._active(self._affine(result, f"hidden{layer}"))
        return result

    def _convolve(self, vectors: Float64, lengths: NDArray[np.int64]) -> Float64:
        """Each convolution's greatest answer over the places that begin at a word of the text."""
        pooled = []
        for width in self.settings.widths:
            seen = self._windows(vectors, width)
            answers = self._active(self._affine(seen, f"convolution{width}"))
            pooled.append(_pooled(answers, lengths, "max"))
        return np.concatenate(pooled, axis=1)

    def _windows(self, vectors: Float64, width: int) -> Float64:
        """At each place the vectors from there on, one behind the other; zeros behind the end."""
        padded = np.pad(vectors, ((0, 0), (0, width - 1), (0, 0)))
        places = vectors.shape[1]
        return np.concatenate([padded[:, at : at + places] for at in range(width)], axis=2)

    def _recur(self, vectors: Float64, lengths: NDArray[np.int64], direction: str) -> Float64:
        """States of an LSTM (Hochreiter & Schmidhuber 1997), gates in the order i, f, g, o."""
        recurrent = self._tensors[f"{direction}.recurrent"]
        inputs = vectors @ self._tensors[f"{direction}.input"] + self._tensors[f"{direction}.bias"]
        texts, places, width = len(vectors), vectors.shape[1], recurrent.shape[0]
        states = np.zeros((texts, places, width))
        state, cell = np.zeros((2, texts, width))
        order = range(places) if direction == "forward" else reversed(range(places))
        for at in order:
            gates = inputs[:, at] + state @ recurrent
            i, f, o = (_sigmoid(gates[:, n * width : (n + 1) * width]) for n in (0, 1, 3))
            candidate = np.tanh(gates[:, 2 * width : 3 * width])
            inside = (at < lengths)[:, None]  # behind its end a text has no state
            cell = np.where(inside, f * cell + i * candidate, 0)
            state = np.where(inside, o * np.tanh(cell), 0)
            states[:, at] = state
        return states


def representing(model: Model, what: str) -> Neural:
    """A model that has representations of texts; ``what`` names it in messages.

    Raises:
        UsageError: It has none.
        FormatError: Its parts do not fit together.
    """
    kind = model.network.kind if model.network else "tables only"
    if kind not in KINDS:
        known = ", ".join(KINDS)
        raise UsageError(
            f"the {what} is of kind {kind!r} and has no representations of texts; they are those "
            f"of neural networks: {known}"
        )
    return Neural(model)


def _pooled(states: Float64, lengths: NDArray[np.int64], pooling: str) -> Float64:
    inside = (np.arange(states.shape[1])[None, :] < lengths[:, None])[:, :, None]
    if pooling == "mean":
        total: Float64 = (states * inside).sum(axis=1)
        return total / np.maximum(lengths, 1)[:, None]
    greatest = np.where(inside, states, -np.inf).max(axis=1)
    return np.where(lengths[:, None] > 0, greatest, 0.0)


def _sigmoid(values: Float64) -> Float64:
    result: Float64 = 0.5 * (1 + np.tanh(0.5 * values))
    return result
