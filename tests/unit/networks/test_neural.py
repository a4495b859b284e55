"""Neural networks in NumPy: held against the second reader and against torch."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

import nlucompress as nc
from nlucompress.errors import FormatError
from nlucompress.format.matrices.kinds import from_dense
from nlucompress.networks.neural.network import representing
from nlucompress.networks.neural.sequence import Batch
from nlucompress.training.plan import Data
from tests.golden.sources import hashed, neural
from tests.hostile.samples import model_bytes
from tests.reference.decoder import open_model

KINDS = ("dan", "lstm", "bilstm", "cnn")
TEXTS = ["play the jazz", "", "nothing known", "Lights, VOLUME the the play", "jazz", "the " * 700]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("factored", [False, True])
def test_scores_are_those_of_the_second_reader(kind: str, factored: bool) -> None:
    model = neural(kind, 3, factored)
    for each in (model, hashed(model), nc.pack(hashed(model))):
        reference = open_model(model_bytes(each))
        expected = [reference.scores(text) for text in TEXTS]
        assert np.allclose(nc.Classifier(each).scores(TEXTS), expected, rtol=1e-6, atol=1e-6)


@pytest.mark.parametrize("kind", KINDS)
def test_representations_are_those_of_the_second_reader(kind: str) -> None:
    model = neural(kind, projected=5)
    reference = open_model(model_bytes(model))
    expected = [reference.representation(text) for text in TEXTS]
    found = representing(model, "model")
    assert found.width == found.embed(TEXTS).shape[1] == 5
    assert np.allclose(found.embed(TEXTS), expected, rtol=1e-6, atol=1e-6)
    plain = neural(kind)
    assert np.array_equal(nc.Classifier(model).scores(TEXTS), nc.Classifier(plain).scores(TEXTS))
    assert np.array_equal(found.states(TEXTS), representing(plain, "model").embed(TEXTS))


def test_half_a_projection_is_refused() -> None:
    model = neural("dan", projected=5)
    assert model.network is not None
    tensors = dict(model.network.tensors)
    for name in ("projection.weight", "projection.bias"):
        without = {each: tensors[each] for each in tensors if each != name}
        with pytest.raises(FormatError):
            nc.Classifier(replace(model, network=replace(model.network, tensors=without)))


@pytest.mark.parametrize("kind", KINDS)
def test_scores_are_those_of_torch(kind: str) -> None:
    torch = pytest.importorskip("torch")
    from nlucompress.networks.neural import sequence
    from nlucompress.training.neural.module import Module, scores

    model = neural(kind)
    batch = sequence.read(model.tables["embeddings"], TEXTS)
    torch.set_num_threads(1)
    found = scores(Module(model, 0.5, 0.5), [batch])
    assert np.allclose(nc.Classifier(model).scores(TEXTS), found, rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize("how", ["floats", "rounded", "kmeans", "pq", "product"])
def test_what_was_stored_does_not_change_in_later_steps(how: str) -> None:
    torch = pytest.importorskip("torch")
    from nlucompress.training.neural.trainable import trainable

    model = neural("dan", 40, how == "product")
    options = {
        "rounded": nc.QuantizeOptions(bits=4),
        "kmeans": nc.QuantizeOptions(bits=2, method="kmeans"),
        "pq": nc.QuantizeOptions(bits=2, method="pq", subvectors=2),
    }
    if how in options:
        model = nc.quantize(model, options[how])
    matrix = trainable("table", model.tables["embeddings"].matrix)
    stored = matrix.stored()
    before = stored.rows(np.arange(stored.shape[0])).copy()
    with torch.no_grad():
        for parameter in matrix.parameters():
            parameter.add_(1)
    assert np.array_equal(stored.rows(np.arange(stored.shape[0])), before)
    changed = matrix.stored()
    assert not np.array_equal(changed.rows(np.arange(stored.shape[0])), before)


@pytest.mark.parametrize("pruned", [False, True])
def test_a_pruned_table_keeps_its_zeros(pruned: bool) -> None:
    pytest.importorskip("torch")
    from nlucompress.stages.learn.train.neural import fit_neural
    from nlucompress.training.plan import LoopOptions
    from nlucompress.training.schedules import Schedule

    model = neural("dan", 40)
    options = nc.QuantizeOptions(bits=2, per="tensor", keep=0.4 if pruned else None)
    model = nc.quantize(model, options)
    texts = ("play the jazz", "lights", "volume the the play", "jazz")
    examples = nc.Examples(model.labels[:1] * 2 + model.labels[-1:] * 2, texts)
    loop = LoopOptions(epochs=20, schedule=Schedule("fixed", 0.5), patience=0)
    tuned, _ = fit_neural(model, examples, None, loop)
    before, after = (
        each.tables["embeddings"].matrix.rows(np.arange(len(model.tables["embeddings"].keys)))
        for each in (model, tuned)
    )
    assert not np.array_equal(before, after)
    assert bool((after[before == 0] == 0).all()) is pruned


def test_batches_hold_every_text_once_and_texts_of_like_length() -> None:
    lengths = np.random.default_rng(3).integers(1, 60, 1000)
    data = Data(Batch(np.zeros(lengths.sum(), np.int64), lengths), np.zeros(1000, np.int64))
    batches = data.batches(32, np.random.default_rng(1))
    assert sorted(np.concatenate(batches).tolist()) == list(range(1000))
    assert sorted(map(len, batches), reverse=True) == [32] * 31 + [8]
    padded = sum(len(batch) * int(lengths[batch].max()) for batch in batches)
    assert padded < 1.2 * lengths.sum()
    again = data.batches(32, np.random.default_rng(1))
    assert all(np.array_equal(a, b) for a, b in zip(batches, again, strict=True))
    other = data.batches(32, np.random.default_rng(2))
    assert not all(np.array_equal(a, b) for a, b in zip(batches, other, strict=True))


def test_a_text_does_not_depend_on_its_neighbours() -> None:
    for kind in KINDS:
        classifier = nc.Classifier(neural(kind))
        alone = np.concatenate([classifier.scores([text]) for text in TEXTS])
        assert np.allclose(classifier.scores(TEXTS), alone, atol=1e-12)


def test_known_and_unknown_words_are_counted() -> None:
    found = nc.Classifier(neural("dan")).predictions(["play some jazz"], count_keys=True)[0]
    assert (found.known, found.unknown) == (2, 1)


def test_probabilities_sum_to_one() -> None:
    assert sum(
        nc.Classifier(neural("cnn")).predictions(["jazz"], top=3)[0].scores
    ) == pytest.approx(1)


@pytest.mark.parametrize("kind", KINDS)
def test_parts_that_do_not_fit_are_refused(kind: str) -> None:
    model = neural(kind)
    assert model.network is not None
    network, tensors = model.network, dict(model.network.tensors)
    name = sorted(tensors)[0]
    without = {each: tensors[each] for each in tensors if each != name}
    wrong = [
        replace(model, features={"kind": "words", "more": 1}),
        replace(model, tables={"words": model.tables["embeddings"]}),
        replace(model, network=replace(network, tensors=without)),
        replace(model, network=replace(network, tensors={**tensors, "x": tensors[name]})),
        replace(
            model,
            network=replace(network, tensors={**tensors, name: from_dense(np.zeros((7, 2)))}),
        ),
        replace(model, network=replace(network, settings={})),
        replace(model, network=replace(network, settings={**network.settings, "more": 1})),
    ]
    nc.Classifier(model)
    for each in wrong:
        with pytest.raises(FormatError):
            nc.Classifier(each)


@pytest.mark.parametrize(
    ("kind", "settings"),
    [
        ("dan", {"activation": "tanh", "layers": 2}),
        ("dan", {"activation": "relu", "layers": True}),
        ("dan", {"activation": "relu", "layers": 9}),
        ("cnn", {"activation": "relu", "widths": []}),
        ("cnn", {"activation": "relu", "widths": [3, 3]}),
        ("cnn", {"activation": "relu", "widths": 3}),
        ("lstm", {"pooling": "last"}),
    ],
)
def test_wrong_settings_are_refused(kind: str, settings: dict[str, object]) -> None:
    model = neural(kind)
    assert model.network is not None
    with pytest.raises(FormatError):
        nc.Classifier(replace(model, network=replace(model.network, settings=settings)))
