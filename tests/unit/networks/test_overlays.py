"""Overlays on models: scores are sums, and the wrong one is refused."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

import numpy as np
import pytest

import nlucompress as nc
from nlucompress.errors import FormatError, UsageError
from nlucompress.format import codec
from nlucompress.native import extension as native_module
from nlucompress.networks import overlays
from nlucompress.networks.linear import network as linear
from tests.golden.sources import (
    LABELS,
    SENTENCES,
    SOURCES,
    TEXTS,
    classifier,
    hashed,
    neural,
    quantized,
    tagger,
)

FINE = nc.OverlayOptions(bits=8, fingerprint_bits=16)
KEYS = ("b", "w=on", "w=new", "p=füß")


def packed(model: nc.Model) -> nc.Model:
    return nc.pack(hashed(quantized(model, bits=5), fingerprint_bits=16))


def read_again(model: nc.Model) -> nc.Model:
    return codec.parse(codec.to_bytes(model))


OLD = packed(classifier(12))
NEW = classifier(14, ("stop", *LABELS), 0.5)
NEWER = classifier(15, ("wait", *LABELS, "stop"), 0.7)


def in_order(model: nc.Model, labels: tuple[str, ...]) -> np.ndarray:
    """Scores of the texts, a column for each of these labels."""
    at = [model.labels.index(label) for label in labels]
    return nc.Classifier(model).scores(TEXTS)[:, at]


@pytest.mark.parametrize("native", [True, False])
@pytest.mark.parametrize("from_file", [True, False])
def test_scores_are_those_of_the_newer_model(
    monkeypatch: pytest.MonkeyPatch, native: bool, from_file: bool
) -> None:
    if not native:
        monkeypatch.setattr(linear, "extension", None)
    elif native_module is None:
        pytest.skip("the extension was not built")
    old = read_again(OLD) if from_file else OLD
    update, told = nc.overlay_of(old, NEW, FINE)
    laid = nc.overlaid(old, read_again(update) if from_file else update)
    assert laid.labels == (*LABELS, "stop")
    assert told["new_labels"] == list(update.labels) == ["stop"]
    step = 8 / 255 + 1e-6
    assert np.abs(in_order(laid, laid.labels) - in_order(NEW, laid.labels)).max() < 6 * step
    assert nc.Classifier(laid).predict(TEXTS) == nc.Classifier(NEW).predict(TEXTS)
    assert codec.size(laid) == codec.size(old) + codec.size(update)
    assert codec.digest(laid) == codec.digest(update) != codec.digest(old)
    assert nc.Classifier(laid).predictions(TEXTS[:1], count_keys=True)[0].known == 2


def test_several_lie_on_each_other() -> None:
    first, _ = nc.overlay_of(OLD, NEW, FINE)
    under = nc.overlaid(OLD, first)
    second, _ = nc.overlay_of(under, NEWER, FINE)
    laid = nc.overlaid(OLD, first, second)
    assert laid.labels == (*LABELS, "stop", "wait")
    assert nc.Classifier(laid).predict(TEXTS) == nc.Classifier(NEWER).predict(TEXTS)
    assert np.allclose(
        nc.Classifier(nc.overlaid(under, second)).scores(TEXTS), nc.Classifier(laid).scores(TEXTS)
    )
    for wrong in ((second,), (second, first), (first, first)):
        with pytest.raises(UsageError, match="for the model of digest"):
            nc.overlaid(OLD, *wrong)


def test_taggers_have_overlays_too() -> None:
    old = packed(tagger("crf", {"kind": "attributes"}, ("b", "w=on", "x=X", "")))
    new = tagger("crf", {"kind": "attributes"}, KEYS)
    update, _ = nc.overlay_of(old, new, FINE)
    laid = nc.overlaid(old, update)
    sentences = SENTENCES["attributes"]
    assert nc.Tagger(laid).tag(sentences) == nc.Tagger(new).tag(sentences)
    assert nc.Tagger(laid).tag(sentences) != nc.Tagger(old).tag(sentences)
    gone = ["x=X", ""]
    rows = overlays.rows_of(overlays.tables_of(laid, laid.tables["features"]), gone, 3)[1]
    # The keys of a hashed model are not known: what only it has stays.
    assert np.array_equal(rows, old.tables["features"].lookup(gone))


def test_a_model_that_has_its_keys_loses_those_that_are_gone() -> None:
    old = quantized(classifier(16), bits=5)
    new = classifier(12)
    laid = nc.overlaid(old, nc.overlay_of(old, new, FINE)[0])
    scores = [nc.Classifier(each).scores(["word 3", "word 1"]) for each in (laid, new)]
    assert np.abs(scores[0] - scores[1]).max() < 0.1
    assert nc.overlay_of(old, new, FINE)[1]["unreached_keys"] == 0


def test_an_overlay_of_no_changes_changes_nothing() -> None:
    old = classifier(12)
    update, told = nc.overlay_of(old, old)
    assert told["changed_keys"] == told["changed_weights"] == 0
    laid = nc.overlaid(old, read_again(update))
    assert np.array_equal(nc.Classifier(laid).scores(TEXTS), nc.Classifier(old).scores(TEXTS))


def test_the_same_changes_are_the_same_bytes() -> None:
    first, second = (codec.to_bytes(nc.overlay_of(OLD, NEW)[0]) for _ in range(2))
    assert first == second


def test_what_no_overlay_can_change_is_refused() -> None:
    with pytest.raises(UsageError, match="lacks label 'lights_on'"):
        nc.overlay_of(OLD, classifier(12, LABELS[1:]))
    with pytest.raises(UsageError, match="keys were hashed"):
        nc.overlay_of(OLD, OLD)
    with pytest.raises(UsageError, match="of kind 'dan'"):
        nc.overlay_of(neural("dan"), NEW)
    assert NEW.network is not None
    other = replace(NEW, network=replace(NEW.network, settings={"link": "margin"}))
    with pytest.raises(UsageError, match="settings differ"):
        nc.overlay_of(OLD, other)


def test_what_is_no_overlay_and_what_lies_on_one() -> None:
    update, _ = nc.overlay_of(OLD, NEW)
    with pytest.raises(UsageError, match="this is not an overlay"):
        nc.overlaid(OLD, NEW)
    with pytest.raises(UsageError, match="an overlay lies on a model"):
        nc.overlaid(update, update)
    for reader in (nc.Classifier, nc.Tagger):
        with pytest.raises(UsageError, match="behind overlay"):
            reader(update)


def test_stages_refuse_a_model_with_overlays() -> None:
    old = quantized(classifier(12), bits=5)
    laid = nc.overlaid(old, nc.overlay_of(old, NEW)[0])
    export = partial(nc.export, options=nc.ExportOptions("json"))
    for stage in (nc.phash, nc.quantize, nc.pack, export, codec.serialize):
        with pytest.raises(UsageError, match="fold them in first"):
            stage(laid)
    with pytest.raises(UsageError, match="fold them in first"):
        nc.merge(laid, NEW)


def test_a_label_of_the_model_is_not_added_twice() -> None:
    update, _ = nc.overlay_of(OLD, NEW)
    with pytest.raises(FormatError, match="'lights_on', which the model has"):
        nc.overlaid(OLD, replace(update, labels=(LABELS[0],)))


@pytest.mark.parametrize("name", ["packed_crf", "packed_labels"])
def test_folding_gives_one_model(name: str) -> None:
    base = SOURCES[name]()
    update = SOURCES[f"packed_{'crf_' if name == 'packed_crf' else ''}overlay"]()
    laid = nc.overlaid(base, update)
    with pytest.raises(UsageError, match="give data"):
        nc.fold(laid)
    if name == "packed_crf":
        sentences = tuple(tuple(each) for each in SENTENCES["attributes"] if each)
        tags = tuple(tuple("lights_on" for _ in each) for each in sentences)
        folded = nc.fold(laid, nc.Tagged(tags, sentences))
        assert nc.Tagger(folded).tag(sentences) == nc.Tagger(laid).tag(sentences)
    else:
        folded = nc.fold(laid, nc.Examples(("stop",) * len(TEXTS), TEXTS))
        before, after = (nc.Classifier(each).scores(TEXTS) for each in (laid, folded))
        assert np.allclose(before, after, atol=1e-6)
    assert folded.labels == laid.labels
    nc.pack(nc.phash(nc.quantize(folded)))
    reached = folded.history[-1]["figures"]["folded"]["tables"]
    assert [each["of"] for each in reached] == [
        len(each.tables["features"].keys) for each in (base, update)
    ]


def test_folding_needs_no_data_where_all_keys_are_there() -> None:
    old = classifier(12)
    update, _ = nc.overlay_of(old, NEW, FINE)
    with pytest.raises(UsageError, match="no overlay to fold"):
        nc.fold(old)
    with pytest.raises(UsageError, match="keys are hashed"):
        nc.fold(nc.overlaid(old, update))
