"""Text to keys: what is a token, what is a key, and what a description says of it."""

from __future__ import annotations

import pytest

import nlucompress as nc
from nlucompress.networks.linear.featurizer import words, words_and_symbols


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("Is it OK?", ["is", "it", "ok", "?"]),
        ("it's 5.00!!", ["it's", "5", ".", "00", "!", "!"]),
        ("rock ’n’ roll", ["rock", "'", "n", "'", "roll"]),
        ("a''b", ["a", "'", "'", "b"]),
        ("snake_case #tag <x>", ["snake", "_", "case", "#", "tag", "<", "x", ">"]),
        ("a\tb\x00c\u200dd\u00a0e", ["a", "b", "c", "d", "e"]),
        ("😀😀", ["😀", "😀"]),
        ("lost \ufffd \ud800 bytes", ["lost", "bytes"]),
        ("'", ["'"]),
        ("", []),
    ],
)
def test_symbols_are_tokens(text: str, wanted: list[str]) -> None:
    assert words_and_symbols(text) == wanted


def test_words_alone_know_no_symbols() -> None:
    assert words("Is it 'OK'?! #tag_x") == ["is", "it", "ok", "tag", "x"]


def test_borders_stand_at_both_ends() -> None:
    rule = nc.Featurizer((1, 3), tokens="symbols", borders=True)
    assert list(rule("Go!")) == ["go", "!", " go", "go !", "! ", " go !", "go ! "]
    assert rule(" \t") == {}
    assert list(nc.Featurizer((1, 3), borders=True)("go")) == ["go", " go", "go ", " go "]


def test_symbols_have_no_character_keys_that_collide() -> None:
    rule = nc.Featurizer((1, 1), (1, 3), tokens="symbols", borders=True)
    assert set(rule("# <")) == {"#", "<"}
    characters = {"#<", "#a", "#>", "#<a", "#a>", "#<a>"}
    assert set(rule("a # <")) == {"a", "#", "<"} | characters


@pytest.mark.parametrize(
    "rule",
    [
        nc.Featurizer(),
        nc.Featurizer((1, 2), tokens="symbols"),
        nc.Featurizer(None, (2, 4), "count", borders=True),
        nc.Featurizer((1, 2), None, "binary", "symbols", True),
    ],
)
def test_a_description_is_read_again(rule: nc.Featurizer) -> None:
    assert nc.Featurizer.parse(rule.describe()) == rule
    assert ("symbols" in rule.describe().get("words_and", [])) == (rule.tokens == "symbols")
    assert ("borders" in rule.describe().get("words_and", [])) == rule.borders


@pytest.mark.parametrize(
    "wrong",
    [
        {"words_and": []},
        {"words_and": "symbols"},
        {"words_and": ["symbols", "borders"]},
        {"words_and": ["borders", "borders"]},
        {"words_and": ["symbols", "emoji"]},
        {"tokens": "symbols"},
    ],
)
def test_an_unknown_description_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(nc.NluCompressError):
        nc.Featurizer.parse({**nc.Featurizer().describe(), **wrong})
