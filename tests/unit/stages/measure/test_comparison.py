"""Models against their references: answers that are set word by word."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

import nlucompress as nc
from nlucompress.algo.metrics import Change
from nlucompress.errors import DataError, UsageError
from nlucompress.format.indexes.kinds import Strings
from nlucompress.format.matrices.kinds import from_dense
from nlucompress.stages.measure.evaluate.gates import ReferenceGate

WORDS = ("one", "two", "three", "four", "five", "six")
TRUTH = ("a", "a", "a", "b", "b", "c")
DATA = nc.Examples(TRUTH, WORDS)


def answering(answers: str, sure: tuple[float, ...] = (1,) * 6, labels: str = "abc") -> nc.Model:
    """A model that gives the i-th word the i-th answer, with a margin of ``sure``."""
    values = np.zeros((len(WORDS), len(labels)), np.float32)
    for row, (answer, margin) in enumerate(zip(answers, sure, strict=True)):
        values[row, labels.index(answer)] = margin
    table = nc.Table(Strings.of(WORDS), from_dense(values))
    bias = from_dense(np.zeros((1, len(labels)), np.float32))
    features = {"kind": "ngrams", "words": [1, 1], "chars": [], "weighting": "binary"}
    network = nc.Network("linear", {"link": "margin"}, {"bias": bias})
    return nc.Model({"features": table}, network, tuple(labels), features)


def tagging(model: nc.Model) -> nc.Model:
    """The same weights for the tokens of sentences."""
    return replace(model, features={"kind": "attributes"})


def against(new: nc.Model, old: nc.Model) -> nc.Report:
    return nc.evaluate(new, DATA, old)


def test_flips_are_ranked_by_how_sure_the_reference_was() -> None:
    old = answering("aaabbc", (0.5, 2, 1, 3, 1, 1))
    (found,) = against(answering("bcabac"), old).references
    assert [(flip.text, flip.label, flip.answer) for flip in found.flips] == [
        ("two", "a", "c"),
        ("five", "b", "a"),
        ("one", "a", "b"),
    ]
    assert [(flip.score, flip.margin) for flip in found.flips] == [(2, 2), (1, 1), (0.5, 0.5)]
    assert found.nfr == 3 / 6
    assert found.relative_nfr == 0.5 / (1 * 0.5)


def test_the_margin_is_that_of_probabilities_where_there_are_some() -> None:
    old = answering("aaabbc", (2,) * 6)
    assert old.network is not None
    softmax = replace(old, network=replace(old.network, settings={"link": "softmax"}))
    (found,) = against(answering("baabbc"), softmax).references
    (flip,) = found.flips
    total = math.exp(2) + 2
    assert flip.score == pytest.approx(math.exp(2) / total)
    assert flip.margin == pytest.approx((math.exp(2) - 1) / total)


def test_changes_and_flips_by_label() -> None:
    (found,) = against(answering("bbcbac"), answering("aaaaca")).references
    assert [(flip.text, flip.answer) for flip in found.flips] == [
        ("one", "b"),
        ("two", "b"),
        ("three", "c"),
    ]
    assert found.changes == (
        Change("a", "a", "b", 2),
        Change("a", "a", "c", 1),
        Change("b", "a", "b", 1),
        Change("b", "c", "a", 1),
        Change("c", "a", "c", 1),
    )
    counts = [(e.label, e.examples, e.negative, e.positive, e.to) for e in found.flips_by_label]
    assert counts == [
        ("a", 3, 3, 0, {"b": 2, "c": 1}),
        ("b", 2, 0, 1, {}),
        ("c", 1, 0, 1, {}),
    ]


def test_the_same_model_changes_nothing() -> None:
    model = answering("aababc")
    (found,) = against(model, model).references
    assert (found.flips, found.changes, found.flips_by_label) == ((), (), ())
    assert (found.nfr, found.agreement, found.left_out) == (0, 1, 0)


def test_examples_of_labels_that_one_of_the_two_lacks_are_left_out() -> None:
    old = answering("aaabbb", labels="abd")
    report = against(answering("babbbc"), old)
    (found,) = report.references
    assert (found.new_labels, found.gone_labels) == (("c",), ("d",))
    assert (found.examples, found.left_out) == (5, 1)
    assert (found.accuracy, found.model_accuracy) == (1, 3 / 5)
    assert found.accuracy_drop == pytest.approx(2 / 5)
    assert found.nfr == 2 / 5
    assert report.accuracy == 4 / 6  # that of the model alone counts every example
    # and the other way round: a label that is gone
    (back,) = against(old, answering("babbbc")).references
    assert (back.new_labels, back.gone_labels, back.left_out) == (("d",), ("c",), 1)


def test_labels_that_neither_knows_stay_and_are_wrong() -> None:
    data = nc.Examples(("a", "z"), ("one", "two"))
    (found,) = nc.evaluate(answering("aaabbc"), data, answering("aaabbc")).references
    assert (found.examples, found.left_out, found.accuracy) == (2, 0, 0.5)


def test_every_reference_is_compared_and_gated() -> None:
    right, same = answering("aaabbc"), answering("baabbc")
    report = nc.evaluate(
        same,
        DATA,
        {"v1": right, "v2": same},
        nc.Gates(max_nfr=0.01, max_accuracy_drop=0.2, max_size=9),
    )
    assert [old.name for old in report.references] == ["v1", "v2"]
    assert [old.nfr for old in report.references] == [1 / 6, 0]
    assert report.reference == report.references[0]
    told = [
        (gate.name, gate.reference if isinstance(gate, ReferenceGate) else None, gate.met)
        for gate in report.gates
    ]
    assert told == [
        ("max_accuracy_drop", "v1", True),
        ("max_accuracy_drop", "v2", True),
        ("max_nfr", "v1", False),
        ("max_nfr", "v2", True),
        ("max_size", None, False),
    ]
    assert not report.passed


@pytest.mark.parametrize(
    "bounds",
    [{"min_accuracy": 95}, {"max_nfr": 1}, {"max_accuracy_drop": -0.1}, {"max_nfr": float("nan")}],
)
def test_shares_are_fractions(bounds: dict[str, float]) -> None:
    with pytest.raises(nc.UsageError, match=next(iter(bounds))):
        nc.Gates(**bounds)  # type: ignore[arg-type]
    report = nc.evaluate(answering("aabbcc"), DATA, None, nc.Gates(min_accuracy=1.0))
    assert report.gates[0].limit == 1.0


def test_the_gate_of_flips_is_exact_at_its_bound() -> None:
    old = answering("aaabbc")
    for bound, met in ((1 / 6, True), (1 / 6 - 1e-8, False)):
        report = nc.evaluate(answering("baabbc"), DATA, old, nc.Gates(max_nfr=bound))
        assert report.passed == met


def test_what_cannot_be_compared() -> None:
    model = answering("aaabbc")
    with pytest.raises(DataError, match="old: has none of the model's labels"):
        nc.evaluate(model, DATA, {"old": answering("xxxyyz", labels="xyz")})
    with pytest.raises(DataError, match="old: no example has a label that both"):
        nc.evaluate(
            model, nc.Examples(("c",), ("six",)), {"old": answering("aaabbb", labels="abd")}
        )
    with pytest.raises(UsageError, match="old: tags tokens, but the model classifies"):
        nc.evaluate(model, DATA, {"old": tagging(model)})
    with pytest.raises(UsageError, match="old: this model holds tables only"):
        nc.evaluate(model, DATA, {"old": replace(model, network=None)})
    with pytest.raises(DataError, match="hold no examples"):
        nc.evaluate(model, nc.Examples((), ()), model)
    with pytest.raises(UsageError, match="compare with a reference"):
        nc.evaluate(model, DATA, {}, nc.Gates(max_nfr=0.01))
