"""Linear models near the weights of older ones."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scipy.sparse import csr_matrix

import nlucompress as nc
from nlucompress.errors import DataError, UsageError
from nlucompress.format import codec
from nlucompress.stages.learn.train.near.points import Point, chosen, front, points
from nlucompress.training.linear.fit import Problem, Weights
from nlucompress.training.linear.losses import LOSSES, LossName
from nlucompress.training.linear.near import fit_near
from tests.golden.sources import neural
from tests.workplace import SAMPLE

QUICK = nc.NearOptions(l2=1e-3, l1=3e-5, iterations=40)


def head(part: str, count: int, step: int = 1) -> nc.Examples:
    found = nc.read_examples(SAMPLE / f"{part}.tsv")
    return nc.Examples(found.labels[: count * step : step], found.texts[: count * step : step])


TRAIN, DEV = head("train", 800), head("dev", 200)


@pytest.fixture(scope="module")
def old() -> nc.Model:
    return nc.train(head("train", 400, 2), None, nc.TrainOptions(iterations=40))


def small_problem() -> tuple[Problem, np.ndarray, Weights]:
    rng = np.random.default_rng(0)
    x = csr_matrix((rng.random((40, 6)) < 0.4).astype(np.float32))
    weights = rng.uniform(0.5, 1.5, 40).astype(np.float32)
    before = Weights(
        rng.standard_normal((6, 3)).astype(np.float32), rng.standard_normal(3).astype(np.float32)
    )
    problem = Problem(x, rng.integers(0, 3, 40), 3, weights)
    return problem, before.scores(x), before


@pytest.mark.parametrize(
    ("loss", "l1"), [("squared-hinge", 0.15), ("logistic", 0.02), ("softmax", 0.02)]
)
def test_the_optimum_meets_its_conditions(loss: LossName, l1: float) -> None:
    problem, offset, _ = small_problem()
    l2 = 0.05
    change = fit_near(problem, loss, offset, l2, l1, 20_000, tolerance=0)
    share = problem.weights / np.float32(40)
    slope = LOSSES[loss](change.scores(problem.features) + offset, problem.targets, share)[1]
    smooth = problem.features.T @ slope + l2 * change.matrix
    moved = change.matrix != 0
    assert 0 < moved.sum() < moved.size
    assert np.allclose(smooth[moved], -l1 * np.sign(change.matrix[moved]), atol=l1 / 100)
    assert (np.abs(smooth[~moved]) <= 1.01 * l1).all()
    assert np.allclose(slope.sum(axis=0) + l2 * change.bias, 0, atol=l1 / 100)


def test_a_penalty_without_bound_changes_nothing() -> None:
    problem, offset, _ = small_problem()
    change = fit_near(problem, "logistic", offset, 1e9, 0.0, 200)
    assert np.abs(change.matrix).max() < 1e-7
    assert np.abs(change.bias).max() < 1e-7


def test_no_step_gives_the_old_model(old: nc.Model) -> None:
    near = nc.train_near(old, TRAIN, options=replace(QUICK, step=0.0))
    before, after = (nc.Classifier(each).scores(DEV.texts) for each in (old, near))
    assert near.labels == old.labels
    assert np.allclose(before, after, atol=1e-5)
    assert near.history[-1]["figures"]["changed_weights"] == 0


def test_a_step_lies_between(old: nc.Model) -> None:
    models = [nc.train_near(old, TRAIN, options=replace(QUICK, step=t)) for t in (0.0, 0.5, 1.0)]
    zero, half, whole = (nc.Classifier(each).scores(DEV.texts) for each in models)
    assert np.allclose(half, (zero + whole) / 2, atol=1e-5)
    assert not np.allclose(half, whole, atol=1e-2)


def test_the_choice_loses_no_accuracy_and_flips_less(old: nc.Model) -> None:
    near = nc.train_near(old, TRAIN, DEV)
    figures = near.history[-1]["figures"]
    report = nc.evaluate(near, DEV, old)
    assert report.reference is not None
    assert report.accuracy >= figures["untreated"]["accuracy"] - 0.02
    assert report.reference.nfr <= figures["untreated"]["nfr"]
    assert (figures["dev_accuracy"], figures["dev_nfr"]) == (
        report.accuracy,
        report.reference.nfr,
    )
    again = nc.train_near(old, TRAIN, DEV)
    assert bytes(codec.to_bytes(again)) == bytes(codec.to_bytes(near))


def test_a_bound_is_met(old: nc.Model) -> None:
    near = nc.train_near(old, TRAIN, DEV, replace(QUICK, max_nfr=0.005))
    report = nc.evaluate(near, DEV, old)
    assert report.reference is not None
    assert report.reference.nfr <= 0.005


def test_packed_models_are_near_what_runs(old: nc.Model) -> None:
    quantized = nc.quantize(old, nc.QuantizeOptions(bits=5))
    packed = nc.pack(nc.phash(quantized))
    for each in (quantized, packed):
        near = nc.train_near(each, TRAIN, options=replace(QUICK, step=0.0))
        before, after = (nc.Classifier(model).scores(TRAIN.texts) for model in (each, near))
        assert np.allclose(before, after, atol=1e-4)
    figures = nc.train_near(packed, TRAIN, DEV).history[-1]["figures"]
    assert 0 < figures["new_keys"] < figures["keys"]
    nc.pack(nc.phash(nc.quantize(near, nc.QuantizeOptions(bits=5))))


def test_labels_come_and_go(old: nc.Model) -> None:
    gone = old.labels[0]
    kept = [at for at, label in enumerate(TRAIN.labels) if label != gone][:300]
    labels = tuple(TRAIN.labels[at] for at in kept) + ("zebra",) * 3
    texts = tuple(TRAIN.texts[at] for at in kept) + ("a striped horse",) * 3
    near = nc.train_near(old, nc.Examples(labels, texts), options=QUICK)
    figures = near.history[-1]["figures"]
    assert near.labels == (*old.labels, "zebra")
    assert figures["new_labels"] == ["zebra"]
    assert gone in figures["gone_labels"]
    assert nc.Classifier(near).predict(["striped horse"]) == ["zebra"]


def test_what_does_not_fit_is_refused(old: nc.Model) -> None:
    with pytest.raises(UsageError, match="'dan', not linear"):
        nc.train_near(neural("dan"), TRAIN)
    with pytest.raises(UsageError, match="give dev"):
        nc.train_near(old, TRAIN, options=nc.NearOptions(max_nfr=0.01))
    with pytest.raises(UsageError, match="within 0 to 1"):
        nc.train_near(old, TRAIN, options=nc.NearOptions(step=2.0))
    with pytest.raises(DataError, match="'nowhere'"):
        nc.train_near(old, TRAIN, nc.Examples(("nowhere",), ("text",)), QUICK)


def test_without_strengths_it_is_a_step_to_the_new_model(old: nc.Model) -> None:
    new = nc.train(TRAIN)
    for step, options in ((0.75, nc.NearOptions()), (0.3, nc.NearOptions(step=0.3))):
        near = nc.train_near(old, TRAIN, options=options)
        mixed = nc.merge(old, new, nc.MergeOptions(weight=step))
        ours, theirs = (nc.Classifier(each).scores(DEV.texts) for each in (near, mixed))
        assert np.allclose(ours, theirs, atol=1e-4)
        figures = near.history[-1]["figures"]
        assert (figures["step"], figures["near_l2"]) == (step, None)


def test_a_strength_that_is_given_is_the_one_that_is_used(old: nc.Model) -> None:
    near = nc.train_near(old, TRAIN, DEV, nc.NearOptions(l1=1e-3))
    figures = near.history[-1]["figures"]
    assert (figures["near_l2"], figures["near_l1"]) == (1e-3, 1e-3)
    assert {(each["l2"], each["l1"]) for each in figures["front"]} == {(1e-3, 1e-3)}
    assert figures["untreated"]["l1"] is None
    weak = nc.train_near(old, TRAIN, DEV, nc.NearOptions(l1=1e-5)).history[-1]["figures"]
    assert figures["changed_weights"] < weak["changed_weights"] / 2


def test_points_are_chosen_by_flips_or_under_a_bound() -> None:
    still = Point(1, 1e-2, 0.0, 0.0, 0.85, 0.0)
    few, best = Point(1, 1e-2, 0.0, 0.5, 0.90, 0.01), Point(2, 1e-3, 0.0, 1.0, 0.92, 0.02)
    unsure = replace(still, accuracy=0.895, nfr=0.005, unsure=0.01)
    found = [still, few, best]
    assert chosen(found, 0.90, None) == few
    assert chosen([*found, unsure], 0.90, None) == unsure
    assert chosen(found, 0.95, None) == best
    assert chosen(found, 0.90, 0.02) == best
    assert chosen(found, 0.90, 0.005) == still
    assert front(found) == [still, few, best]
    with pytest.raises(UsageError, match="the fewest negative flips"):
        chosen([best], 0.90, 0.01)


def test_a_difference_is_as_unsure_as_many_answers_differ() -> None:
    truth, new = ["a"] * 100, ["a"] * 90 + ["b"] * 10
    given = ["b"] * 5 + ["a"] * 90 + ["b"] * 5
    (point,) = points(1, (1e-3, 0.0), [(0.5, given)], truth, truth, new)
    assert point.accuracy == 0.9
    assert point.unsure == pytest.approx(10**0.5 / 100)
