"""Dual coordinate descent: it finds the minimum, by C and by NumPy to the bit, on any threads."""

from __future__ import annotations

import os

import numpy as np
import pytest
from scipy.sparse import csr_matrix

from nlucompress.native import extension
from nlucompress.training.linear import dual
from nlucompress.training.linear.fista import Objective
from nlucompress.training.linear.fit import Problem, objective_of, penalty

PATH = [(3e-2, 1e-3), (1e-2, 1e-3), (1e-2, 0.0)]


def problem(labels: int = 4, binary: bool = False, examples: int = 60) -> Problem:
    random = np.random.default_rng(5)
    dense = (random.random((examples, 30)) < 0.2) * random.integers(1, 4, (examples, 30))
    dense[7] = 0  # an example of nothing that is known
    values = np.minimum(dense, 1) if binary else dense
    targets = random.integers(0, labels, examples)
    weights = random.random(examples).astype(np.float32) + np.float32(0.5)
    return Problem(csr_matrix(values.astype(np.float32)), targets, labels, weights)


def value(of: Problem, fitted: dual.SparseWeights, l2: float, l1: float) -> float:
    """The objective, whose squared penalty is on the bias too."""
    features = of.features.shape[1]
    everywhere = np.full((features + 1, 1), l2, np.float32)
    objective: Objective = objective_of(
        of, "squared-hinge", everywhere, penalty(l1, features), None
    )
    w = np.vstack((fitted.matrix.toarray(), fitted.bias))
    return objective.value(objective.loss(objective.x @ w)[0], w)


@pytest.mark.parametrize("labels", [2, 4])
def test_no_step_from_the_end_leads_down(labels: int) -> None:
    of = problem(labels)
    random = np.random.default_rng(1)
    for (l2, l1), fitted in zip(PATH, dual.fit_path(of, PATH, 1000, 1e-7), strict=True):
        least = value(of, fitted, l2, l1)
        for _ in range(40):
            step = random.normal(0, 10 ** random.uniform(-4, -1), fitted.matrix.shape)
            moved = fitted.matrix.toarray() + step * (random.random(step.shape) < 0.2)
            bias = fitted.bias + random.normal(0, 1e-3, labels)
            other = dual.SparseWeights(csr_matrix(moved), bias.astype(np.float32), 0)
            assert value(of, other, l2, l1) >= least * (1 - 1e-6)


def test_the_absolute_penalty_makes_weights_zero() -> None:
    of = problem()
    found = dual.fit_path(of, [(1e-2, 0.0), (1e-2, 1e-3), (1e-2, 1e-2)], 200)
    counts = [each.matrix.nnz for each in found]
    assert counts[0] > counts[1] > counts[2]
    assert all((each.matrix.data != 0).all() for each in found)


def test_a_path_ends_where_a_fit_alone_does() -> None:
    of = problem()
    walked = dual.fit_path(of, PATH, 2000, 1e-8)[-1]
    alone = dual.fit_path(of, PATH[-1:], 2000, 1e-8)[0]
    assert np.abs(walked.matrix.toarray() - alone.matrix.toarray()).max() < 1e-5


@pytest.mark.skipif(extension is None, reason="without the extension there is only one solver")
@pytest.mark.parametrize("labels", [1, 2, 4])
@pytest.mark.parametrize("binary", [True, False])
@pytest.mark.parametrize("with_offset", [True, False])
def test_both_solvers_give_the_same_bits(
    labels: int, binary: bool, with_offset: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    of = problem(labels, binary)
    offset = None
    if with_offset:
        offset = np.random.default_rng(2).normal(0, 0.5, (60, labels)).astype(np.float32)
    margins = np.random.default_rng(3).random(60) + 0.5
    fast = dual.fit_path(of, PATH, 20, offset=offset, margins=margins)
    monkeypatch.setattr(dual, "extension", None)
    plain = dual.fit_path(of, PATH, 20, offset=offset, margins=margins)
    for mine, other in zip(fast, plain, strict=True):
        assert (mine.matrix != other.matrix).nnz == 0
        assert mine.bias.tobytes() == other.bias.tobytes()
        assert mine.passes == other.passes


def test_threads_change_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    of = problem(9)
    found = []
    for threads in (1, 5):
        monkeypatch.setattr(os, "cpu_count", lambda count=threads: count)
        (fitted,) = dual.fit_path(of, PATH[:1], 50)
        found.append((fitted.matrix.data.tobytes(), fitted.bias.tobytes()))
    assert found[0] == found[1]


@pytest.mark.skipif(extension is None, reason="the extension is not there")
def test_buffers_that_do_not_fit_are_refused() -> None:
    of = problem()
    starts = np.arange(3, dtype=np.int64)
    few = np.zeros(2, np.int32)
    costs = np.ones(2)
    path = np.array(PATH[:1])
    good = (starts, few, None, few, few, costs, costs, costs, None, 1, 0, path, 0.1, 5)
    assert len(extension.dual_path(*good)) == 1
    for at, wrong in (
        (0, starts[:2]),
        (3, few[:0]),
        (5, costs[:1]),
        (6, costs[:1]),
        (8, costs[:1]),
        (11, costs),
    ):
        bad = list(good)
        bad[at] = wrong
        if at == 11:
            bad[at] = np.ones(3)
        with pytest.raises(ValueError, match="do not fit"):
            extension.dual_path(*bad)
    assert of.labels == 4
