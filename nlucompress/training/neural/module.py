"""The neural networks of `networks.neural` in torch, made from a model and turned back into it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from nlucompress.format.model import Model, Network
from nlucompress.format.names import EMBEDDINGS
from nlucompress.networks.neural.layers import LEAK, PROJECTION, Settings
from nlucompress.networks.neural.sequence import Batch
from nlucompress.training.neural.base import Trainable
from nlucompress.training.neural.trainable import trainable


def _is_pruned(model: Model) -> bool:
    """Whether `quantize` dropped weights on purpose, rather than by rounding them to zero."""
    options = (each.get("options", {}) for each in model.history if each["stage"] == "quantize")
    return any(each.get("keep") is not None or each.get("threshold") for each in options)


class Module(nn.Module):
    """A neural model in training: its table and its layers, each in its own encoding."""

    def __init__(self, model: Model, dropout: float, word_dropout: float) -> None:
        """Take over the numbers of a model.

        Raises:
            UsageError: A matrix has an encoding that cannot be trained.
        """
        super().__init__()
        network = model.network
        assert network is not None
        self._model = model
        self._settings = Settings.parse(network.kind, network.settings)
        self._dropout, self._word_dropout = dropout, word_dropout
        self._projects = PROJECTION in network.tensors
        where = f"table {EMBEDDINGS!r}"
        pruned = _is_pruned(model)
        self.table = trainable(where, model.tables[EMBEDDINGS].matrix, pruned)
        layers = {
            name.replace(".", "_"): trainable(f"tensor {name!r}", matrix)
            for name, matrix in network.tensors.items()
        }
        self.layers = nn.ModuleDict(layers)

    def model(self) -> Model:
        """The model with the numbers that are here now."""
        network = self._model.network
        assert network is not None
        table = self._model.tables[EMBEDDINGS]
        tables = {**self._model.tables, EMBEDDINGS: replace(table, matrix=self.table.stored())}
        tensors = {name: self._layer(name).stored() for name in network.tensors}
        changed = Network(network.kind, network.settings, tensors)
        return replace(self._model, tables=tables, network=changed)

    def _layer(self, name: str) -> Trainable:
        layer = self.layers[name.replace(".", "_")]
        assert isinstance(layer, Trainable)
        return layer

    def _affine(self, inputs: Tensor, name: str) -> Tensor:
        weight, bias = self._layer(f"{name}.weight"), self._layer(f"{name}.bias")
        return inputs @ weight.whole() + bias.whole()

    def _active(self, values: Tensor) -> Tensor:
        leak = LEAK if self._settings.activation == "leaky-relu" else 0.0
        return functional.leaky_relu(values, leak)

    def _drop(self, values: Tensor) -> Tensor:
        return functional.dropout(values, self._dropout, self.training)

    def forward(self, batch: Batch) -> Tensor:
        """Scores of a batch, shape (texts, labels)."""
        return self.answers(self.states(batch))

    def answers(self, states: Tensor) -> Tensor:
        """Scores by what the last layer reads."""
        return self._affine(self._drop(states), "output")

    def represented(self, states: Tensor) -> Tensor:
        """Representations by what the last layer reads: the same, or its projection."""
        return self._affine(states, "projection") if self._projects else states

    def states(self, batch: Batch) -> Tensor:
        """What the last layer reads, shape (texts, width)."""
        device = next(self.parameters()).device
        lengths = torch.from_numpy(batch.lengths).to(device)
        padded = torch.from_numpy(batch.padded).to(device)
        inside = padded >= 0
        different, inverse = torch.unique(padded[inside], return_inverse=True)
        if self.training and self._word_dropout:
            kept = torch.rand(padded.shape, device=device) >= self._word_dropout
        else:
            kept = torch.ones_like(inside)
        found = self.table.rows(different)[inverse]
        columns = self._model.tables[EMBEDDINGS].matrix.shape[1]
        vectors = found.new_zeros((*padded.shape, columns))
        vectors[inside] = found * kept[inside][:, None]
        if self._settings.kind == "dan":
            count = (inside & kept).sum(dim=1).clamp(min=1)
            result = vectors.sum(dim=1) / count[:, None]
            for layer in range(1, self._settings.layers + 1):
                result = self._active(self._affine(self._drop(result), f"hidden{layer}"))
            return result
        vectors = self._drop(vectors)
        if self._settings.kind == "cnn":
            pooled = [self._convolved(vectors, inside, width) for width in self._settings.widths]
            return torch.cat(pooled, dim=1)
        return self._recurrent(vectors, inside, lengths)

    def _convolved(self, vectors: Tensor, inside: Tensor, width: int) -> Tensor:
        padded = functional.pad(vectors, (0, 0, 0, width - 1))
        seen = torch.cat([padded[:, at : at + vectors.shape[1]] for at in range(width)], dim=2)
        return _greatest(self._active(self._affine(seen, f"convolution{width}")), inside)

    def _recurrent(self, vectors: Tensor, inside: Tensor, lengths: Tensor) -> Tensor:
        states = torch.cat(
            [self._read(vectors, lengths, each) for each in self._settings.directions], dim=2
        )
        if self._settings.pooling == "max":
            return _greatest(states, inside)
        return (states * inside[:, :, None]).sum(dim=1) / lengths.clamp(min=1)[:, None]

    def _read(self, vectors: Tensor, lengths: Tensor, direction: str) -> Tensor:
        """States of an LSTM in one direction; those behind a text's end mean nothing.

        Nothing is packed: a text is read from its first place on, backward too, so that what
        stands behind its end comes last. That is twice as fast.
        """
        backward = direction == "backward"
        if backward:
            vectors = _reversed(vectors, lengths)
        bias = self._layer(f"{direction}.bias").whole()[0]
        weights = [
            self._layer(f"{direction}.input").whole().T.contiguous(),
            self._layer(f"{direction}.recurrent").whole().T.contiguous(),
            bias,
            torch.zeros_like(bias),
        ]
        start = vectors.new_zeros((1, len(vectors), weights[1].shape[1]))
        functions: Any = torch._VF
        options = (weights, True, 1, 0.0, self.training, False, True)
        states: Tensor = functions.lstm(vectors, (start, start), *options)[0]
        return _reversed(states, lengths) if backward else states


def _reversed(values: Tensor, lengths: Tensor) -> Tensor:
    """Every text backwards in its own places, shape (texts, places, columns)."""
    places = torch.arange(values.shape[1], device=values.device)[None, :]
    at = torch.where(places < lengths[:, None], lengths[:, None] - 1 - places, places)
    return values.gather(1, at[:, :, None].expand_as(values))


def _greatest(states: Tensor, inside: Tensor) -> Tensor:
    greatest = states.masked_fill(~inside[:, :, None], -torch.inf).amax(dim=1)
    return torch.where(inside.any(dim=1)[:, None], greatest, torch.zeros_like(greatest))


def scores(module: Module, batches: list[Batch]) -> np.ndarray[Any, np.dtype[np.float32]]:
    """Scores of batches without dropout, shape (texts, labels)."""
    module.eval()
    with torch.no_grad():
        return np.concatenate([module(batch).cpu().numpy() for batch in batches])
