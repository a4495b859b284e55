"""The benchmark of imported taggers on tiny input, and on real models where there are some."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from tests.bench.sentences import sentences
from tests.bench.taggers import address_features, perceptron_features
from tests.bench.taggers import imported as taggers

REAL = Path(os.environ.get("NLUCOMPRESS_DATA", "")) / "models"
needs_models = pytest.mark.skipif(
    not REAL.is_dir(), reason="NLUCOMPRESS_DATA names no folder with models/"
)


def perceptron(folder: Path) -> Path:
    """A file of a few rules, in the folder's layout."""
    weights = {"bias": {"NN": 0.5}, "i suffix ing": {"VBG": 2.0}, "i-1 word the": {"NN": 1.0}}
    parts = {"classes": ["DT", "NN", "VBG"], "tagdict": {"the": "DT"}, "weights": weights}
    (folder / "averaged_perceptron_tagger.json").write_text(json.dumps(parts))
    return folder


def test_a_small_perceptron(tmp_path: Path) -> None:
    found = taggers.perceptron(perceptron(tmp_path), tune=False, count=60)
    assert found.same_imported == 1
    assert 0.5 < found.same <= 1
    assert len(taggers.cells(found)) == len(taggers.HEADINGS)


def test_the_halves_are_disjoint() -> None:
    made = sentences(301)
    assert made == sentences(301)
    tuned, told = taggers.half(made, True), taggers.half(made, False)
    assert len(tuned) + len(told) == len({tuple(each) for each in tuned + told}) == 301


def test_attributes_of_an_address() -> None:
    split = address_features.tokens("12 N. Elm St., Apt #4")
    assert split == ["12", "N.", "Elm", "St.,", "Apt", "#", "4"]
    found = address_features.attributes(split)
    assert {"digit.length:2", "isalldigits", "address.start", "next:lower:n."} <= set(found[0])
    assert {"directional", "nopunc:n", "previous:address.start"} <= set(found[1])
    assert "end.delim" in found[3]


def test_a_word_with_a_hyphen_is_a_class() -> None:
    words = ["Well-known", "-x", "1998", "7th", "Dog"]
    assert [perceptron_features.normalized(word) for word in words] == [
        "!HYPHEN",
        "-x",
        "!YEAR",
        "!DIGITS",
        "dog",
    ]


@needs_models
def test_real_addresses_keep_their_tags() -> None:
    found = taggers.addresses(REAL / "usaddress_crf", tune=True)
    assert found.same_imported == 1
    assert found.met


@needs_models
def test_a_real_perceptron_keeps_its_tags() -> None:
    found = taggers.perceptron(REAL / "nltk_perceptron", tune=True, count=200)
    assert found.same_imported == 1
    assert found.share < found.max_share
