"""The parts of the solver of linearized networks: readings, the map and its transpose, factors."""

from __future__ import annotations

import numpy as np
import pytest

from nlucompress.algo.ridge import affine_map
from nlucompress.networks.neural.layers import LINEARIZED, Settings
from nlucompress.networks.neural.sequence import Batch
from nlucompress.training.linearized.expansion import Expansion
from nlucompress.training.linearized.factors import Factor
from nlucompress.training.linearized.readings import readings
from nlucompress.training.linearized.words import ROWS
from nlucompress.training.plan import Data

BATCH = Batch(np.array([0, 1, 2, 2, 3, 4, 0, 5, 5]), np.array([3, 0, 1, 5]))


def expansion(kind: str) -> Expansion:
    """A random network of this kind over six words."""
    rng = np.random.default_rng(4)
    settings = Settings(kind, "leaky-relu", layers=2, widths=(1, 3))
    shapes = settings.shapes(4, 3, 2)
    layers = {
        name.removesuffix(".weight"): rng.standard_normal((rows + 1, columns))
        for name, (rows, columns) in shapes.items()
        if name.endswith(".weight")
    }
    return Expansion(settings, layers, rng.standard_normal((6, 4)), BATCH)


@pytest.mark.parametrize("kind", LINEARIZED)
def test_backward_is_the_transpose_of_forward(kind: str) -> None:
    found, rng = expansion(kind), np.random.default_rng(1)
    changes = {name: rng.standard_normal(shape) for name, shape in found.shapes.items()}
    residuals = rng.standard_normal(found.scores.shape)
    down = found.backward(residuals)
    assert {name: each.shape for name, each in down.items()} == found.shapes
    through = sum(float((changes[name] * down[name]).sum()) for name in changes)
    assert through == pytest.approx(float((found.forward(changes) * residuals).sum()))


@pytest.mark.parametrize("kind", LINEARIZED)
def test_a_texts_scores_do_not_depend_on_words_it_lacks(kind: str) -> None:
    found = expansion(kind)
    changes = {name: np.zeros(shape) for name, shape in found.shapes.items()}
    changes[ROWS][4] = 1.0
    moved = np.abs(found.forward(changes)).max(axis=1)
    assert (moved[:3] == 0).all()
    assert moved[3] > 0


@pytest.mark.parametrize("kind", LINEARIZED)
def test_the_factors_of_the_output_layer_are_exact(kind: str) -> None:
    found, rng = expansion(kind), np.random.default_rng(2)
    gradient = {name: np.zeros(shape) for name, shape in found.shapes.items()}
    gradient["output"] = rng.standard_normal(found.shapes["output"])
    texts = len(found.scores)
    (factor,) = found.factors()["output"]
    step = {**gradient, "output": factor.inverse(gradient["output"], 0.1)}
    back = found.backward(found.forward(step))["output"] / texts + 0.1 * step["output"]
    assert np.allclose(back, gradient["output"])


@pytest.mark.parametrize("kind", LINEARIZED)
def test_factors_cover_every_row_once(kind: str) -> None:
    found = expansion(kind)
    for name, factors in found.factors().items():
        spans = sorted((each.begin, each.end) for each in factors)
        assert [begin for begin, _ in spans] == [0, *[end for _, end in spans[:-1]]]
        assert spans[-1][1] == found.shapes[name][0]


@pytest.mark.parametrize("diagonal", [True, False])
def test_a_factor_is_inverted_exactly(diagonal: bool) -> None:
    rng = np.random.default_rng(3)
    a, g, v = (rng.standard_normal(shape) for shape in ((4, 4), (3, 3), (4, 3)))
    inputs = np.diag(a @ a.T) if diagonal else a @ a.T
    whole = np.kron(np.diag(inputs) if diagonal else inputs, g @ g.T) + 0.2 * np.eye(12)
    expected = np.linalg.solve(whole, v.ravel()).reshape(4, 3)
    assert np.allclose(Factor(0, 4, inputs, g @ g.T).inverse(v, 0.2), expected)


def test_readings_leave_words_out_and_empty_no_text() -> None:
    data = Data(BATCH, np.array([1, 0, 1, 0]))
    found = readings(data, 500, 0.6, 7)
    assert found.targets.tolist() == data.targets.tolist() * 500
    assert found.batch.rows[: len(BATCH.rows)].tolist() == BATCH.rows.tolist()
    lengths = found.batch.lengths.reshape(500, 4)
    assert int(lengths.sum()) == len(found.batch.rows)
    assert lengths[0].tolist() == BATCH.lengths.tolist()
    assert set(lengths[:, 0]) == {1, 2, 3}
    assert set(lengths[:, 1]) == {0}
    assert set(lengths[:, 2]) == {1}
    assert 2.25 < lengths[1:, 3].mean() < 2.55  # 5 * (0.4 + 0.6 ** 5): never none
    starts = np.concatenate([[0], np.cumsum(found.batch.lengths)])
    for text in range(4):
        words = set(np.split(BATCH.rows, np.cumsum(BATCH.lengths))[text].tolist())
        for at in range(text, 2000, 4):
            assert set(found.batch.rows[starts[at] : starts[at + 1]].tolist()) <= words
    again = readings(data, 500, 0.6, 7)
    assert np.array_equal(again.batch.rows, found.batch.rows)
    assert np.array_equal(readings(data, 3, 0.0, 1).batch.rows, np.tile(BATCH.rows, 3))


def test_an_affine_map_of_least_squares() -> None:
    rng = np.random.default_rng(5)
    inputs, true, shift = rng.standard_normal((50, 4)), rng.standard_normal((4, 2)), [3.0, -1.0]
    weight, bias = affine_map(inputs, inputs @ true + shift, 1e-9)
    assert np.allclose(weight, true)
    assert np.allclose(bias, shift)
    weight, bias = affine_map(inputs, inputs @ true + shift, 1e9)
    assert np.allclose(weight, 0, atol=1e-6)
    assert np.allclose(bias, (inputs @ true + shift).mean(axis=0))
