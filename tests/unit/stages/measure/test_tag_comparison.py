"""Taggers against their references: tokens, and whole sentences."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

import nlucompress as nc
from nlucompress.errors import DataError, UsageError
from nlucompress.format.matrices.kinds import from_dense
from tests.unit.stages.measure.test_comparison import WORDS, answering, tagging

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
