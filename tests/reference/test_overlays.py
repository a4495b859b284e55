"""Overlays, read by the package and by the second reader."""

from __future__ import annotations

import pytest

import nlucompress as nc
from nlucompress.format import codec
from tests.golden.sources import MANY, SENTENCES, SOURCES, TEXTS, classifier, overlay_on
from tests.reference.decoder import open_model


def test_scores_agree() -> None:
    base, first = SOURCES["packed_labels"](), overlay_on("packed_labels")
    newer = classifier(20, (*MANY, "stop", "wait"), 0.3)
    second, _ = nc.overlay_of(nc.overlaid(base, first), newer)
    ours = nc.overlaid(base, first, second)
    theirs, *updates = (open_model(codec.to_bytes(each)) for each in (base, first, second))
    with pytest.raises(ValueError, match="for another model"):
        theirs.lay(updates[1])
    for update in updates:
        theirs.lay(update)
    assert tuple(theirs.labels) == ours.labels
    for text, scores in zip(TEXTS, nc.Classifier(ours).scores(TEXTS).tolist(), strict=True):
        assert theirs.scores(text) == pytest.approx(scores, abs=1e-5)


def test_tags_agree() -> None:
    base, update = SOURCES["packed_crf"](), overlay_on("packed_crf")
    theirs = open_model(codec.to_bytes(base))
    theirs.lay(open_model(codec.to_bytes(update)))
    tagger = nc.Tagger(nc.overlaid(base, update))
    for sentence in SENTENCES["attributes"]:
        assert theirs.tag(sentence) == tagger.tag([sentence])[0]
