"""Features in namespaces, held against the second reader, and the bounds of scores."""

from __future__ import annotations

import math
import random
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

import nlucompress as nc
from nlucompress.errors import DataError, FormatError
from nlucompress.networks.linear.namespaces import Namespaces
from nlucompress.networks.linear.network import linked
from tests.golden.sources import LINES, namespaces
from tests.hostile.samples import model_bytes
from tests.reference.decoder import open_model
from tests.reference.namespaces import Namespaces as Reference

PLACES = {"bits": 18, "width": 4, "digits": True, "seed": 0}
RULES: tuple[dict[str, Any], ...] = (
    {"ngrams": {}, "places": None},
    {"ngrams": {"": 2, "w": 3, "\xc3": 1}, "places": None},
    {"ngrams": {"": 3}, "places": PLACES},
    {"ngrams": {"w": 2}, "places": {"bits": 1, "width": 2, "digits": False, "seed": 2**32 - 1}},
    {"ngrams": {}, "places": {"bits": 40, "width": 1, "digits": True, "seed": 7}},
)
WORDS = (
    "a",
    "the",
    "7",
    "007",
    "9" * 40,
    "٣",
    "é",
    "東京",
    "x^y",
    "\u00a0",
    "\x0b",
    "\ud800",
    "abcde",
)
ODD = ("", "  \t\r", "|", "||", "| ", "x | a", "|w", "|w:2", "|a |b |a x", "1 2 'tag|w a\r")


def rule(parts: dict[str, Any]) -> dict[str, Any]:
    return {"kind": "namespaces", **parts}


def line(chance: random.Random) -> str:
    parts = []
    for _ in range(chance.randint(1, 4)):
        cells = [chance.choice(("", "w", "wx", "é", "7"))]
        cells[0] += chance.choice(("", ":2", ":-0.5")) if cells[0] else ""
        for _ in range(chance.randint(0, 5)):
            cells.append(chance.choice(WORDS) + chance.choice(("", "", ":0", ":1e-3", ":+.5")))
        parts.append(chance.choice((" ", "\t ", "  ")).join(cells))
    return chance.choice(("", "1 ", "'x")) + "|" + "|".join(parts)


@pytest.mark.parametrize("parts", RULES)
def test_both_readers_make_the_same_keys(parts: dict[str, Any]) -> None:
    chance = random.Random(5)
    ours, other = Namespaces.parse(rule(parts)), Reference(rule(parts))
    assert ours.describe() == rule(parts)
    for text in (*ODD, *(line(chance) for _ in range(200))):
        assert ours(text) == pytest.approx(other.weights(text)), text


def test_the_example_of_the_specification() -> None:
    found = Namespaces.parse(rule({"ngrams": {"w": 2}, "places": None}))("1 x|w the w1:0.5 |7")
    assert found == {"w^the": 1, "w^w1": 0.5, "w^the^w1": 1}


def test_places_that_vowpal_wabbit_writes() -> None:
    named = Namespaces.parse(rule({"ngrams": {}, "places": PLACES}))
    assert set(named("|w dad |s x^y | 7 007")) == {"9072", "93460", "28"}
    assert named("| 7 007") == {"28": 2}
    every = {"bits": 10, "width": 1, "digits": False, "seed": 0}
    pairs = Namespaces.parse(rule({"ngrams": {"": 2}, "places": every}))
    assert set(pairs("|w turn the")) == {"127", "682", "45"}


@pytest.mark.parametrize(
    "text", ["turn it on", "|w a:", "|w a:b", "|w :2", "|w: a", "|:2 a", "|w a:nan", "|w a:1e31"]
)
def test_lines_that_are_refused(text: str) -> None:
    for parts in RULES[1:3]:
        with pytest.raises(DataError, match=r"is no `name`|no `\|`"):
            Namespaces.parse(rule(parts))(text)
        with pytest.raises(ValueError, match=r"."):
            Reference(rule(parts)).weights(text)


@pytest.mark.parametrize(
    "parts",
    [
        {"ngrams": {}},
        {"ngrams": {}, "places": None, "more": 1},
        {"ngrams": [], "places": None},
        {"ngrams": {"ab": 2}, "places": None},
        {"ngrams": {"Ā": 2}, "places": None},
        {"ngrams": {"": 0}, "places": None},
        {"ngrams": {"": 33}, "places": None},
        {"ngrams": {"": True}, "places": None},
        {"ngrams": {}, "places": 1},
        {"ngrams": {}, "places": {}},
        *({"ngrams": {}, "places": {**PLACES, name: value}} for name, value in (
            ("bits", 0), ("bits", 41), ("bits", 1.0), ("width", 3), ("width", 0),
            ("width", 1 << 19),
            ("digits", 1), ("seed", -1), ("seed", 1 << 32), ("more", 1),
        )),
    ],
)  # fmt: skip
def test_descriptions_that_are_refused(parts: dict[str, Any]) -> None:
    with pytest.raises(FormatError, match="features: "):
        Namespaces.parse(rule(parts))
    with pytest.raises(ValueError, match=r"."):
        Reference(rule(parts))


def bounded(bounds: object) -> nc.Model:
    model = namespaces({"link": "margin"}, {}, False)
    assert model.network is not None
    settings = {"link": "margin", "bounds": bounds}
    return replace(model, network=replace(model.network, settings=settings))


def test_bounds() -> None:
    free = nc.Classifier(namespaces({"link": "margin"}, {}, False)).scores(LINES)
    held = nc.Classifier(bounded([-1.0, 0.5])).scores(LINES)
    assert held.tolist() == np.clip(free, -1, 0.5).tolist()
    assert (free != held).any()
    reference = open_model(model_bytes(bounded([-1.0, 0.5])))
    assert [reference.scores(text) for text in LINES] == held.tolist()


@pytest.mark.parametrize(
    "bounds",
    [None, [], [1.0], [2.0, 1.0], [1, 2], [-1e31, 0.0], [0.0, 1e31], ["0", "1"], [True] * 2],
)
def test_bounds_that_are_refused(bounds: object) -> None:
    with pytest.raises(FormatError, match="bounds of the scores are no two"):
        nc.Classifier(bounded(bounds))
    with pytest.raises((ValueError, TypeError)):
        open_model(model_bytes(bounded(bounds)))


def test_shares() -> None:
    scores = np.array([[0.0, 0.0, 0.0], [800.0, -800.0, 0.0], [-800.0, -800.0, -800.0]])
    shares = linked(scores, "one-vs-rest")
    assert shares[:2] == pytest.approx(np.array([[1 / 3] * 3, [2 / 3, 0, 1 / 3]]))
    assert np.isfinite(shares).all()


@pytest.mark.parametrize("height", [0, -30, -38, -300, -700])
def test_shares_far_below_zero_keep_their_ratios(height: float) -> None:
    scores = height - np.array([[0.0, 1.0, 2.0]])
    each = [1 / (1 + math.exp(-value)) for value in scores[0]]
    shares = linked(scores, "one-vs-rest")
    assert shares[0] == pytest.approx([value / sum(each) for value in each], rel=1e-12)


def test_shares_of_scikit_learn() -> None:
    shares = linked(np.array([[-30.0, -31.0, -32.0]]), "one-vs-rest")
    assert shares[0] == pytest.approx([0.66524, 0.24473, 0.09003], abs=5e-6)
