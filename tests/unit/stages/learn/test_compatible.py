"""Models trained into the space of another one's representations."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

import nlucompress as nc
from nlucompress.errors import DataError, UsageError
from nlucompress.networks.neural.layers import PROJECTION
from nlucompress.networks.neural.network import representing
from nlucompress.stages.learn.finetune.stage import FinetuneOptions, finetune
from nlucompress.stages.learn.train.compatible import prepare
from nlucompress.training.compatible import TEMPERATURE, CompatibleOptions
from nlucompress.training.plan import LoopOptions
from nlucompress.training.schedules import Schedule
from tests.golden.sources import classifier, hashed, neural

EXAMPLES = nc.Examples(
    ("on", "off", "play", "on", "off", "play"),
    ("the lights", "volume lights", "play the jazz", "lights", "the volume", "jazz"),
)
OPTIONS = CompatibleOptions()
LOOP = LoopOptions(
    epochs=60, batch_size=6, schedule=Schedule("fixed", 1e-2), dropout=0, word_dropout=0
)


def turned(model: nc.Model) -> nc.Model:
    """The same network over other word vectors: another space."""
    table = model.tables["embeddings"]
    rows = table.matrix.rows(np.arange(table.matrix.shape[0]))[::-1].copy()
    from nlucompress.format.matrices.kinds import from_dense

    return model.with_tables({"embeddings": replace(table, matrix=from_dense(rows))})


def tensors(model: nc.Model) -> set[str]:
    """Names of the network's tensors."""
    assert model.network is not None
    return set(model.network.tensors)


@pytest.mark.parametrize("kind", ["dan", "lstm"])
def test_one_network_and_width_need_no_projection(kind: str) -> None:
    model, frozen = prepare(turned(neural(kind)), neural(kind), EXAMPLES, OPTIONS)
    assert tensors(model) == tensors(neural(kind))
    assert frozen.figures() == {"width": 3, "examples": 6, "judged": 6}


@pytest.mark.parametrize("other", ["cnn", "lstm", "bilstm", "wide dan"])
def test_others_gain_one(other: str) -> None:
    old = neural("dan", 8) if other == "wide dan" else neural(other)
    model, frozen = prepare(neural("dan"), old, EXAMPLES, OPTIONS)
    assert tensors(model) - tensors(neural("dan")) == {PROJECTION, "projection.bias"}
    assert (
        representing(model, "model").width == representing(old, "old").width == len(frozen.weight)
    )
    again, _ = prepare(model, old, EXAMPLES, OPTIONS)
    assert again == model


def test_a_projection_starts_at_the_least_squares() -> None:
    old = neural("cnn")
    model, _ = prepare(neural("dan"), old, EXAMPLES, OPTIONS)
    states = representing(model, "model").states(EXAMPLES.texts)
    wanted = representing(old, "old").embed(EXAMPLES.texts)
    inputs = np.concatenate([states, np.ones((len(states), 1))], axis=1)
    best = inputs @ np.linalg.lstsq(inputs, wanted, rcond=None)[0]
    found = representing(model, "model").embed(EXAMPLES.texts)
    least, reached = (float(((each - wanted) ** 2).sum()) for each in (best, found))
    spread = float(((wanted - wanted.mean(axis=0)) ** 2).sum())
    assert least - 1e-9 <= reached < least + 0.05 * spread


def test_prototypes_are_the_mean_directions_of_labels() -> None:
    old = neural("cnn")
    _, frozen = prepare(neural("dan"), old, EXAMPLES, OPTIONS)
    rows = representing(old, "old").embed(EXAMPLES.texts)
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    for label, column in (("off", 0), ("on", 1), ("play", 2)):
        mine = [at for at, each in enumerate(EXAMPLES.labels) if each == label]
        assert frozen.classes[mine].tolist() == [column, column]
        mean = rows[mine].mean(axis=0)
        found = frozen.prototypes[:, column]
        assert np.allclose(found, mean / np.linalg.norm(mean), atol=1e-6)


def test_the_loss_is_the_formula() -> None:
    torch = pytest.importorskip("torch")
    from nlucompress.training.neural.influence import Influence

    old = replace(neural("dan"), labels=("play", "off", "other"))
    strengths = CompatibleOptions(influence=0.5, prototypes=2)
    _, frozen = prepare(turned(neural("dan")), old, EXAMPLES, strengths)
    assert frozen.targets.tolist() == [-1, 1, 0, -1, 1, 0]
    new = np.random.default_rng(1).standard_normal((4, 3)).astype(np.float32)
    index = np.array([0, 1, 2, 5])
    found = float(Influence(frozen, "cpu")(torch.from_numpy(new), index))

    def cross_entropy(scores: np.ndarray, target: int) -> float:
        return float(np.log(np.exp(scores).sum()) - scores[target])

    expected = 0.0
    weight, bias = representing(old, "old").output
    for row, at in zip(new, index.tolist(), strict=True):
        if frozen.targets[at] >= 0:
            expected += 0.5 * cross_entropy(row @ weight + bias[0], int(frozen.targets[at]))
        cosines = row @ frozen.prototypes / np.linalg.norm(row)
        expected += 2 * cross_entropy(cosines / TEMPERATURE, int(frozen.classes[at]))
    assert found == pytest.approx(expected / 4, rel=1e-5)


def trained(model: nc.Model, old: nc.Model, **strengths: float) -> nc.Model:
    pytest.importorskip("torch")
    options = FinetuneOptions(loop=LOOP, compatible=CompatibleOptions(**strengths))
    return finetune(model, EXAMPLES, options=options, compatible_with=old)


def heads_accuracy(old: nc.Model, new: nc.Model) -> float:
    """Accuracy of the old classifier on new representations."""
    weight, bias = representing(old, "old").output
    scores = representing(new, "new").embed(EXAMPLES.texts) @ weight + bias
    answers = [old.labels[at] for at in scores.argmax(axis=1)]
    return float(np.mean([a == b for a, b in zip(answers, EXAMPLES.labels, strict=True)]))


@pytest.mark.parametrize("how", ["floats", "codes", "product", "hashed"])
def test_the_old_classifier_reads_the_new_representations(how: str) -> None:
    old = trained_old()
    new = neural("dan", 6, how == "product")
    if how == "codes":
        new = nc.quantize(new, nc.QuantizeOptions(bits=6, tensors=("hidden1.weight",)))
    if how == "hashed":
        new = hashed(new)
    assert heads_accuracy(old, old) == 1
    after = trained(new, old)
    assert heads_accuracy(old, after) == 1
    assert after.history[-1]["figures"]["network"]["compatible"]["judged"] == 6
    assert representing(nc.pack(after if how == "hashed" else hashed(after)), "packed").width == 3


def trained_old() -> nc.Model:
    """An old model that has learned its labels."""
    pytest.importorskip("torch")
    return finetune(neural("lstm"), EXAMPLES, options=FinetuneOptions(loop=LOOP))


def test_labels_that_the_old_model_lacks_have_prototypes_alone() -> None:
    old = replace(neural("dan"), labels=("on", "off", "other"))
    after = trained(turned(neural("dan")), old)
    assert after.history[-1]["figures"]["network"]["compatible"]["judged"] == 4


def test_bad_input_is_refused() -> None:
    model, old = neural("dan"), neural("lstm")
    elsewhere = replace(old, labels=("a", "b", "c"))
    with pytest.raises(DataError, match="knows no label of the data"):
        prepare(model, elsewhere, EXAMPLES, OPTIONS)
    prepare(model, elsewhere, EXAMPLES, CompatibleOptions(influence=0))
    with pytest.raises(UsageError, match="old model is of kind 'linear'"):
        prepare(model, classifier(), EXAMPLES, OPTIONS)
    with pytest.raises(UsageError, match="model is of kind 'linear' and has no representations"):
        finetune(classifier(), EXAMPLES, compatible_with=old)
    with pytest.raises(UsageError, match="projected into those of another model"):
        prepare(model, neural("dan", projected=5), EXAMPLES, OPTIONS)
    with pytest.raises(UsageError, match="projected to 5 numbers, and the old model's have 3"):
        prepare(neural("dan", projected=5), old, EXAMPLES, OPTIONS)
    for wrong in ({"influence": -1.0}, {"prototypes": np.inf}, {"influence": 0.0, "prototypes": 0}):
        with pytest.raises(UsageError):
            CompatibleOptions(**wrong)
