"""Learning to tag: readers of tagged sentences, spans, the optimizer, the trainer, the figures."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

import nlucompress as nc
from nlucompress.algo.spans import span_figures, spans_of
from nlucompress.data.tagged import MAX_TOKENS, Layout, Tagged, parse_tagged
from nlucompress.errors import DataError, UsageError
from nlucompress.training.crf import fit as crf
from nlucompress.training.crf import owlqn
from tests.unit.networks.test_tagger import labellings

Float64 = NDArray[np.float64]


def parsed(text: str, layout: Layout = "words") -> Tagged:
    return parse_tagged(text.encode().splitlines(keepends=True), "file", layout)


TRAIN = parsed(
    "\n".join(
        f"play\tO\n{artist}\tB-artist\n{last}\tI-artist\n"
        if n % 2
        else f"weather\tO\nin\tO\n{artist}\tB-city\n"
        for n, (artist, last) in enumerate(itertools.product("abcdef", "uvwxyz"))
    )
)


def test_layouts() -> None:
    found = parsed("\n\nplay\tV\tO\r\nit\tP\tB-x\n\n \nstop\tO")
    assert found == Tagged((("O", "B-x"), ("O",)), (("play", "it"), ("stop",)))
    lines = parsed("O\ta:2\tb\nB\n\nO\tc\n", "attributes")
    assert lines == Tagged((("O", "B"), ("O",)), (("a:2\tb", ""), ("c",)))


@pytest.mark.parametrize(
    ("text", "layout", "problem"),
    [
        ("", "words", "no sentences"),
        ("\n\n", "words", "no sentences"),
        ("a\tO\nb\n", "words", "line 2: no tab"),
        ("a\t\n", "words", "line 1: the token or its tag is empty"),
        ("\tO\n", "words", "line 1: the token or its tag is empty"),
        ("\ta\n", "attributes", "line 1: the token or its tag is empty"),
        ("a\tO\n" * (MAX_TOKENS + 1), "words", "line 16385: a sentence of more than 16,384"),
    ],
)
def test_files_that_cannot_be_used(text: str, layout: Layout, problem: str) -> None:
    with pytest.raises(DataError, match=problem):
        parsed(text, layout)


@pytest.mark.parametrize(
    ("tags", "spans"),
    [
        ("", set()),
        ("O O", set()),
        ("B-x I-x O B-x", {(0, 2, "x"), (3, 4, "x")}),
        ("I-x I-x B-x I-y", {(0, 2, "x"), (2, 3, "x"), (3, 4, "y")}),
        ("B-x E-x I-x S-y S-y", {(0, 2, "x"), (2, 3, "x"), (3, 4, "y"), (4, 5, "y")}),
        ("Street Street City", {(0, 2, "Street"), (2, 3, "City")}),
        ("E-x E-x", {(0, 1, "x"), (1, 2, "x")}),
    ],
)
def test_spans(tags: str, spans: set[tuple[int, int, str]]) -> None:
    assert spans_of(tags.split()) == spans


def test_f1_of_spans() -> None:
    figures = span_figures([["B-x", "I-x", "O"]], [["B-x", "O", "B-y"]])
    assert (figures.f1, figures.spans) == (0, 1)
    figures = span_figures([["B-x", "O", "B-y"]], [["B-x", "O", "O"]])
    assert (figures.precision, figures.recall, figures.f1) == (1, 0.5, 2 / 3)
    assert span_figures([["O"]], [["O"]]).f1 == 0


def test_the_optimizer_finds_the_soft_threshold() -> None:
    target = np.array([3.0, -0.5, 0.2, -2.0])
    scale = np.array([1.0, 4.0, 0.5, 2.0])

    def smooth(w: Float64) -> tuple[float, Float64]:
        return float((scale * (w - target) ** 2).sum() / 2), scale * (w - target)

    for l1 in (0.0, 0.3):
        expected = np.sign(target) * np.maximum(np.abs(target) - l1 / scale, 0)
        found = owlqn.minimize(smooth, np.zeros(4), l1, 100)
        assert np.allclose(found, expected, atol=1e-3)
        assert np.array_equal(found == 0, expected == 0)


def test_the_gradient_is_that_of_all_labellings() -> None:
    from scipy.sparse import csr_matrix

    random = np.random.default_rng(3)
    lengths = np.array([1, 3, 2, 3])
    features = csr_matrix(random.integers(0, 2, (9, 5)).astype(np.float32))
    targets = random.integers(0, 3, 9)
    objective = crf.Objective(crf.Problem(features, targets, lengths, 3), 0.1)
    packed = random.integers(-4, 5, objective.size) / 4.0
    value, gradient = objective(packed)

    def slow(at: Float64) -> float:
        weights = objective.unpacked(at)
        scores = (features @ weights.matrix).astype(np.float64)
        total, begin = 0.0, 0
        for length in lengths:
            rows = scores[begin : begin + length]
            listed = labellings(rows, weights.transitions)
            gold = listed[tuple(targets[begin : begin + length].tolist())]
            total += np.log(np.exp(list(listed.values())).sum()) - gold
            begin += length
        return float(total / 9 + 0.05 * (at @ at))

    assert value == pytest.approx(slow(packed), abs=1e-6)
    for at in range(objective.size):
        step = np.zeros(objective.size)
        step[at] = 2.0**-6
        slope = (slow(packed + step) - slow(packed - step)) * 2**5
        assert gradient[at] == pytest.approx(slope, abs=1e-4)


def test_training_learns_from_the_neighbours() -> None:
    model = nc.train_crf(TRAIN, TRAIN, nc.CrfOptions(iterations=40))
    (figures,) = [record["figures"] for record in model.history]
    assert figures["dev_f1"] == 1
    answers = nc.Tagger(model).tag([["play", "f", "z"], ["weather", "in", "Q"]])
    assert answers == [["O", "B-artist", "I-artist"], ["O", "O", "B-city"]]
    again = nc.train_crf(TRAIN, TRAIN, nc.CrfOptions(iterations=40))
    assert np.array_equal(
        model.tables["features"].lookup(["b", "0=play"]),
        again.tables["features"].lookup(["b", "0=play"]),
    )
    assert again.history == model.history


def test_training_on_attributes() -> None:
    tagged = parsed("x\ta:2\ny\tb\n\ny\tb\nx\ta\n", "attributes")
    model = nc.train_crf(tagged, None, nc.CrfOptions(attributes=True, l1=0.0))
    assert nc.Tagger(model).tag([["b", "a", "a:0.5"]])[0][0] == "y"
    assert nc.Tagger(model).tag(tagged.sentences) == [list(each) for each in tagged.labels]


def test_what_cannot_be_trained() -> None:
    with pytest.raises(DataError, match="needs 2 to"):
        nc.train_crf(parsed("a\tO\n"))
    with pytest.raises(DataError, match="no attribute occurs often enough"):
        nc.train_crf(TRAIN, None, nc.CrfOptions(min_count=1000))
    every: list[dict[str, Any]] = [{"window": 5}, {"l1": -1}, {"grams": 0}]
    for wrong in every:
        with pytest.raises(UsageError):
            nc.CrfOptions(**wrong)


def test_evaluation_compares_tokens_and_sentences() -> None:
    model = nc.train_crf(TRAIN, None, nc.CrfOptions(iterations=40))
    emptied = nc.quantize(model, nc.QuantizeOptions(threshold=1e9))
    report = nc.evaluate_tags(emptied, TRAIN, model, nc.Gates(max_nfr=0.01, min_accuracy=0))
    assert report.reference is not None
    assert (report.sentences, report.tokens) == (36, 108)
    assert report.reference.accuracy == report.reference.span_f1 == 1
    assert report.reference.sentence_nfr == 1 - report.sentence_accuracy
    assert report.reference.nfr == pytest.approx(1 - report.accuracy)
    assert len(report.reference.flips) == round(108 * report.reference.nfr)
    assert [gate.met for gate in report.gates] == [True, False]
    assert not report.passed
    with pytest.raises(UsageError, match="compare with a reference"):
        nc.evaluate_tags(model, TRAIN, None, nc.Gates(max_nfr=0.01))
    with pytest.raises(DataError, match="no label of the data"):
        nc.evaluate_tags(model, parsed("a\tother\n"))
