"""How much a model's answers depend on each of its numbers: the diagonal of Fisher's information.

    F = mean over texts of sum over labels p (d log p / d number)^2

(Matena & Raffel 2022, section 3.2), computed without sampling for linear models, whose scores are
sums; for networks by squared gradients of the labels that the data have (the empirical Fisher
information).
"""

from __future__ import annotations

from nlucompress.data.examples import Examples
from nlucompress.errors import DataError
from nlucompress.format.indexes.kinds import Strings
from nlucompress.format.model import Model
from nlucompress.networks.linear.network import BIAS, linked, weights_of
from nlucompress.stages.learn.merge.basis import TABLE, Parts
from nlucompress.training import design


def fisher(model: Model, parts: Parts, keys: Strings, data: Examples) -> Parts:
    """The information of every number of the parts; ``keys`` are those of their table's rows.

    Raises:
        DataError: There are no texts, or a label of them is unknown to the model.
    """
    if not len(data):
        raise DataError("the data hold no examples, so there is nothing to weigh by")
    network = model.network
    assert network is not None
    if network.kind == "linear":
        return _linear(model, parts, keys, data)
    from nlucompress.stages.learn.train.neural import need_torch, prepared

    need_torch()
    from nlucompress.training.neural.information import information

    return information(model, prepared(model, data, "Fisher"))


def _linear(model: Model, parts: Parts, keys: Strings, data: Examples) -> Parts:
    """p (1 - p) of a label at a text, times the square of the key's weight in it.

    Margins have no probabilities: those of a sigmoid stand for them.
    """
    assert model.network is not None
    place = {key: row for row, key in enumerate(keys.decoded())}
    x = design.matrix(weights_of(model), data.texts, place)
    scores = x @ parts[TABLE] + parts[BIAS]
    softmax = model.network.settings["link"] == "softmax"
    likely = linked(scores, "softmax" if softmax else "logistic")
    spread = likely * (1 - likely) / len(data)
    return {TABLE: x.power(2).T @ spread, BIAS: spread.sum(axis=0)[None, :]}
