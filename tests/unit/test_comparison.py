"""Models against their references: answers that are set word by word."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

import nlucompress as nc
from nlucompress.algo.metrics import Change
from nlucompress.algo.significance import wilson
from nlucompress.errors import DataError, UsageError
from nlucompress.format.indexes import Strings
from nlucompress.format.matrices import from_dense
from nlucompress.stages.gates import ReferenceGate

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
        same, DATA, {"v1": right, "v2": same}, nc.Gates(max_nfr=1, max_accuracy_drop=20, max_size=9)
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


def test_the_gate_of_flips_is_exact_at_its_bound() -> None:
    old = answering("aaabbc")
    for bound, met in ((100 / 6, True), (100 / 6 - 1e-6, False)):
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
    with pytest.raises(UsageError, match="compare with a --reference"):
        nc.evaluate(model, DATA, {}, nc.Gates(max_nfr=1))


SENTENCES = nc.Tagged((("a", "a"), ("a", "b"), ("b", "c")), (WORDS[:2], WORDS[2:4], WORDS[4:]))


def test_tokens_and_sentences_of_labels_that_one_lacks() -> None:
    old = tagging(answering("aaabbb", (1, 3, 1, 1, 2, 1), labels="abd"))
    report = nc.evaluate_tags(tagging(answering("abaabc")), SENTENCES, {"old": old})
    (found,) = report.references
    assert (found.examples, found.left_out, found.new_labels) == (5, 1, ("c",))
    assert (found.sentences, found.sentence_accuracy, found.sentence_nfr) == (2, 1, 1)
    assert (found.nfr, found.accuracy) == (2 / 5, 1)
    assert [(flip.text, flip.margin) for flip in found.flips] == [("two", 3), ("four", 1)]
    assert (found.significance, found.accuracy_interval) == (None, None)


def test_negative_margins_of_taggers_are_no_less_sure() -> None:
    """Scores below zero: the next best label counts, not zero."""
    old = answering("aaabbc", (4,) * 6)
    assert old.network is not None
    below = from_dense(np.full((1, 3), -10, np.float32))
    lowered = replace(old, network=replace(old.network, tensors={"bias": below}))
    (found,) = nc.evaluate_tags(
        tagging(answering("baabbc")), SENTENCES, {"old": tagging(lowered)}
    ).references
    assert [(flip.score, flip.margin) for flip in found.flips] == [(-6, 4)]


def test_taggers_that_cannot_be_compared() -> None:
    model = tagging(answering("aaabbc"))
    with pytest.raises(UsageError, match="old: does not tag tokens as the model does"):
        nc.evaluate_tags(model, SENTENCES, {"old": answering("aaabbc")})
    mixed = nc.Tagged((("a", "c"),), (("one", "six"),))
    with pytest.raises(DataError, match="old: every sentence has a label that only"):
        nc.evaluate_tags(model, mixed, {"old": tagging(answering("aaabbb", labels="abd"))})
    with pytest.raises(DataError, match="hold no sentences"):
        nc.evaluate_tags(model, nc.Tagged((), ()), {"old": model})


def test_wilson_solves_its_equation() -> None:
    """Both ends are the shares p0 with |p - p0| = z sqrt(p0 (1 - p0) / n)."""
    found = wilson(81, 100, 0.95)
    for end in (found.low, found.high):
        assert abs(0.81 - end) == pytest.approx(1.959964 * math.sqrt(end * (1 - end) / 100))
    assert found.low < 0.81 < found.high
    assert (wilson(0, 10).low, wilson(10, 10).high) == (0, 1)
    assert 0 < wilson(0, 10).high < 0.3
