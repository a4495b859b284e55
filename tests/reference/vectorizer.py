"""scikit-learn's features in the second reader.

Written from the specification alone, like `decoder.py`, which it is a part of.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Callable
from typing import Any

FIELDS = (
    *("lowercase", "accents", "analyzer", "ngrams", "characters", "shortest", "bounded"),
    *("stop_words", "weighting", "norm", "vocabulary", "buckets", "signed"),
)
Factor = Callable[[str], float]


class VectorizerParts:
    """Weighted keys of a text (section 11.5)."""

    def __init__(self, spec: dict[str, Any]) -> None:
        """Read the description."""
        if set(spec) != {"kind", "parts"} or not 1 <= len(spec["parts"]) <= 64:
            raise ValueError("unknown fields of features")
        self.parts = spec["parts"]
        for part in self.parts:
            if set(part) != set(FIELDS):
                raise ValueError("unknown fields of a vectorizer")

    def weights(self, text: str, factor: Factor) -> dict[str, float]:
        """All keys with their weights; ``factor`` looks into the table of norms."""
        found = {}
        for i, part in enumerate(self.parts):
            head = f"{i} " if len(self.parts) > 1 else ""
            values = {head + key: value for key, value in part_values(part, text).items()}
            seen = [v * (factor(k) if part["vocabulary"] else 1) for k, v in values.items()]
            size = 1.0
            if part["norm"] == "l1":
                size = sum(abs(v) for v in seen)
            elif part["norm"] == "l2":
                size = math.sqrt(sum(v * v for v in seen))
            found.update({k: v / (size or 1.0) for k, v in values.items()})
        return found


def part_values(part: dict[str, Any], text: str) -> dict[str, float]:
    """Keys with their values before the norm."""
    counts: dict[str, int] = {}
    for gram in ngrams(part, prepared(part, text)):
        key, step = gram, 1
        if part["buckets"]:
            h = murmur32(gram.encode("utf-8", "surrogatepass"))
            key = str(abs(h) % part["buckets"])
            step = -1 if part["signed"] and h < 0 else 1
        counts[key] = counts.get(key, 0) + step
    return {key: value_of(part["weighting"], c) for key, c in counts.items()}


def value_of(weighting: str, count: int) -> float:
    """The value of a key that comes so often."""
    if weighting == "count":
        return count
    return 1 + math.log(count) if weighting == "logarithm" else 1


def prepared(part: dict[str, Any], text: str) -> str:
    """The text folded."""
    if part["lowercase"]:
        text = text.lower()
    if part["accents"] == "ascii":
        return "".join(c for c in unicodedata.normalize("NFKD", text) if ord(c) < 128)
    if part["accents"] == "unicode" and any(ord(c) > 127 for c in text):
        split = unicodedata.normalize("NFKD", text)
        return "".join(c for c in split if unicodedata.combining(c) == 0)
    return text


def ngrams(part: dict[str, Any], text: str) -> list[str]:
    """All n-grams of a text."""
    a, b = part["ngrams"]
    if part["analyzer"] == "word":
        edge = r"\b" if part["bounded"] else ""
        kind, bar, other = part["characters"].partition("|")
        pattern = f"{edge}{kind}{{{part['shortest']},}}{edge}{bar}{other}"
        words = [word for word in re.findall(pattern, text) if word not in part["stop_words"]]
        return [
            " ".join(words[i : i + n]) for n in range(a, b + 1) for i in range(len(words) - n + 1)
        ]
    text = re.sub(r"\s{2,}", " ", text)
    if part["analyzer"] == "char":
        return [text[i : i + n] for n in range(a, b + 1) for i in range(len(text) - n + 1)]
    found = []
    for word in text.split():
        framed = " " + word + " "
        for n in range(a, b + 1):
            if n >= len(framed):
                found.append(framed)
                break
            found += [framed[i : i + n] for i in range(len(framed) - n + 1)]
    return found


def murmur32(data: bytes) -> int:
    """MurmurHash3 x86_32 with seed 0, signed."""

    def turn(x: int, r: int) -> int:
        return (x << r | x >> 32 - r) & 0xFFFFFFFF

    h = 0
    for at in range(0, len(data), 4):
        k = int.from_bytes(data[at : at + 4], "little")
        k = turn(k * 0xCC9E2D51 & 0xFFFFFFFF, 15) * 0x1B873593 & 0xFFFFFFFF
        h ^= k
        if at + 4 <= len(data):
            h = (turn(h, 13) * 5 + 0xE6546B64) & 0xFFFFFFFF
    h ^= len(data)
    h = (h ^ h >> 16) * 0x85EBCA6B & 0xFFFFFFFF
    h = (h ^ h >> 13) * 0xC2B2AE35 & 0xFFFFFFFF
    h ^= h >> 16
    return h - 2**32 if h >= 2**31 else h
