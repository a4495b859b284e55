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
    "text",
    [
        "turn it on", "|w :2", "|w a : 2", "|:2 a", "|w a:1e31", "|w a:1e31x", "|w a:inf",
        "|w a:0x10", "|w a:\t2", "|w:\t2 a", "|w a:|x", "|w a: |x", "|w a:b|x", "|w a: b |x",
        "|w a:e5|x",
    ],
)  # fmt: skip
def test_lines_that_are_refused(text: str) -> None:
    for parts in RULES[1:3]:
        with pytest.raises(
            DataError, match=r"is no `name`|no `\|`|is no `name:|before `\||before a tab"
        ):
            Namespaces.parse(rule(parts))(text)
        with pytest.raises(ValueError, match=r"."):
            Reference(rule(parts)).weights(text)


# What Vowpal Wabbit 9.11 reads; ^ joins a name with a text, of which it makes a feature.
MALFORMED: dict[str, dict[str, float]] = {
    "|w a:": {"w^a": 1},
    "|w:3 a: ": {"w^a": 1},
    "|w a:1:2 c |x e": {"w^a": 1},
    "|x e |w a:2abc c": {"x^e": 1, "w^a": 2},
    "|w:2 a:abc c": {"w^a^abc": 1, "w^c": 2},
    "|w a::2 a:x:y": {"w^a^:2": 1, "w^a^x:y": 1},
    "|w a: 2 c": {"w^a": 2, "w^c": 1},
    "|w a: c": {"w^a^c": 1},
    "|w a:- b:. c:e5 d:-NaN e": {"w^e": 1},
    "|w a:1e b:5. c:-.5e-1": {"w^a": 1, "w^b": 5, "w^c": -0.05},
    "|w a:1e+ c": {"w^a": 1},
    "|w:nan a |x:e5 a |x: a |x a": {"w^a": 1, "x^a": 1},
    "|x e |w:1x a |x a": {"x^e": 1},
    "|w:-|x a": {},
}


@pytest.mark.parametrize("text", MALFORMED)
def test_numbers_that_are_malformed(text: str) -> None:
    expected = MALFORMED[text]
    for reader in (Namespaces.parse(rule(RULES[0])), Reference(rule(RULES[0])).weights):
        assert reader(text) == pytest.approx(expected)


VALUES = ("", ":2", ":-.5", ":", ":abc", ":2abc", ":1:2", "::2", ":-", ":.", ":+", ":e5", ":1e",
          ":nan", ":5.", ":x:y", ":0", ":7", ":1,2", ":1.2.3")  # fmt: skip


def malformed_line(chance: random.Random) -> str:
    parts = []
    for _ in range(chance.randint(1, 3)):
        cells = [chance.choice(("", "w", "wx", "7"))]
        cells[0] += chance.choice(VALUES) if cells[0] and chance.random() < 0.4 else ""
        for _ in range(chance.randint(0, 4)):
            cells.append(chance.choice(("a", "7", "abc", "é")) + chance.choice(VALUES))
        parts.append(chance.choice((" ", " ", "  ")).join(cells) + chance.choice(("", " ")))
    return "|" + "|".join(parts)


def test_vowpal_wabbit_reads_the_same() -> None:
    workspace = pytest.importorskip("vowpalwabbit").Workspace("--quiet --noconstant")
    spec = rule({"ngrams": {}, "places": {**PLACES, "width": 1}})
    ours, other = Namespaces.parse(spec), Reference(spec)
    chance = random.Random(6)
    read = 0
    for text in (*MALFORMED, *(malformed_line(chance) for _ in range(1500))):
        try:
            found = {key: value for key, value in ours(text).items() if value}
        except DataError:
            with pytest.raises(ValueError, match=r"."):
                other.weights(text)
            continue
        assert other.weights(text) == pytest.approx(ours(text)), text
        example = workspace.parse(text)
        theirs: dict[str, float] = {}
        for place, value in example.iter_features():
            key = str(place & ((1 << 18) - 1))
            theirs[key] = theirs.get(key, 0.0) + value
        workspace.finish_example(example)
        assert found == pytest.approx({k: v for k, v in theirs.items() if v}, rel=1e-5), text
        read += 1
    assert read > 1000


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
    with pytest.raises(FormatError, match="bounds of the scores are not two"):
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
