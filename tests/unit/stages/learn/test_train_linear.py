"""train for linear models: what development data choose, and what options leave them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.sparse import csr_matrix, diags, hstack

import nlucompress as nc
from nlucompress.format import codec
from nlucompress.stages.learn.train.linear_choice import (
    Measured,
    Scaling,
    Tried,
    best_of,
    measured,
    surest_of,
)
from nlucompress.stages.learn.train.linear_design import Design
from nlucompress.stages.learn.train.linear_search import PATH
from nlucompress.training.linear.dual import SparseWeights, fit_path
from nlucompress.training.linear.fit import Problem
from tests.workplace import SAMPLE


def head(name: str, count: int) -> nc.Examples:
    whole = nc.read_examples(SAMPLE / f"{name}.tsv")
    return nc.Examples(whole.labels[:count], whole.texts[:count])


TRAIN, DEV = head("train", 300), head("dev", 80)
DEV = nc.Examples(
    tuple(label for label in DEV.labels if label in TRAIN.labels),
    tuple(t for label, t in zip(DEV.labels, DEV.texts, strict=True) if label in TRAIN.labels),
)


def figures(model: nc.Model) -> dict[str, object]:
    found: dict[str, object] = model.history[-1]["figures"]
    return found


def fit(accuracy: float, losses: list[float], size: int = 5, times: int = 25) -> Measured:
    each = np.tile(np.array(losses), times)
    tried = Tried(True, False, True, 1e-3, 1e-5, accuracy, accuracy, float(each.mean()), 9, size)
    return Measured(tried, each)


def test_accuracy_counts_until_it_says_little() -> None:
    small, large = ([far, best, near] for far, best, near in (fits_of(25), fits_of(25_000)))
    assert best_of(small) == 2
    assert best_of(large) == 1


def fits_of(times: int) -> tuple[Measured, Measured, Measured]:
    losses = [0.1, 0.2, 0.3, 0.4]
    sizes = (0.85, 1), (0.95, 9), (0.945, 5)
    far, best, near = (fit(accuracy, losses, size, times) for accuracy, size in sizes)
    return far, best, near


def test_of_equal_fits_the_smallest_is_taken() -> None:
    best = fit(0.95, [0.1, 0.2, 0.3, 0.4], 9)
    equal = fit(0.95, [0.2, 0.2, 0.2, 0.401], 5)  # better on some, worse on others
    worse = fit(0.95, [0.11, 0.21, 0.31, 0.41], 1)  # a little, but on every one
    assert best_of([best, worse, equal]) == 2
    assert best_of([best, worse]) == 0


def test_the_size_in_5_bits_is_near_that_of_the_file() -> None:
    model = nc.train(TRAIN, None, nc.TrainOptions(l2=1e-4, l1=1e-5))
    table = model.tables["features"]
    rows = table.matrix.rows(np.arange(table.matrix.shape[0]))
    fitted = SparseWeights(csr_matrix(rows), np.zeros(len(model.labels), np.float32), 1)
    targets = np.zeros(1, np.int64)
    of_table = measured(
        fitted, Scaling(True, False, True), (1e-4, 1e-5), csr_matrix((1, len(rows))), targets
    )
    packed = nc.pack(nc.phash(nc.quantize(model, nc.QuantizeOptions(bits=5))))
    size = len(bytes(codec.to_bytes(packed)))
    assert size == pytest.approx(of_table.tried.bytes_in_5_bits, rel=0.25)


def test_development_data_choose_what_is_not_given() -> None:
    model = nc.train(TRAIN, DEV)
    told = figures(model)
    tried = told["tried"]
    assert isinstance(tried, list)
    settings = {(*(each[n] for n in Scaling._fields), each["l2"], each["l1"]) for each in tried}
    assert len(settings) == len(tried) == 5 + len(PATH)
    taken = {name: told[name] for name in tried[0]} | {"nonzero_weights": told["nonzero_weights"]}
    assert taken in tried
    assert told["dev_accuracy"] == nc.evaluate(model, DEV).accuracy
    again = nc.train(TRAIN, DEV)
    assert bytes(codec.to_bytes(again)) == bytes(codec.to_bytes(model))


def test_what_is_given_is_not_chosen() -> None:
    options = nc.TrainOptions(borders=False, idf=True, normalize=False, l2=1e-3, l1=1e-4)
    tried = figures(nc.train(TRAIN, DEV, options))["tried"]
    assert isinstance(tried, list)
    assert [(each["idf"], each["l2"], each["l1"]) for each in tried] == [(True, 1e-3, 1e-4)]


def test_without_development_data() -> None:
    model = nc.train(TRAIN)
    assert model.features == nc.Featurizer((1, 2), tokens="symbols", borders=True).describe()
    assert (figures(model)["idf"], figures(model)["dev_accuracy"]) == (False, None)
    assert "tried" not in figures(model)


def test_features_without_weights_are_left_out() -> None:
    model = nc.train(TRAIN, None, nc.TrainOptions(l1=1e-3))
    table = model.tables["features"]
    rows = table.matrix.rows(np.arange(table.matrix.shape[0]))
    assert (rows != 0).any(axis=1).all()
    keys = table.matrix.shape[0]
    assert keys == figures(model)["keys"]
    assert keys < nc.train(TRAIN).tables["features"].matrix.shape[0]


def test_a_refit_learns_from_both() -> None:
    options = nc.TrainOptions(borders=True, idf=False, normalize=True, l2=1e-3, l1=1e-5)
    both = nc.Examples((*TRAIN.labels, *DEV.labels), (*TRAIN.texts, *DEV.texts))
    refitted = nc.train(TRAIN, DEV, replace(options, refit=True))
    at_once = nc.train(both, None, options)
    mine, other = refitted.tables["features"], at_once.tables["features"]
    assert mine.strings is not None
    assert other.strings is not None
    assert mine.strings.decoded() == other.strings.decoded()
    at = np.arange(mine.matrix.shape[0])
    assert np.array_equal(mine.matrix.rows(at), other.matrix.rows(at))


def test_idf_weakens_the_penalty_on_what_is_rare() -> None:
    plain = nc.train(TRAIN, None, nc.TrainOptions(l1=1e-4))
    rare = nc.train(TRAIN, None, nc.TrainOptions(l1=1e-4, idf=True))
    once = [
        np.count_nonzero(np.asarray(model.tables["features"].counts) == 1)
        for model in (plain, rare)
    ]
    assert once[0] < once[1]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (nc.TrainOptions(refit=True), "give dev"),
        (nc.TrainOptions(loss="softmax", idf=True), "squared-hinge"),
    ],
)
def test_options_that_do_not_go_together(options: nc.TrainOptions, message: str) -> None:
    with pytest.raises(nc.UsageError, match=message):
        nc.train(TRAIN, None, options)


@pytest.mark.parametrize(
    "wrong", [{"tokens": "letters"}, {"l1": -1.0}, {"words": None}, {"borders": 1}]
)
def test_options_out_of_range(wrong: dict[str, object]) -> None:
    with pytest.raises(nc.UsageError):
        nc.TrainOptions.of({"ngrams" if name == "words" else name: wrong[name] for name in wrong})


def test_other_losses_are_trained_by_descent() -> None:
    model = nc.train(TRAIN, None, nc.TrainOptions(loss="logistic", iterations=20, borders=False))
    assert "words_and" in (model.features or {})
    assert nc.evaluate(model, TRAIN).accuracy > 0.5


@pytest.mark.parametrize("distinct", [False, True])
def test_min_count_and_distinct_leave_out(distinct: bool) -> None:
    options = nc.TrainOptions(min_count=3, distinct=distinct, l1=0.0, borders=False)
    counts = nc.train(TRAIN, None, options).tables["features"].counts
    assert counts is not None
    assert counts.min() == 3
    if distinct:
        whole = nc.train(TRAIN, None, replace(options, distinct=False)).tables["features"].counts
        assert whole is not None
        assert len(counts) < len(whole)


def test_normalizing_trains_as_rows_of_one_length_would() -> None:
    options = nc.TrainOptions(l2=1e-3, l1=0.0, borders=False, iterations=500)
    targets = np.array([sorted(set(TRAIN.labels)).index(label) for label in TRAIN.labels])
    design = Design.of(TRAIN.texts, options, borders=False)
    margins = design.margins(None)
    assert np.mean(margins**2) == pytest.approx(1)
    long = hstack([design.x, csr_matrix(np.ones((len(targets), 1), np.float32))])
    unit = csr_matrix(diags(1 / margins).astype(np.float32) @ long)
    lengths = np.sqrt(np.asarray(unit.multiply(unit).sum(axis=1)))
    assert lengths == pytest.approx(lengths[0, 0], rel=1e-5)
    even = np.ones(len(targets), np.float32)
    labels = int(targets.max()) + 1
    weights = (even / margins**2).astype(np.float32)
    problem = Problem(design.x, targets, labels, weights)
    (mine,) = fit_path(problem, [(1e-3, 0.0)], 3000, 1e-8, margins=margins)
    # The objective of the rows of one length, at these weights and around them.
    w = np.vstack((mine.matrix.toarray(), mine.bias)).astype(np.float64)
    signs = np.where(targets[:, None] == np.arange(labels), 1.0, -1.0)

    def objective(at: NDArray[np.float64]) -> float:
        losses = np.maximum(1 - signs * (unit @ at), 0) ** 2
        return float(losses.sum() / len(targets) + 1e-3 / 2 * (at**2).sum())

    least = objective(w)
    random = np.random.default_rng(4)
    for size in (1e-3, 1e-2, 0.1):
        assert objective(w + random.normal(0, size, w.shape)) > least * (1 - 1e-7)
    assert objective(0.99 * w) > least
    assert objective(1.01 * w) > least


def test_scalings_are_compared_by_certainty_where_accuracy_is_equal() -> None:
    sure, small = fit(0.95, [0.1, 0.2], 9), fit(0.95, [0.3, 0.2], 1)
    assert surest_of([small, sure]) == 1
