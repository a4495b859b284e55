"""Token template: attributes of plain words, from the word itself and its neighbours."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import lru_cache
from typing import Any

from nlucompress.errors import FormatError
from nlucompress.networks.crf.attributes import TEMPLATE, Token
from nlucompress.networks.linear.featurizer import fold

BEGIN, END = "<s>", "</s>"
LIMITS = {"affixes": (0, 8), "window": (0, 4), "grams": (1, 4)}


@dataclass(frozen=True)
class TokenTemplate:
    """How the words of a sentence become attributes.

    Attributes:
        affixes: Longest prefix and suffix of the word, in characters; 0 for none.
        window: Neighbours to each side whose words count.
        grams: Longest run of words around and with the word itself; 1 for none.
    """

    affixes: int = 4
    window: int = 2
    grams: int = 3

    def __call__(self, words: Sequence[str]) -> list[Token]:
        """The attributes of each word, all of value 1."""
        folded = [_folded(word) for word in words]
        margin = max(self.window, self.grams - 1)
        padded = [BEGIN] * margin + folded + [END] * margin
        tokens: list[Token] = []
        for at, (word, plain) in enumerate(zip(folded, words, strict=True), start=margin):
            names = ["b", f"x={_shape(plain)}"]
            for offset in range(-self.window, self.window + 1):
                names.append(f"{offset}={padded[at + offset]}")
            for size in range(1, min(self.affixes, len(word) - 1) + 1):
                names += (f"p={word[:size]}", f"s={word[-size:]}")
            for size in range(2, self.grams + 1):
                for first in range(1 - size, 1):
                    run = " ".join(padded[at + first : at + first + size])
                    names.append(f"{first},{size}={run}")
            tokens.append([(name, 1.0) for name in names])
        return tokens

    def describe(self) -> dict[str, Any]:
        """The ``features`` object of a model's description."""
        return {"kind": TEMPLATE, **asdict(self)}

    @classmethod
    def parse(cls, features: Mapping[str, Any]) -> TokenTemplate:
        """Read a description.

        Raises:
            FormatError: It is malformed.
        """
        if set(features) != {"kind", *LIMITS}:
            raise FormatError(f"features: unknown description {str(dict(features))[:80]}")
        for name, (low, high) in LIMITS.items():
            if type(features[name]) is not int or not low <= features[name] <= high:
                raise FormatError(f"features: {name} is not an integer from {low} to {high}")
        return cls(*(features[name] for name in LIMITS))


@lru_cache(1 << 14)
def _folded(word: str) -> str:
    """A word in NFC, its letters, marks, numbers and apostrophes folded as in texts."""
    composed = unicodedata.normalize("NFC", word)
    return "".join(
        character if folded == " " else folded
        for character, folded in ((each, fold(each)) for each in composed)
    )


@lru_cache(1 << 14)
def _shape(word: str) -> str:
    """Capitals X, other letters and marks x, numbers d, all else a point; a run counts once."""
    shape = ""
    for character in unicodedata.normalize("NFC", word):
        category = unicodedata.category(character)
        if category in ("Lu", "Lt"):
            kind = "X"
        else:
            kind = {"L": "x", "M": "x", "N": "d"}.get(category[0], ".")
        if not shape.endswith(kind):
            shape += kind
    return shape
