"""finetune --new-labels: a trained network with a fresh output layer, for another task."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from nlucompress.algo.ridge import affine_map
from nlucompress.data.examples import Examples
from nlucompress.errors import DataError, StageOrderError, UsageError
from nlucompress.format.matrices.kinds import from_dense
from nlucompress.format.model import Model
from nlucompress.networks.neural.layers import KINDS
from nlucompress.networks.neural.network import Neural
from nlucompress.stages.learn.train.starting import started

OUTPUT_RIDGE = 10.0  # of development sets


def with_new_labels(model: Model, examples: Examples, seed: int = 0) -> Model:
    """The model's table and inner layers under an output layer for the labels of the examples.

    It starts as that of a new network: uniform weights (Glorot & Bengio 2010), no bias. What the
    old output layer knew is gone, of labels that stay, too.

    Raises:
        UsageError: The model is not a neural network.
        StageOrderError: The model is sealed.
        DataError: The examples have fewer than two labels.
    """
    network = model.network
    if network is None or network.kind not in KINDS:
        kind = network.kind if network else "tables only"
        raise UsageError(f"new labels need a network of kind {', '.join(KINDS)}, not {kind!r}")
    if model.sealed:
        raise StageOrderError("the model was sealed by pack; finetune the model before it")
    labels = tuple(sorted(set(examples.labels)))
    if len(labels) < 2:
        raise DataError(f"training needs at least two labels, found only {labels[0]!r}")
    width = network.tensors["output.weight"].shape[0]
    shapes = {"output.weight": (width, len(labels)), "output.bias": (1, len(labels))}
    rng = np.random.default_rng(seed)
    fresh = started(network.kind, network.settings, shapes, rng).tensors
    return replace(
        model, network=replace(network, tensors={**network.tensors, **fresh}), labels=labels
    )


def with_fitted_output(model: Model, examples: Examples, scale: float) -> Model:
    """The model with the output layer of least squared error on the examples, the rest as it is.

    Targets are 0 and, of the right label, ``scale``. Fitting the output layer before all others
    move keeps these from being distorted by a random one (Kumar et al. 2022, section 3). A label
    has about 1 / labels of the texts, and so the ridge is that large.
    """
    network = model.network
    assert network is not None
    numbers = {label: number for number, label in enumerate(model.labels)}
    targets = [numbers[label] for label in examples.labels]
    wanted = scale * np.eye(len(model.labels))[targets]
    states = Neural(model).states(examples.texts)
    weight, bias = affine_map(states, wanted, OUTPUT_RIDGE / len(model.labels))
    fitted = {"output.weight": from_dense(weight), "output.bias": from_dense(bias[None, :])}
    return replace(model, network=replace(network, tensors={**network.tensors, **fitted}))
