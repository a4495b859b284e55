"""Linearized networks in NumPy: the first-order expansion of a DAN or CNN around its weights.

    scores(x) = f(x; w) + J(x; w) dw

f is the network with its weights w, J its derivative by them (LQF, Achille et al. 2021, section 3).
Every tensor has a change of its shape beside it, and the table one of the rows that were trained.
Values and changes go through the layers together (forward-mode differentiation).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from nlucompress.errors import FormatError
from nlucompress.format.matrices.product import whole
from nlucompress.format.model import Model, Network
from nlucompress.format.names import TANGENTS
from nlucompress.networks.neural import sequence
from nlucompress.networks.neural.layers import LEAK, LINEARIZED
from nlucompress.networks.neural.network import BATCH, Neural

Float64 = NDArray[np.float64]

PREFIX = "tangent."


def base_of(model: Model) -> Model:
    """The network that was expanded, without its changes.

    Raises:
        FormatError: It has no table of changes, or is of another kind.
    """
    network = model.network
    kinds = {linearized: kind for kind, linearized in LINEARIZED.items()}
    if network is None or network.kind not in kinds or TANGENTS not in model.tables:
        raise FormatError(f"a linearized network needs a table {TANGENTS!r}")
    tensors = {name: each for name, each in network.tensors.items() if not name.startswith(PREFIX)}
    base = Network(kinds[network.kind], network.settings, tensors)
    tables = {name: each for name, each in model.tables.items() if name != TANGENTS}
    return replace(model, tables=tables, network=base)


class Linearized(Neural):
    """Scores of a model of kind ``linearized-dan`` or ``linearized-cnn``."""

    def __init__(self, model: Model) -> None:
        """Check that table, layers, labels and their changes fit together.

        Raises:
            FormatError: They do not.
        """
        super().__init__(base_of(model))
        assert model.network is not None
        self._tangents = model.tables[TANGENTS]
        stored = {
            name.removeprefix(PREFIX): matrix
            for name, matrix in model.network.tensors.items()
            if name.startswith(PREFIX)
        }
        shapes = {name: each.shape for name, each in self._tensors.items()}
        columns = self._table.matrix.shape[1]
        if {name: each.shape for name, each in stored.items()} != shapes:
            raise FormatError("the changes of a linearized network are not of its tensors' shapes")
        if self.projected:
            raise FormatError("a linearized network has no projection")
        if self._tangents.matrix.shape[1] != columns:
            raise FormatError(f"table {TANGENTS!r} needs {columns} columns, as the embeddings have")
        self._changes = {name: whole(matrix).astype(np.float64) for name, matrix in stored.items()}

    def scores(self, texts: Sequence[str]) -> Float64:
        """Raw scores, shape (texts, labels)."""
        value, change = self._affine_pair(*self._pairs(texts), "output")
        return value + change

    def _pairs(self, texts: Sequence[str]) -> tuple[Float64, Float64]:
        """Representations under the old weights, and their changes."""
        width = self._tensors["output.weight"].shape[0]
        parts = [self._pair(texts[at : at + BATCH]) for at in range(0, len(texts), BATCH)]
        none = np.zeros((0, width))
        values, changes = zip((none, none), *parts, strict=True)
        return np.concatenate(values), np.concatenate(changes)

    def _pair(self, texts: Sequence[str]) -> tuple[Float64, Float64]:
        batch = sequence.read(self._table, texts)
        beside = sequence.beside(self._table, self._tangents, texts)
        value = sequence.vectors(self._table, batch).astype(np.float64)
        change = sequence.vectors(self._tangents, beside).astype(np.float64)
        if self.settings.kind == "cnn":
            return self._convolve_pair(value, change, batch.lengths)
        count = np.maximum(batch.lengths, 1)[:, None]
        value, change = value.sum(axis=1) / count, change.sum(axis=1) / count
        for layer in range(1, self.settings.layers + 1):
            value, change = self._layer_pair(value, change, f"hidden{layer}")
        return value, change

    def _affine_pair(self, value: Float64, change: Float64, name: str) -> tuple[Float64, Float64]:
        """d(v @ W + b) = dv @ W + v @ dW + db."""
        moved = value @ self._changes[f"{name}.weight"] + self._changes[f"{name}.bias"]
        return self._affine(value, name), change @ self._tensors[f"{name}.weight"] + moved

    def _layer_pair(self, value: Float64, change: Float64, name: str) -> tuple[Float64, Float64]:
        value, change = self._affine_pair(value, change, name)
        leak = LEAK if self.settings.activation == "leaky-relu" else 0.0
        slope = np.where(value > 0, 1.0, leak)
        return slope * value, slope * change

    def _convolve_pair(
        self, value: Float64, change: Float64, lengths: NDArray[np.int64]
    ) -> tuple[Float64, Float64]:
        """Of each column the greatest value, and the change at the first place that has it."""
        pooled = []
        outside = np.arange(value.shape[1])[None, :, None] >= lengths[:, None, None]
        for width in self.settings.widths:
            seen = self._windows(value, width), self._windows(change, width)
            values, changes = self._layer_pair(*seen, f"convolution{width}")
            at = np.where(outside, -np.inf, values).argmax(axis=1)[:, None]
            both = (np.take_along_axis(each, at, axis=1)[:, 0] for each in (values, changes))
            pooled.append([np.where(lengths[:, None] > 0, each, 0.0) for each in both])
        greatest, moved = zip(*pooled, strict=True)
        return np.concatenate(greatest, axis=1), np.concatenate(moved, axis=1)
