"""A model made ready to be trained in the space of an older or larger one's representations."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from nlucompress.algo import neighbours
from nlucompress.algo.ridge import affine_map
from nlucompress.data.examples import Examples
from nlucompress.errors import DataError, UsageError
from nlucompress.format.matrices.kinds import from_dense
from nlucompress.format.model import Model
from nlucompress.networks.neural.layers import PROJECTION
from nlucompress.networks.neural.network import Neural, representing
from nlucompress.training.compatible import CompatibleOptions, Float32, Frozen, Int64

Float64 = NDArray[np.float64]

RIDGE = 1e-3  # of the mean variance of the inputs: keeps the least squares of few texts tame


def prepare(
    model: Model, old: Model, examples: Examples, options: CompatibleOptions
) -> tuple[Model, Frozen]:
    """The model, and the old one as its training sees it.

    If the two are of one network and width, the model's own representations become compatible.
    Otherwise it gains a projection into the old model's space, which starts as the one of least
    squared error over the examples, or keeps the projection that it has.

    Raises:
        UsageError: One of them has no representations, the old one's are projected themselves, or
            the model's are projected to another width.
        DataError: The influence loss is asked for, and the old model knows no label of the data.
    """
    mine, theirs = representing(model, "model"), representing(old, "old model")
    if theirs.projected:
        raise UsageError(
            "the old model's representations are projected into those of another model: name that "
            "one to be compatible with"
        )
    numbers = {label: number for number, label in enumerate(old.labels)}
    targets = np.array([numbers.get(label, -1) for label in examples.labels], np.int64)
    if options.influence and not (targets >= 0).any():
        raise DataError(
            f"the old model knows no label of the data (the first is {examples.labels[0]!r}); "
            "only --influence 0 needs no common one"
        )
    weight, bias = theirs.output
    wanted = theirs.embed(examples.texts)
    width = weight.shape[0]
    if mine.projected not in (0, width):
        raise UsageError(
            f"the model's representations are projected to {mine.projected} numbers, and the old "
            f"model's have {width}: it was made compatible with another model"
        )
    alike = mine.settings.kind == theirs.settings.kind and len(mine.output[0]) == width
    if not alike and not mine.projected:
        model = _projected(model, mine, wanted, examples)
    classes = np.unique(np.array(examples.labels), return_inverse=True)[1].astype(np.int64)
    frozen = Frozen(
        weight.astype(np.float32),
        bias[0].astype(np.float32),
        targets,
        _prototypes(wanted.astype(np.float32), classes),
        classes,
        options,
    )
    return model, frozen


def _prototypes(representations: Float32, classes: Int64) -> Float32:
    """Mean of the representations of each class, all of length 1, shape (width, classes)."""
    totals = np.zeros((int(classes.max()) + 1, representations.shape[1]))
    np.add.at(totals, classes, neighbours.unit(representations))
    return np.ascontiguousarray(neighbours.unit(totals.astype(np.float32)).T)


def _projected(model: Model, mine: Neural, wanted: Float64, examples: Examples) -> Model:
    network = model.network
    assert network is not None
    states = mine.states(examples.texts)
    ridge = RIDGE * float(states.var(axis=0).mean()) or 1.0
    weight, bias = affine_map(states, wanted, ridge)
    added = {PROJECTION: from_dense(weight), "projection.bias": from_dense(bias[None, :])}
    return replace(model, network=replace(network, tensors={**network.tensors, **added}))
