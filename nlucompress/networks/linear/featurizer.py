"""Text to keys: word and character n-grams. Training, prediction and evaluation all use this one.

1. Normalize to Unicode NFC, so that an accent counts the same composed and decomposed.
2. Fold every character on its own: to its case folding if that is one character, else to its
   lower case if that is one, else not at all. Typographic apostrophes become ``'``.
3. Letters, marks and numbers (Unicode categories L, M, N) are word characters; an apostrophe
   between two of them belongs to the word; everything else separates words. Where symbols are
   tokens, every punctuation mark and symbol (categories P, S, and an apostrophe that belongs to no
   word) stands among the words as one of them; spaces and control characters only separate.
4. Where borders are tokens, an empty word stands before the first and behind the last one.
5. Word n-grams are words joined by one space, regardless of what stood between them. A border
   alone is none. Character n-grams are taken from ``<word>`` and written behind ``#``, which no
   word contains; symbols and borders have none. A word n-gram that begins with the symbol ``#``
   ends there or goes on with a space, so that no two keys are one.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from nlucompress.errors import FormatError

Weighting = Literal["binary", "count"]
Tokens = Literal["words", "symbols"]
Range = tuple[int, int]

MAX_N = 32
OTHERS = (["borders"], ["symbols"], ["borders", "symbols"])  # tokens of n-grams that are not words
_WORD = re.compile("[^ ']+(?:'[^ ']+)*")
_TOKEN = re.compile("[^ ']+(?:'[^ ']+)*|'")
LOST = "\ufffd"  # stands for bytes that are no UTF-8: no symbol of the text
_APOSTROPHES = "'\u2018\u2019\u02bc\uff07"


class _Folding(dict[int, str]):
    """Code point -> folded word character, apostrophe or space; filled when first asked."""

    def __missing__(self, code: int) -> str:
        self[code] = folded = fold(chr(code))
        return folded


class _Apart(dict[int, str]):
    """The same, with a symbol between spaces; filled when first asked."""

    def __missing__(self, code: int) -> str:
        character = chr(code)
        self[code] = apart = f" {character} " if is_symbol(character) else fold(character)
        return apart


_folding = _Folding()
_apart = _Apart()


def fold(character: str) -> str:
    """A word character folded, ``'`` for any apostrophe, a space for anything else."""
    if character in _APOSTROPHES:
        return "'"
    if unicodedata.category(character)[0] not in "LMN":
        return " "
    for folded in (character.casefold(), character.lower()):
        if len(folded) == 1:
            return folded
    return character


def is_symbol(character: str) -> bool:
    """Whether a character is a punctuation mark or a symbol, but no apostrophe."""
    return (
        unicodedata.category(character)[0] in "PS"
        and character not in _APOSTROPHES
        and character != LOST
    )


def words(text: str) -> list[str]:
    """The folded words of a text in their order."""
    return _WORD.findall(_composed(text).translate(_folding))


def words_and_symbols(text: str) -> list[str]:
    """The folded words of a text and, each by itself, its punctuation marks and symbols."""
    return _TOKEN.findall(_composed(text).translate(_apart))


def _composed(text: str) -> str:
    return text if text.isascii() else unicodedata.normalize("NFC", text)


@dataclass(frozen=True)
class Featurizer:
    """How text becomes weighted keys.

    Attributes:
        words: Shortest and longest word n-gram, or None.
        chars: Shortest and longest character n-gram, or None.
        weighting: ``binary`` gives every key of a text weight 1, ``count`` its occurrences.
        tokens: ``words``, or ``symbols`` too.
        borders: Whether the beginning and the end of a text count as words.
    """

    words: Range | None = (1, 3)
    chars: Range | None = None
    weighting: Weighting = "binary"
    tokens: Tokens = "words"
    borders: bool = False

    def __call__(self, text: str) -> dict[str, int]:
        """Keys of a text with their weights."""
        tokens = words(text) if self.tokens == "words" else words_and_symbols(text)
        keys: list[str] = []
        if self.words:
            within = ["", *tokens, ""] if self.borders and tokens else tokens
            joined = (" ".join(gram) for gram in _grams(within, self.words))
            keys.extend(key for key in joined if key)
        if self.chars:
            for token in tokens:
                if token == "'" or is_symbol(token[0]):
                    continue
                keys.extend("#" + "".join(gram) for gram in _grams(f"<{token}>", self.chars))
        return dict.fromkeys(keys, 1) if self.weighting == "binary" else dict(Counter(keys))

    def weigh(self, texts: Sequence[str]) -> list[dict[str, int]]:
        """Keys of every text with their weights."""
        return [self(text) for text in texts]

    def describe(self) -> dict[str, Any]:
        """The ``features`` object of a model's description."""
        others = ["borders"] * self.borders + ["symbols"] * (self.tokens == "symbols")
        told: dict[str, Any] = {"words_and": others} if others else {}
        return told | {
            "kind": "ngrams",
            "words": list(self.words) if self.words else [],
            "chars": list(self.chars) if self.chars else [],
            "weighting": self.weighting,
        }

    @classmethod
    def parse(cls, features: Mapping[str, Any]) -> Featurizer:
        """Read a description.

        Raises:
            FormatError: It is malformed or of a newer kind.
        """
        known = {"kind", "words", "chars", "weighting"}
        if features.get("kind") != "ngrams" or set(features) - {"words_and"} != known:
            raise FormatError(f"features: unknown description {str(dict(features))[:80]}")
        if features["weighting"] not in ("binary", "count"):
            raise FormatError(f"features: unknown weighting {features['weighting']!r}")
        others = features.get("words_and", [])
        if "words_and" in features and others not in OTHERS:
            raise FormatError(f"features: unknown words_and {str(others)[:80]}")
        tokens: Tokens = "symbols" if "symbols" in others else "words"
        spans = {name: _range(features[name], name) for name in ("words", "chars")}
        return cls(
            spans["words"], spans["chars"], features["weighting"], tokens, "borders" in others
        )


def _range(value: object, name: str) -> Range | None:
    if value == []:
        return None
    if isinstance(value, list) and len(value) == 2 and all(type(n) is int for n in value):
        low, high = value
        if 1 <= low <= high <= MAX_N:
            return low, high
    raise FormatError(f"features: {name} is not a range of n-gram lengths up to {MAX_N}")


def _grams(sequence: Sequence[str], lengths: Range) -> Iterator[Sequence[str]]:
    """All runs of these lengths."""
    for n in range(lengths[0], lengths[1] + 1):
        for begin in range(len(sequence) - n + 1):
            yield sequence[begin : begin + n]
