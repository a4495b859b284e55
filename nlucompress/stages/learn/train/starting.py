"""The numbers that a neural network begins its training with."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nlucompress.errors import UsageError
from nlucompress.format.matrices import kinds as matrices
from nlucompress.format.model import Model, Network


def start_tensors(model: Model, rng: np.random.Generator) -> Network:
    """The network of a model before any training."""
    network = model.network
    if network is None:
        raise UsageError("the model has no network")
    shapes = {name: matrix.shape for name, matrix in network.tensors.items()}
    return started(network.kind, network.settings, shapes, rng)


def started(
    kind: str,
    settings: Mapping[str, Any],
    shapes: Mapping[str, tuple[int, int]],
    rng: np.random.Generator,
) -> Network:
    """A network of tensors of these shapes before any training."""
    tensors = {
        name: matrices.from_dense(_start(shape, name, rng)) for name, shape in shapes.items()
    }
    return Network(kind, settings, tensors)


def _start(shape: tuple[int, int], name: str, rng: np.random.Generator) -> NDArray[np.float64]:
    """Uniform within sqrt(6 / (inputs + outputs)) (Glorot & Bengio 2010); biases zero."""
    if name.endswith("bias"):
        return np.zeros(shape)
    bound = np.sqrt(6 / sum(shape))
    return rng.uniform(-bound, bound, shape)
