"""The threshold below which texts are unknown: how it is chosen, kept and measured."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

import nlucompress as nc
from nlucompress.format import codec
from nlucompress.format.indexes.kinds import Strings
from nlucompress.format.matrices.kinds import from_dense

# A text of one of these words has the margins of its row, so that its confidence is the largest.
WORDS = {"sure": (2.0, 0.0), "fair": (0.0, 1.0), "poor": (0.5, 0.0), "low": (0.0, 0.25)}


def model(link: str = "margin", labels: tuple[str, ...] = ("a", "b")) -> nc.Model:
    rows = np.array(list(WORDS.values()), np.float32)
    bias = from_dense(np.zeros((1, 2), np.float32))
    features = {"kind": "ngrams", "words": [1, 1], "chars": [], "weighting": "binary"}
    return nc.Model(
        {"features": nc.Table(Strings.of(WORDS), from_dense(rows))},
        nc.Network("linear", {"link": link}, {"bias": bias}),
        labels,
        features,
    )


def dev(*pairs: str) -> nc.Examples:
    labels, texts = zip(*(pair.split() for pair in pairs), strict=True)
    return nc.Examples(labels, texts)


def chosen(data: nc.Examples, **options: object) -> nc.Unknown:
    found = nc.choose_threshold(model(), data, nc.ThresholdOptions(**options)).unknown  # type: ignore[arg-type]
    assert found is not None
    return found


def test_the_threshold_parts_the_two() -> None:
    # Between 0.5, out of scope, and 1, in scope: 0.8 is their middle, in the fewest digits.
    assert chosen(dev("a sure", "b fair", "oos poor", "oos low")) == nc.Unknown("oos", 0.8)


def test_the_bound_says_what_may_be_lost() -> None:
    data = dev("a sure", "b fair", "a poor", "b low", "oos fair")
    assert chosen(data, max_drop=0.0).threshold == 0.25  # every in-scope text is kept
    assert chosen(data, max_drop=0.5).threshold == 0.25  # half of them does not reach the other
    assert chosen(data, max_drop=0.75).threshold == 2  # 1 < t <= 2: three of four are lost


def test_the_label_is_the_one_that_the_model_lacks() -> None:
    assert chosen(dev("a sure", "none poor")).label == "none"
    assert chosen(dev("a sure", "b poor"), label="b").label == "b"
    with pytest.raises(nc.UsageError, match="no label that it lacks: name"):
        chosen(dev("a sure", "b poor"))
    with pytest.raises(nc.UsageError, match="2 labels that the model lacks"):
        chosen(dev("a sure", "c poor", "d low"))


def test_data_without_one_of_the_two_are_refused() -> None:
    with pytest.raises(nc.DataError, match="no text of the label 'oos'"):
        chosen(dev("a sure"), label="oos")
    with pytest.raises(nc.DataError, match="none is in scope"):
        chosen(dev("oos sure"))
    with pytest.raises(nc.DataError, match="no in-scope text right"):
        chosen(dev("a fair", "oos sure"))
    with pytest.raises(nc.UsageError, match="fraction"):
        chosen(dev("a sure", "oos low"), max_drop=2.0)


def test_answers_below_it_are_unknown() -> None:
    careful = replace(model(), unknown=nc.Unknown("oos", 0.5))
    classifier = nc.Classifier(careful)
    assert classifier.predict(["sure", "poor", "low", ""]) == ["a", "a", "oos", "oos"]
    low, sure = classifier.predictions(["low", "sure"], top=2)
    assert (low.labels, low.scores) == (("oos", "b"), (0.25, 0.25))
    assert (sure.labels, sure.scores) == (("a", "b"), (2.0, 0.0))
    assert classifier.predictions(["low"], top=9)[0].labels == ("oos", "b", "a")


@pytest.mark.parametrize("link", ["softmax", "logistic", "one-vs-rest", "clipped", "margin"])
def test_the_confidence_is_the_score_that_is_shown(link: str) -> None:
    classifier = nc.Classifier(model(link))
    texts = list(WORDS)
    labels, confidence = classifier.confidence(texts)
    shown = classifier.predictions(texts)
    assert labels == [each.labels[0] for each in shown] == classifier.predict(texts)
    assert confidence.tolist() == [each.scores[0] for each in shown]


def test_it_is_kept_by_the_stages_and_the_file() -> None:
    careful = replace(model(), unknown=nc.Unknown("oos", 0.3))
    for made in (nc.quantize(careful), nc.phash(careful), nc.pack(nc.phash(careful))):
        assert codec.parse(codec.to_bytes(made)).unknown == careful.unknown
    examples = dev("a sure", "b fair")
    tuned = nc.merge(careful, careful)
    assert tuned.unknown is None
    assert tuned.history[-1]["left_out"] == ["unknown"]
    assert nc.evaluate(careful, examples).accuracy == 1.0


def test_a_packed_model_is_not_changed() -> None:
    with pytest.raises(nc.StageOrderError, match="before it"):
        nc.choose_threshold(nc.pack(nc.phash(model())), dev("a sure", "oos low"))


def test_what_cannot_be_unknown_is_refused() -> None:
    with pytest.raises(nc.FormatError, match="only a classifier of texts"):
        replace(model(), network=None, unknown=nc.Unknown("oos", 0.3))
    for label, threshold in (("", 0.3), ("oos", float("nan")), ("oos", 1e31)):
        with pytest.raises(nc.UsageError, match="needs a name"):
            nc.Unknown(label, threshold)
    with pytest.raises(nc.FormatError, match="lone surrogate"):
        replace(model(), unknown=nc.Unknown("\ud800", 0.3))
    tokens = replace(model(), features={"kind": "attributes"}, unknown=nc.Unknown("oos", 0.3))
    with pytest.raises(nc.FormatError, match="only a classifier of texts"):
        nc.Tagger(tokens)


def test_the_report_tells_both_sides_before_and_after() -> None:
    old = replace(model(), unknown=nc.Unknown("oos", 0.5))
    new = replace(model(), unknown=nc.Unknown("oos", 0.75))
    data = dev("a sure", "a poor", "b fair", "oos low", "oos poor", "oos fair")
    report = nc.evaluate(new, data, old, nc.Gates(min_unknown_recall=0.5))
    assert report.scope is not None
    assert report.reference is not None
    before, after = report.reference.scope, report.scope
    assert before is not None
    assert (before.accuracy, before.recall, before.precision) == (1.0, 1 / 3, 1.0)
    assert (after.accuracy, after.recall, after.precision) == (2 / 3, 2 / 3, 2 / 3)
    assert (after.in_scope, after.out_of_scope, after.threshold) == (3, 3, 0.75)
    assert report.passed
    assert (report.reference.nfr, report.reference.pfr) == (1 / 6, 1 / 6)
    assert report.unknown_labels == ()


def test_a_reference_without_a_threshold_gets_nothing_out_of_scope_right() -> None:
    new = replace(model(), unknown=nc.Unknown("oos", 0.5))
    report = nc.evaluate(new, dev("a sure", "oos low"), model())
    assert report.reference is not None
    assert report.reference.scope is not None
    assert (report.reference.scope.recall, report.reference.scope.threshold) == (0.0, None)
    assert (report.reference.new_labels, report.reference.left_out) == (("oos",), 1)


def test_the_gate_needs_something_to_measure() -> None:
    gates = nc.Gates(min_unknown_recall=0.5)
    with pytest.raises(nc.UsageError, match="needs a model with a threshold"):
        nc.evaluate(model(), dev("a sure"), None, gates)
    careful = replace(model(), unknown=nc.Unknown("oos", 0.5))
    with pytest.raises(nc.UsageError, match="out-of-scope texts"):
        nc.evaluate(careful, dev("a sure"), None, gates)
