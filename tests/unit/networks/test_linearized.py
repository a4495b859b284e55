"""Linearized networks in NumPy: held against the second reader, against torch, and refused."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

import nlucompress as nc
from nlucompress.errors import FormatError, UsageError
from nlucompress.format.indexes.kinds import Strings
from nlucompress.format.matrices.kinds import from_dense
from nlucompress.format.names import TANGENTS
from nlucompress.networks.neural import sequence
from nlucompress.networks.neural.layers import KINDS, LINEARIZED
from nlucompress.networks.neural.linearized import PREFIX, base_of
from nlucompress.networks.neural.network import representing
from tests.golden.sources import expanded, hashed, neural
from tests.hostile.samples import model_bytes
from tests.reference.decoder import open_model

TEXTS = ["play the jazz", "", "nothing known", "Lights, VOLUME the the play", "jazz", "the " * 700]


def activated(model: nc.Model, activation: str) -> nc.Model:
    """The same model with another activation."""
    assert model.network is not None
    settings = {**model.network.settings, "activation": activation}
    return replace(model, network=replace(model.network, settings=settings))


@pytest.mark.parametrize("activation", ["relu", "leaky-relu"])
@pytest.mark.parametrize("kind", LINEARIZED)
def test_scores_are_those_of_the_second_reader(kind: str, activation: str) -> None:
    model = activated(expanded(kind), activation)
    for each in (model, hashed(model), nc.pack(hashed(model))):
        reference = open_model(model_bytes(each))
        expected = [reference.scores(text) for text in TEXTS]
        assert np.allclose(nc.Classifier(each).scores(TEXTS), expected, rtol=1e-6, atol=1e-6)


@pytest.mark.parametrize("kind", LINEARIZED)
def test_scores_are_the_derivative_by_torch(kind: str) -> None:
    torch = pytest.importorskip("torch")
    from nlucompress.training.neural.module import Module

    model = expanded(kind)
    assert model.network is not None
    base = base_of(model)
    module = Module(base, 0.0, 0.0).eval()
    words = base.tables["embeddings"].strings
    assert words is not None
    rows = model.tables["tangents"].lookup([words.key(row) for row in range(len(words))])
    changes = {"table.weight": torch.from_numpy(rows)}
    for name, matrix in model.network.tensors.items():
        if name.startswith(PREFIX):
            values = torch.from_numpy(matrix.rows(np.arange(matrix.shape[0])))
            changes[f"layers.{name.removeprefix(PREFIX).replace('.', '_')}.weight"] = values
    weights = dict(module.named_parameters())
    assert changes.keys() == weights.keys()
    batch = sequence.read(base.tables["embeddings"], TEXTS)
    scores = module(batch)
    expected = scores.detach().numpy().astype(np.float64)
    for place in np.ndindex(*scores.shape):
        module.zero_grad()
        scores[place].backward(retain_graph=True)
        for name, weight in weights.items():
            if weight.grad is not None:
                expected[place] += float((weight.grad.to_dense() * changes[name]).sum())
    assert np.allclose(nc.Classifier(model).scores(TEXTS), expected, rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize("kind", LINEARIZED)
def test_without_changes_it_answers_as_the_network(kind: str) -> None:
    model = expanded(kind)
    assert model.network is not None
    tensors = {
        name: from_dense(np.zeros(matrix.shape)) if name.startswith(PREFIX) else matrix
        for name, matrix in model.network.tensors.items()
    }
    none = nc.Table(Strings.of([]), from_dense(np.zeros((0, 4))))
    still = replace(
        model,
        network=replace(model.network, tensors=tensors),
        tables={**model.tables, TANGENTS: none},
    )
    expected = nc.Classifier(neural(kind)).scores(TEXTS)
    assert np.array_equal(nc.Classifier(still).scores(TEXTS), expected)
    assert not np.allclose(nc.Classifier(model).scores(TEXTS), expected)


@pytest.mark.parametrize("kind", LINEARIZED)
def test_parts_that_do_not_fit_are_refused(kind: str) -> None:
    model = expanded(kind)
    assert model.network is not None
    network, tensors = model.network, dict(model.network.tensors)
    name = f"{PREFIX}output.bias"
    without = {each: tensors[each] for each in tensors if each != name}
    narrow = nc.Table(Strings.of(["jazz"]), from_dense(np.zeros((1, 3))))
    projection = {
        f"{prefix}projection.{part}": from_dense(np.zeros(shape))
        for part, shape in (("weight", (tensors["output.weight"].shape[0], 2)), ("bias", (1, 2)))
        for prefix in ("", PREFIX)
    }
    wrong = [
        replace(model, tables={"embeddings": model.tables["embeddings"]}),
        replace(model, tables={"tangents": model.tables["tangents"]}),
        replace(model, tables={**model.tables, "tangents": narrow}),
        replace(model, network=replace(network, tensors=without)),
        replace(model, network=replace(network, tensors={**tensors, f"{PREFIX}x": tensors[name]})),
        replace(
            model,
            network=replace(network, tensors={**tensors, name: from_dense(np.zeros((2, 3)))}),
        ),
        replace(model, network=replace(network, tensors={**tensors, **projection})),
        replace(model, network=replace(network, settings={})),
    ]
    nc.Classifier(model)
    for each in wrong:
        with pytest.raises(FormatError):
            nc.Classifier(each)


def test_other_kinds_are_not_linearized() -> None:
    assert set(LINEARIZED) < set(KINDS)
    for kind in ("linearized-lstm", "linearized-"):
        model = expanded("dan")
        assert model.network is not None
        with pytest.raises(FormatError, match="unknown network kind"):
            nc.Classifier(replace(model, network=replace(model.network, kind=kind)))


def test_a_linearized_network_has_no_representations() -> None:
    with pytest.raises(UsageError, match="no representations"):
        representing(expanded("dan"), "model")


@pytest.mark.parametrize("kind", LINEARIZED)
def test_it_is_compressed_as_other_models_are(kind: str) -> None:
    model = expanded(kind)
    small = nc.pack(nc.phash(nc.quantize(model, nc.QuantizeOptions(bits=8))))
    found = nc.Classifier(small).scores(TEXTS)
    assert np.allclose(found, nc.Classifier(model).scores(TEXTS), atol=0.1)
