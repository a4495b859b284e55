"""Shapes of the neural networks: which tensors a kind has, by its settings. No numbers here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from nlucompress.errors import FormatError

KINDS = ("dan", "lstm", "bilstm", "cnn")
LINEARIZED = {"dan": "linearized-dan", "cnn": "linearized-cnn"}  # their first-order expansions
ACTIVATIONS = ("relu", "leaky-relu")
LEAK = 0.01  # slope of the leaky ReLU below zero
POOLINGS = ("max", "mean")
MAX_LAYERS = 8
MAX_WIDTH = 8
PROJECTION = "projection.weight"  # optional: into the space of another model's representations


@dataclass(frozen=True)
class Settings:
    """Settings of a neural network, and the order of its tensors.

    Attributes:
        kind: ``dan`` (deep averaging network, Iyyer et al. 2015), ``lstm``, ``bilstm`` or ``cnn``
            (Kim 2014).
        activation: ``relu`` or ``leaky-relu``; of ``dan`` and ``cnn``.
        layers: Hidden layers of ``dan``.
        pooling: Over the states of an LSTM: ``max`` or ``mean``.
        widths: Words under each convolution of ``cnn``.
    """

    kind: str
    activation: str = "relu"
    layers: int = 1
    pooling: str = "max"
    widths: tuple[int, ...] = (2, 3, 4)

    def describe(self) -> dict[str, Any]:
        """The settings that this kind has, as plain JSON values."""
        if self.kind == "dan":
            return {"activation": self.activation, "layers": self.layers}
        if self.kind == "cnn":
            return {"activation": self.activation, "widths": list(self.widths)}
        return {"pooling": self.pooling}

    @classmethod
    def parse(cls, kind: str, settings: Mapping[str, Any]) -> Settings:
        """Read the settings of a kind.

        Raises:
            FormatError: They are malformed or of a newer version.
        """
        wrong = FormatError(f"unknown settings of the network: {dict(settings)}")
        if set(settings) != set(cls(kind).describe()):
            raise wrong
        activation = settings.get("activation", "relu")
        layers = settings.get("layers", 1)
        pooling = settings.get("pooling", "max")
        widths = settings.get("widths", [1])
        if activation not in ACTIVATIONS or pooling not in POOLINGS or not isinstance(widths, list):
            raise wrong
        if type(layers) is not int or not 0 <= layers <= MAX_LAYERS:
            raise wrong
        if not all(type(each) is int and 1 <= each <= MAX_WIDTH for each in widths):
            raise wrong
        if not widths or len(set(widths)) != len(widths):
            raise wrong
        return cls(kind, activation, layers, pooling, tuple(widths))

    def shapes(
        self, columns: int, hidden: int, labels: int, projected: int = 0
    ) -> dict[str, tuple[int, int]]:
        """Every tensor's shape; a weight has a row per input and a column per output.

        ``projected`` is the width of a projection of the representation, 0 for none.
        """
        result: dict[str, tuple[int, int]] = {}
        width = columns
        if self.kind == "dan":
            for layer in range(1, self.layers + 1):
                result[f"hidden{layer}.weight"] = (width, hidden)
                result[f"hidden{layer}.bias"] = (1, hidden)
                width = hidden
        elif self.kind == "cnn":
            for words in self.widths:
                result[f"convolution{words}.weight"] = (words * columns, hidden)
                result[f"convolution{words}.bias"] = (1, hidden)
            width = hidden * len(self.widths)
        else:
            for direction in self.directions:
                result[f"{direction}.input"] = (columns, 4 * hidden)
                result[f"{direction}.recurrent"] = (hidden, 4 * hidden)
                result[f"{direction}.bias"] = (1, 4 * hidden)
            width = hidden * len(self.directions)
        result["output.weight"] = (width, labels)
        result["output.bias"] = (1, labels)
        if projected:
            result[PROJECTION] = (width, projected)
            result["projection.bias"] = (1, projected)
        return result

    @property
    def directions(self) -> tuple[str, ...]:
        """Reading directions of an LSTM."""
        return ("forward", "backward") if self.kind == "bilstm" else ("forward",)

    @property
    def first(self) -> str:
        """The tensor whose columns tell the hidden width."""
        return {"dan": "hidden1.bias", "cnn": f"convolution{self.widths[0]}.bias"}.get(
            self.kind, "forward.recurrent"
        )
