"""Training on of linear models: gradients, what stays, and fewer flips."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

import nlucompress as nc
from nlucompress.format import codec
from nlucompress.format.matrices import kinds as matrices
from nlucompress.format.matrices.kinds import Sparse
from nlucompress.stages.learn.finetune.linear import finetune_linear
from nlucompress.stages.learn.finetune.teaching import LinearFinetuneOptions
from nlucompress.training.distill import Teacher
from tests.workplace import PLAIN

FEW = LinearFinetuneOptions(iterations=30)


def teacher(**changes: object) -> Teacher:
    rng = np.random.default_rng(3)
    scores = rng.normal(size=(4, 5)).astype(np.float32)
    weights = np.array([1, 6, 0, 2], np.float32)
    return Teacher(scores, weights, **changes)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"margin": 0.4},
        {"distance": "kl"},
        {"distance": "kl", "temperature": 2.5},
        {"known": np.array([True, False, True, True, False])},
    ],
)
def test_the_gradient_is_that_of_the_distance(changes: dict[str, object]) -> None:
    term = teacher(**changes)
    scores = np.random.default_rng(4).normal(size=(4, 5)).astype(np.float32)
    gradient = term(scores)[1]
    step = np.float32(1e-2)
    for at in np.ndindex(scores.shape):
        up, down = scores.copy(), scores.copy()
        up[at] += step
        down[at] -= step
        slope = (term(up)[0] - term(down)[0]) / (2 * float(step))
        assert slope == pytest.approx(float(gradient[at]), abs=2e-3)
    assert not gradient[2].any()
    assert term(term.scores)[0] == pytest.approx(0, abs=1e-9)


def test_the_distance_within_the_margin_is_free() -> None:
    term = teacher(margin=0.5)
    value, gradient = term(term.scores + np.float32(0.4))
    assert value == 0
    assert not gradient.any()


@pytest.fixture(scope="module")
def data(models: Path) -> tuple[nc.Examples, nc.Examples, nc.Examples]:
    train, dev, test = (
        nc.read_examples(models / f"{part}.tsv") for part in ("train", "dev", "test")
    )
    return train, dev, test


@pytest.fixture(scope="module")
def pair(data: tuple[nc.Examples, ...]) -> tuple[nc.Model, nc.Model]:
    """A model of a fifth of the data, and one of all of them."""
    train = data[0]
    part = nc.Examples(train.labels[::5], train.texts[::5])
    options = PLAIN
    return nc.train(part, None, options), nc.train(train, None, options)


def weights_of(model: nc.Model) -> NDArray[np.float32]:
    table = model.tables["features"]
    rows = table.matrix.shape[0]
    found: NDArray[np.float32] = table.matrix.rows(np.arange(rows))
    return found


def flips(model: nc.Model, old: nc.Model, examples: nc.Examples) -> int:
    before, after = (nc.Classifier(each).predict(examples.texts) for each in (old, model))
    pairs = zip(before, after, examples.labels, strict=True)
    return sum(b == gold != a for b, a, gold in pairs)


def test_focal_distillation_lowers_flips(
    data: tuple[nc.Examples, ...], pair: tuple[nc.Model, nc.Model]
) -> None:
    train, dev, test = data
    old, new = pair
    tuned = finetune_linear(new, train, dev, [old], FEW)
    assert flips(tuned, old, test) < flips(new, old, test)
    assert not weights_of(tuned)[weights_of(new) == 0].any()
    assert codec.to_bytes(tuned) == codec.to_bytes(finetune_linear(new, train, dev, [old], FEW))


def test_merged_models_train_on_with_the_weights_of_both(
    data: tuple[nc.Examples, ...], pair: tuple[nc.Model, nc.Model]
) -> None:
    old, new = pair
    tuned = finetune_linear(nc.merge(old, new), data[0], None, [old], FEW)
    keys = [each.tables["features"].strings for each in (tuned, old, new)]
    had = [set(each.decoded()) for each in keys if each is not None]
    assert had[0] == had[1] | had[2]
    assert np.count_nonzero(weights_of(tuned)) > np.count_nonzero(weights_of(new))
    assert flips(tuned, old, data[2]) <= flips(new, old, data[2])


QUANTIZERS: dict[str, Callable[[nc.Model], nc.Model]] = {
    "linear": lambda model: nc.quantize(model, nc.QuantizeOptions(bits=4)),
    "per row": lambda model: nc.quantize(model, nc.QuantizeOptions(bits=4, per="row")),
    "kmeans": lambda model: nc.quantize(model, nc.QuantizeOptions(bits=3, method="kmeans")),
    "kmeans per label": lambda model: nc.quantize(
        model, nc.QuantizeOptions(bits=3, method="kmeans", per="label")
    ),
}


@pytest.mark.parametrize("name", QUANTIZERS)
def test_codes_stay_on_their_grid(
    data: tuple[nc.Examples, ...], pair: tuple[nc.Model, nc.Model], name: str
) -> None:
    train, dev, _ = data
    full = pair[1]
    coded = QUANTIZERS[name](full)
    tuned = finetune_linear(coded, train, dev, [full], FEW)
    before, after = coded.tables["features"], tuned.tables["features"]
    tensors: tuple[dict[str, NDArray[np.generic]], ...] = ({}, {})
    described = [
        matrices.leaves(table.matrix)[""].numbers.store("n", found)
        for table, found in zip((before, after), tensors, strict=True)
    ]
    assert described[0] == described[1]
    assert all(np.array_equal(tensors[0][each], tensors[1][each]) for each in tensors[0])
    assert isinstance(after.matrix, Sparse)
    assert not weights_of(tuned)[weights_of(coded) == 0].any()
    assert (weights_of(tuned) != weights_of(coded)).any()
    assert flips(tuned, full, dev) <= flips(coded, full, dev)
    small, smaller = (nc.pack(nc.phash(each)) for each in (coded, tuned))
    assert codec.size(smaller) <= 1.01 * codec.size(small)


def test_dense_codes_stay_dense(
    data: tuple[nc.Examples, ...], pair: tuple[nc.Model, nc.Model]
) -> None:
    table = pair[1].tables["features"]
    dense = nc.Table(table.keys, matrices.from_dense(weights_of(pair[1]) + np.float32(0.5)))
    coded = nc.quantize(pair[1].with_tables({"features": dense}), nc.QuantizeOptions(bits=6))
    options = LinearFinetuneOptions(iterations=10, distill="none")
    tuned = finetune_linear(coded, data[0], None, (), options)
    assert tuned.tables["features"].matrix.kind == coded.tables["features"].matrix.kind == "dense"
    assert tuned.history[-1]["stage"] == "finetune"


def test_a_label_new_to_the_reference_is_left_to_the_task(data: tuple[nc.Examples, ...]) -> None:
    train = data[0]
    gone = train.labels[0]
    kept = [at for at, label in enumerate(train.labels) if label != gone]
    fewer = nc.Examples(
        tuple(train.labels[at] for at in kept), tuple(train.texts[at] for at in kept)
    )
    options = PLAIN
    old, new = nc.train(fewer, None, options), nc.train(train, None, options)
    tuned = finetune_linear(new, train, None, [old], FEW)
    assert tuned.labels == new.labels
    texts = [text for text, label in zip(train.texts, train.labels, strict=True) if label == gone]
    answers = nc.Classifier(tuned).predict(texts)
    assert answers.count(gone) > 0.9 * len(texts)


def test_an_ensemble_and_its_margin(
    data: tuple[nc.Examples, ...], pair: tuple[nc.Model, nc.Model]
) -> None:
    old, new = pair
    options = LinearFinetuneOptions(iterations=30, distill="margin", margin=0.05, lambda_=4)
    tuned = finetune_linear(new, data[0], data[1], [old, new], options)
    assert flips(tuned, old, data[2]) <= flips(new, old, data[2])


def test_what_cannot_be_trained_is_refused(
    models: Path, data: tuple[nc.Examples, ...], pair: tuple[nc.Model, nc.Model]
) -> None:
    train, full = data[0], pair[1]
    alone = LinearFinetuneOptions(distill="none")
    for name, stage in (("hashed", "phash"), ("small", "pack")):
        with pytest.raises(nc.StageOrderError, match=stage):
            finetune_linear(nc.load(models / f"{name}.nlu"), train, None, (), alone)
    with pytest.raises(nc.UsageError, match="needs a reference"):
        finetune_linear(full, train, None, (), LinearFinetuneOptions(distill="focal"))
    with pytest.raises(nc.UsageError, match="tables only"):
        finetune_linear(nc.load(models / "vectors.nlu"), train, None, (), alone)
    softmax = nc.train(train, None, nc.TrainOptions(loss="softmax", iterations=5))
    with pytest.raises(nc.UsageError, match="use distance kl"):
        finetune_linear(full, train, None, [softmax], FEW)
    with pytest.raises(nc.DataError, match="training example 1: label 'none'"):
        finetune_linear(full, nc.Examples(("none",), ("x",)), None, (), alone)
    wrong: dict[str, Any]
    for wrong in (
        {"lambda_": -1},
        {"temperature": 0},
        {"iterations": 0},
        {"l2": float("nan")},
        {"distill": "margin", "distance": "kl"},
    ):
        with pytest.raises(nc.UsageError):
            finetune_linear(full, train, None, [full], LinearFinetuneOptions(**wrong))
