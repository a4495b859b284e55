"""Lines of weighted features in namespaces, as Vowpal Wabbit reads them, to keys.

    [anything] |[namespace[:number]] feature[:number] feature ... |...

What else may stand for a number, ``cells`` tells. What stands before the first bar, such as a
label, is not read. Keys are names,
``namespace^feature`` or ``feature`` in the namespace without a name; or they are what Vowpal Wabbit
makes of names: the place of a feature's first weight (feature hashing, Weinberger et al. 2009).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, NamedTuple

import mmh3

from nlucompress.algo.hashing import murmur
from nlucompress.errors import DataError, FormatError
from nlucompress.networks.linear import cells

KIND = "namespaces"
MAX_N = 32
MAX_BITS = 40
OTHERS = ""  # in the sizes of n-grams: every namespace that is not named

_GRAM_FACTOR = 27942141  # the place of an n-gram is multiplied by it before each next word
_WHOLE = (1 << 64) - 1
_SEEDS = (1 << 32) - 1


@dataclass(frozen=True)
class Places:
    """Names to places of weights.

    Attributes:
        bits: There are 2^bits weights.
        width: Weights of a feature, a power of two.
        digits: Whether a name of digits alone counts as a number, so that 007 is 7.
        seed: Of the hash.
    """

    bits: int
    width: int = 1
    digits: bool = True
    seed: int = 0

    def hash(self, name: bytes, seed: int) -> int:
        """MurmurHash3 x86 32 of a name, or the seed plus the number that it is."""
        if self.digits and name.isdigit():
            value = 0
            for begin in range(0, len(name), 18):
                piece = name[begin : begin + 18]
                value = (value * 10 ** len(piece) + int(piece)) & _WHOLE
            return (value + seed) & _WHOLE
        return mmh3.hash(name, seed & _SEEDS, signed=False)

    def of_namespace(self, name: bytes) -> int:
        """What a namespace adds to the hash of its features."""
        return self.hash(name, self.seed) if name or self.seed else 0

    def of_feature(self, name: bytes, namespace: int) -> int:
        """Hash of a feature, of which an n-gram takes the low bits."""
        return self.hash(name, namespace) & ((1 << self.bits) - 1)

    def key(self, hashed: int) -> str:
        """The place of the first weight."""
        return str(hashed * self.width & ((1 << self.bits) - 1))


class _Feature(NamedTuple):
    space: str
    name: str
    hashed: int
    value: float


@dataclass(frozen=True)
class Namespaces:
    """How a line becomes weighted keys.

    Attributes:
        ngrams: Longest n-gram of the namespaces whose name begins with this byte, as a character;
            ``OTHERS`` is all that are not listed.
        places: What makes keys of names; None takes the names.
    """

    ngrams: Mapping[str, int] = field(default_factory=dict)
    places: Places | None = None

    def __call__(self, line: str) -> dict[str, float]:
        """Keys of a line with their weights; an n-gram weighs 1.

        Raises:
            DataError: The line holds no bar, a feature without a name or a malformed number.
        """
        weights: dict[str, float] = {}
        for first, group in self._groups(line).items():
            longest = self.ngrams.get(first, self.ngrams.get(OTHERS, 1))
            for key, value in self._weighted(group, longest):
                weights[key] = weights.get(key, 0.0) + value
        return weights

    def _groups(self, line: str) -> dict[str, list[_Feature]]:
        """Features by the first byte of their namespace, for n-grams cross those that share it."""
        groups: dict[str, list[_Feature]] = {}
        before, bar, rest = line.partition("|")
        if not bar and before.strip(" \t\r"):
            raise DataError(f"no `|` in {before[:40]!r}; features stand behind `|` or `|namespace`")
        parts = rest.split("|") if bar else []
        for at, part in enumerate(parts, 1):
            found = cells.read(part, at == len(parts))
            raw = murmur.encode_key(found.name)
            group = groups.setdefault(raw[:1].decode("latin-1"), [])
            seed = self.places.of_namespace(raw) if self.places else 0
            for name, text, number, scaled in found.cells:
                value = number * found.factor if scaled else number
                hashed = self._hashed(name, text, seed)
                if value:
                    named = f"{name}^{text}" if text else name
                    group.append(_Feature(found.name, named, hashed, value))
            if found.ends:
                break
        return groups

    def _hashed(self, name: str, text: str, seed: int) -> int:
        """The hash of a feature, of which a text is hashed with the name's hash for a seed."""
        if self.places is None:
            return 0
        raw = murmur.encode_key(name)
        if not text:
            return self.places.of_feature(raw, seed)
        return self.places.of_feature(murmur.encode_key(text), self.places.hash(raw, seed))

    def _weighted(self, group: list[_Feature], longest: int) -> Iterator[tuple[str, float]]:
        for each in group:
            yield self._key([each]), each.value
        for n in range(2, longest + 1):
            for begin in range(len(group) - n + 1):
                yield self._key(group[begin : begin + n]), 1.0

    def _key(self, gram: list[_Feature]) -> str:
        if self.places is None:
            space = f"{gram[0].space}^" if gram[0].space else ""
            return space + "^".join(each.name for each in gram)
        hashed = 0
        for each in gram:
            hashed = (hashed * _GRAM_FACTOR + each.hashed) & _WHOLE
        return self.places.key(hashed)

    def describe(self) -> dict[str, Any]:
        """The ``features`` object of a model's description."""
        places = asdict(self.places) if self.places else None
        return {"kind": KIND, "ngrams": dict(self.ngrams), "places": places}

    @classmethod
    def parse(cls, features: Mapping[str, Any]) -> Namespaces:
        """Read a description.

        Raises:
            FormatError: It is malformed or of a newer kind.
        """
        shown = str(dict(features))[:80]
        if features.get("kind") != KIND or set(features) != {"kind", "ngrams", "places"}:
            raise FormatError(f"features: unknown description {shown}")
        ngrams, places = features["ngrams"], features["places"]
        if not isinstance(ngrams, dict) or not all(
            (name == OTHERS or (len(name) == 1 and name <= "\xff")) and _within(n, 1, MAX_N)
            for name, n in ngrams.items()
        ):
            raise FormatError(f"features: malformed n-grams in {shown}")
        return cls(ngrams, None if places is None else _places(places))


def _places(value: object) -> Places:
    if not isinstance(value, dict) or set(value) != {"bits", "width", "digits", "seed"}:
        raise FormatError(f"features: unknown places {str(value)[:80]}")
    bits, width = value["bits"], value["width"]
    if not (
        _within(bits, 1, MAX_BITS)
        and _within(width, 1, 1 << bits)
        and width & (width - 1) == 0
        and type(value["digits"]) is bool
        and _within(value["seed"], 0, _SEEDS)
    ):
        raise FormatError(f"features: malformed places {value}")
    return Places(bits, width, value["digits"], value["seed"])


def _within(value: object, low: int, high: int) -> bool:
    return type(value) is int and low <= value <= high
