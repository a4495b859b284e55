"""Text to weighted keys as scikit-learn's vectorizers make them.

A description has parts, each a vectorizer of its own whose keys begin with the part's number and a
space where there are several. The weight of a key is its count in the text, 1, or 1 + ln(count),
and is divided by the part's norm. For a norm over a vocabulary the table ``norms`` has the factor
of each key of it (its inverse document frequency, or 1), which the rows of ``features`` hold
already.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from nlucompress.algo.hashing import murmur
from nlucompress.errors import FormatError
from nlucompress.format.model import Table
from nlucompress.format.names import NORMS

KIND = "vectorizer"
MAX_N = 64
MAX_PARTS = 64
ANALYZERS = ("word", "char", "char_wb")
ACCENTS = ("", "unicode", "ascii")
WEIGHTINGS = ("count", "binary", "logarithm")
ROW_NORMS = ("", "l1", "l2")
OTHERS = r"|[^\w\s]"  # behind the characters of a word: every other one is a word by itself
# What a run of characters may be: words, what is no space, or \w, letters, digits, _, ' and - in a
# class.
CHARACTERS = re.compile(
    r"(?:\\w|\\S|\[(?:\\w|[A-Za-z0-9]-[A-Za-z0-9]|[A-Za-z0-9_'])+-?\])(?:\|\[\^\\w\\s\])?"
)

_FIELDS = {
    "analyzer": str,
    "ngrams": list,
    "lowercase": bool,
    "accents": str,
    "characters": str,
    "shortest": int,
    "bounded": bool,
    "stop_words": list,
    "weighting": str,
    "norm": str,
    "vocabulary": bool,
    "buckets": int,
    "signed": bool,
}
_SPACES = re.compile(r"\s\s+")


@dataclass(frozen=True)
class Part:
    """One vectorizer; the fields are those of scikit-learn's options, see FORMAT.md."""

    analyzer: str
    ngrams: tuple[int, int]
    lowercase: bool
    accents: str
    characters: str
    shortest: int
    bounded: bool
    stop_words: frozenset[str]
    weighting: str
    norm: str
    vocabulary: bool
    buckets: int
    signed: bool
    words: re.Pattern[str] = field(init=False, repr=False, compare=False)

    @classmethod
    def parse(cls, value: Any) -> Part:
        """Read a part of a description.

        Raises:
            FormatError: It is malformed or of a newer version.
        """
        if not isinstance(value, dict) or set(value) != set(_FIELDS):
            raise FormatError(f"features: unknown vectorizer {str(value)[:80]}")
        for name, kind in _FIELDS.items():
            if type(value[name]) is not kind:
                raise FormatError(f"features: {name} {value[name]!r} is of another type")
        ngrams, words = value["ngrams"], value["stop_words"]
        fits = (
            value["analyzer"] in ANALYZERS
            and value["accents"] in ACCENTS
            and value["weighting"] in WEIGHTINGS
            and value["norm"] in ROW_NORMS
            and CHARACTERS.fullmatch(value["characters"]) is not None
            and 1 <= value["shortest"] <= MAX_N
            and 0 <= value["buckets"] < 1 << 31
            and (value["buckets"] > 0 or not value["signed"])
            and (value["norm"] != "" or not value["vocabulary"])
            and not (value["signed"] and value["weighting"] == "logarithm")
            and len(ngrams) == 2
            and all(type(n) is int for n in ngrams)
            and 1 <= ngrams[0] <= ngrams[1] <= MAX_N
            and all(type(word) is str for word in words)
        )
        if not fits:
            raise FormatError(
                f"features: a vectorizer's options are out of range: {str(value)[:80]}"
            )
        more = {"ngrams": tuple(ngrams), "stop_words": frozenset(words)}
        return cls(**{**value, **more})

    def __post_init__(self) -> None:
        """Make the pattern of words."""
        try:
            kind = self.characters.removesuffix(OTHERS)
            run = f"{kind}{{{self.shortest},}}"
            run = rf"\b{run}\b" if self.bounded else run
            object.__setattr__(self, "words", re.compile(run + self.characters[len(kind) :]))
        except re.error as error:
            raise FormatError(f"features: characters {self.characters!r}: {error}") from None

    def values(self, text: str) -> dict[str, float]:
        """The keys of a text with their weights before the norm."""
        grams = Counter(self._grams(self._prepared(text)))
        if not self.buckets:
            return {gram: self._value(count) for gram, count in grams.items()}
        counts: Counter[int] = Counter()
        for gram, count in grams.items():
            value = murmur.hash32(murmur.encode_key(gram))
            counts[abs(value) % self.buckets] += -count if self.signed and value < 0 else count
        return {str(bucket): self._value(count) for bucket, count in counts.items()}

    def _value(self, count: int) -> float:
        if self.weighting == "binary":
            return 1.0
        return 1 + math.log(count) if self.weighting == "logarithm" else float(count)

    def _prepared(self, text: str) -> str:
        text = text.lower() if self.lowercase else text
        if not self.accents or (self.accents == "unicode" and text.isascii()):
            return text
        split = unicodedata.normalize("NFKD", text)
        if self.accents == "ascii":
            return split.encode("ascii", "ignore").decode()
        return "".join(letter for letter in split if not unicodedata.combining(letter))

    def _grams(self, text: str) -> Iterator[str]:
        shortest, longest = self.ngrams
        if self.analyzer == "word":
            words = self.words.findall(text)
            kept = [word for word in words if word not in self.stop_words]
            for n in range(shortest, longest + 1):
                for at in range(len(kept) - n + 1):
                    yield " ".join(kept[at : at + n])
            return
        text = _SPACES.sub(" ", text)
        if self.analyzer == "char":
            yield from _runs(text, shortest, longest)
            return
        for word in text.split():
            framed = f" {word} "
            for n in range(shortest, longest + 1):
                yield from _runs(framed, n, n) if n < len(framed) else (framed,)
                if n >= len(framed):
                    break  # a word shorter than the n-gram counts once


def _runs(text: str, shortest: int, longest: int) -> Iterator[str]:
    for n in range(shortest, min(longest, len(text)) + 1):
        for at in range(len(text) - n + 1):
            yield text[at : at + n]


class Vectorizer:
    """All parts of a description, over the table of norms where one needs it."""

    def __init__(self, features: Mapping[str, Any], norms: Table | None) -> None:
        """Read a description.

        Raises:
            FormatError: It is malformed, or the table is missing or of another width.
        """
        parts = features.get("parts")
        if set(features) != {"kind", "parts"} or not isinstance(parts, list):
            raise FormatError(f"features: unknown description {str(dict(features))[:80]}")
        if not 1 <= len(parts) <= MAX_PARTS:
            raise FormatError(f"features: {len(parts)} vectorizers; 1 to {MAX_PARTS} are read")
        self._parts = [Part.parse(part) for part in parts]
        self._norms = norms
        if any(part.vocabulary for part in self._parts) and (
            norms is None or norms.matrix.shape[1] != 1
        ):
            raise FormatError(f"features: their norm needs a table {NORMS!r} of one column")

    def __call__(self, texts: Sequence[str]) -> list[dict[str, float]]:
        """The weights of every text's keys."""
        made: list[dict[str, float]] = [{} for _ in texts]
        for number, part in enumerate(self._parts):
            prefix = f"{number} " if len(self._parts) > 1 else ""
            values = [
                {prefix + key: value for key, value in part.values(text).items()} for text in texts
            ]
            factors = self._factors(values) if part.vocabulary else None
            for result, each in zip(made, values, strict=True):
                result.update(_divided(each, _norm(each, part.norm, factors)))
        return made

    def _factors(self, values: Sequence[Mapping[str, float]]) -> dict[str, float]:
        assert self._norms is not None
        keys = sorted(set().union(*values))
        return dict(zip(keys, self._norms.lookup(keys)[:, 0].tolist(), strict=True))


def _norm(values: Mapping[str, float], norm: str, factors: Mapping[str, float] | None) -> float:
    """The length of a text's weights; keys outside of a vocabulary have the factor 0."""
    if not norm:
        return 1.0
    weights = np.array(
        [value * (1 if factors is None else factors[key]) for key, value in values.items()]
    )
    length = np.abs(weights).sum() if norm == "l1" else np.sqrt((weights**2).sum())
    return float(length)


def _divided(values: dict[str, float], norm: float) -> dict[str, float]:
    if norm in (0.0, 1.0):
        return values
    return {key: value / norm for key, value in values.items()}
