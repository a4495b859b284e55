"""linearize: the optimum of a quadratic loss, however it is found."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

import nlucompress as nc
from nlucompress.errors import DataError
from nlucompress.format.matrices.kinds import Matrix, from_dense
from nlucompress.networks.neural.layers import LINEARIZED
from nlucompress.networks.neural.linearized import base_of
from nlucompress.stages.learn.finetune.linearized import linearize
from nlucompress.stages.learn.finetune.linearized_options import LinearizedOptions
from tests.golden.sources import neural

EXAMPLES = nc.Examples(
    ("on", "off", "play", "on", "off", "play", "on"),
    ("the lights", "volume lights", "play the jazz jazz", "lights", "the volume", "jazz", "??"),
)
TEXTS = EXAMPLES.texts
ONCE = LinearizedOptions(readings=1, ridge=1e-3, iterations=2000)


def rows(matrix: Matrix) -> np.ndarray[tuple[int, int], np.dtype[np.float64]]:
    """All numbers of a matrix."""
    return matrix.rows(np.arange(matrix.shape[0])).astype(np.float64)


def numbers(model: nc.Model) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    """All changes of a linearized model, one behind the other."""
    assert model.network is not None
    tensors = model.network.tensors
    parts = [rows(tensors[name]) for name in sorted(tensors) if name.startswith("tangent.")]
    parts.append(rows(model.tables["tangents"].matrix))
    return np.concatenate([each.ravel() for each in parts])


def objective(model: nc.Model, options: LinearizedOptions) -> float:
    """What is minimized, from the model's own answers."""
    wanted = np.zeros((len(TEXTS), len(model.labels)))
    for at, label in enumerate(EXAMPLES.labels):
        wanted[at, model.labels.index(label)] = options.target_scale
    apart = nc.Classifier(model).scores(TEXTS) - wanted
    changes, words = numbers(model), model.tables["tangents"].matrix
    changes[-words.shape[0] * words.shape[1] :] /= options.row_scale
    assert options.ridge is not None
    penalty = options.ridge / len(model.labels) * float(changes @ changes)
    return float((apart * apart).sum() / len(TEXTS)) + penalty


def moved(model: nc.Model, by: float, seed: int) -> nc.Model:
    """The model with all changes disturbed."""
    rng = np.random.default_rng(seed)

    def disturbed(matrix: Matrix) -> Matrix:
        values = rows(matrix)
        return from_dense(values + by * rng.standard_normal(values.shape))

    assert model.network is not None
    tensors = {
        name: disturbed(matrix) if name.startswith("tangent.") else matrix
        for name, matrix in model.network.tensors.items()
    }
    table = model.tables["tangents"]
    table = replace(table, matrix=disturbed(table.matrix))
    network = replace(model.network, tensors=tensors)
    return replace(model, network=network, tables={**model.tables, "tangents": table})


@pytest.mark.parametrize("kind", LINEARIZED)
def test_the_optimum_is_found_by_every_preconditioner(kind: str) -> None:
    found, steps = {}, {}
    for name in ("kronecker", "full", "none"):
        options = replace(ONCE, ridge=3.0, preconditioner=name)
        model = linearize(neural(kind), EXAMPLES, None, options)
        found[name] = numbers(model)
        steps[name] = model.history[-1]["figures"]["linearized"]["steps"]
        best = objective(model, options)
        for seed in range(20):
            assert objective(moved(model, 0.05, seed), options) > best
    size = np.abs(found["full"]).max()
    assert np.allclose(found["kronecker"], found["full"], atol=0.02 * size)
    assert np.allclose(found["none"], found["full"], atol=0.02 * size)
    assert steps["full"] <= 2 < min(steps["kronecker"], steps["none"])


@pytest.mark.parametrize("kind", LINEARIZED)
def test_the_weights_stay_and_the_loss_is_that_of_the_answers(kind: str) -> None:
    model = linearize(neural(kind), EXAMPLES, None, ONCE)
    assert model.network is not None
    before, after = neural(kind), base_of(model)
    assert np.array_equal(nc.Classifier(after).scores(TEXTS), nc.Classifier(before).scores(TEXTS))
    strings = model.tables["tangents"].strings
    assert strings is not None
    assert {strings.key(row) for row in range(len(strings))} == set(" ".join(TEXTS[:6]).split())
    wanted = ONCE.target_scale * np.eye(3)[[model.labels.index(each) for each in EXAMPLES.labels]]
    loss = float(((nc.Classifier(model).scores(TEXTS) - wanted) ** 2).sum() / len(TEXTS))
    assert model.history[-1]["figures"]["linearized"]["loss"] == pytest.approx(loss, rel=1e-4)
    known = nc.Classifier(model).predict(TEXTS[:6])
    assert known == list(EXAMPLES.labels[:6])


def test_codes_stay_codes_and_a_product_stays_one() -> None:
    for base in (nc.quantize(neural("dan"), nc.QuantizeOptions(bits=8)), neural("cnn", 3, True)):
        model = linearize(base, EXAMPLES, None, ONCE)
        assert model.tables["embeddings"] is base.tables["embeddings"]


def test_the_ridge_is_chosen_on_the_development_set() -> None:
    chosen = linearize(neural("dan"), EXAMPLES, EXAMPLES).history[-1]["figures"]["linearized"]
    assert chosen["ridge"] in (10, 3, 1, 0.3, 0.1)
    assert chosen["dev_accuracy"] >= 6 / 7
    alone = linearize(neural("dan"), EXAMPLES).history[-1]["figures"]["linearized"]
    assert (alone["ridge"], alone["dev_accuracy"], alone["readings"]) == (1.0, None, 10)


def test_the_same_options_give_the_same_numbers() -> None:
    first, again = (linearize(neural("cnn"), EXAMPLES) for _ in range(2))
    assert np.array_equal(numbers(first), numbers(again))
    other = linearize(neural("cnn"), EXAMPLES, None, LinearizedOptions(seed=5))
    assert not np.array_equal(numbers(first), numbers(other))


def test_new_labels_take_the_place_of_the_old() -> None:
    examples = nc.Examples(("b", "a", "b"), ("jazz", "lights", "play jazz"))
    model = linearize(neural("dan"), examples, None, replace(ONCE, new_labels=True))
    assert model.labels == ("a", "b")
    assert nc.Classifier(model).predict(examples.texts) == ["b", "a", "b"]
    record = model.history[-1]
    assert record["options"]["new_labels"] is True
    with pytest.raises(DataError, match=r"label 'b' is unknown.*--new-labels"):
        linearize(neural("dan"), examples)
    one = nc.Examples(("a", "a"), ("jazz", "lights"))
    with pytest.raises(DataError, match="at least two labels"):
        linearize(neural("dan"), one, None, replace(ONCE, new_labels=True))


def test_a_projection_is_left_behind() -> None:
    model = linearize(neural("dan", projected=5), EXAMPLES, None, ONCE)
    plain = linearize(neural("dan"), EXAMPLES, None, ONCE)
    assert model.network is not None
    assert plain.network is not None
    assert set(model.network.tensors) == set(plain.network.tensors)
    assert np.array_equal(numbers(model), numbers(plain))
