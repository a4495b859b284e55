"""The taggers of FORMAT.md (11.1, 11.2 and kind `crf` of 12), for the second reader.

Written from the specification alone, like `decoder.py`, which it is a part of.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Sequence
from typing import Any

from tests.reference.hash import require

Pairs = list[tuple[str, float]]
NUMBER = r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?"


class TokenReader:
    """The rule that turns the lines of a sentence into tokens."""

    def __init__(self, spec: dict[str, Any], fold: Callable[[str], str]) -> None:
        """Read the rule (section 11)."""
        self.fold = fold
        self.template = spec["kind"] == "token-template"
        if not self.template:
            require(set(spec) == {"kind"}, "unknown fields of attributes")
            return
        require(set(spec) == {"kind", "affixes", "grams", "window"}, "unknown fields of template")
        for name, low, high in (("affixes", 0, 8), ("grams", 1, 4), ("window", 0, 4)):
            require(type(spec[name]) is int and low <= spec[name] <= high, f"{name} out of range")
        self.affixes, self.grams, self.window = (spec[n] for n in ("affixes", "grams", "window"))

    def tokens(self, lines: Sequence[str]) -> list[Pairs]:
        """The keys and values of each token."""
        if not self.template:
            return [[pair(cell) for cell in line.split("\t") if cell] for line in lines]
        plain = [unicodedata.normalize("NFC", line.split("\t")[0]) for line in lines]
        words = ["".join(self.folded(c) for c in word) for word in plain]

        def w(t: int) -> str:
            return "<s>" if t < 0 else "</s>" if t >= len(words) else words[t]

        result = []
        for t, word in enumerate(words):
            keys = ["b", "x=" + shape(plain[t])]
            keys += [f"{o}={w(t + o)}" for o in range(-self.window, self.window + 1)]
            for n in range(1, self.affixes + 1):
                if n <= len(word) - 1:
                    keys += ["p=" + word[:n], "s=" + word[len(word) - n :]]
            for n in range(2, self.grams + 1):
                for f in range(1 - n, 1):
                    keys.append(f"{f},{n}=" + " ".join(w(t + f + k) for k in range(n)))
            result.append([(key, 1.0) for key in keys])
        return result

    def folded(self, character: str) -> str:
        """Folded, or as it is where a text would have a space."""
        other = self.fold(character)
        return character if other == " " else other


def pair(cell: str) -> tuple[str, float]:
    """The name and value of a cell."""
    name, at = "", 0
    while at < len(cell) and cell[at] != ":":
        if cell[at] == "\\" and at + 1 < len(cell):
            at += 1
        name += cell[at]
        at += 1
    value = cell[at + 1 :]
    if not value:
        return name, 1.0
    require(re.fullmatch(NUMBER, value) is not None, "a value is not a number")
    require(abs(float(value)) <= 1e30, "a value is too large")
    return name, float(value)


def shape(word: str) -> str:
    """The shape of a word."""
    letters: list[str] = []
    for character in word:
        category = unicodedata.category(character)
        letter = (
            "X"
            if category in ("Lu", "Lt")
            else {"L": "x", "M": "x", "N": "d"}.get(category[0], ".")
        )
        if not letters or letters[-1] != letter:
            letters.append(letter)
    return "".join(letters)


def viterbi(scores: list[list[float]], transitions: list[list[float]]) -> list[int]:
    """The labelling of the highest score; of equal ones that of the lowest labels."""
    if not scores:
        return []
    labels = range(len(transitions))
    value, before = scores[0], []
    for row in scores[1:]:
        paths = [[value[i] + transitions[i][j] for i in labels] for j in labels]
        before.append([path.index(max(path)) for path in paths])
        value = [row[j] + max(paths[j]) for j in labels]
    answer = [value.index(max(value))]
    for choice in reversed(before):
        answer.insert(0, choice[answer[0]])
    return answer
