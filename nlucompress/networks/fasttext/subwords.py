"""Text to keys as fastText makes them (Bojanowski et al. 2017; Joulin et al. 2017).

A word is a key, and so is every bucket that one of its character n-grams or of the text's word
n-grams is hashed into. Words are what white space separates, and hold none; the key of bucket b is
a space and b in decimal.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence, Set
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nlucompress.algo.hashing import murmur
from nlucompress.errors import FormatError
from nlucompress.format.model import Model, Table

KIND = "subwords"
END = b"</s>"  # stands behind every text
PREFIX = b"__label__"  # what begins so is a label, no word
MAX_N = 64
MAX_BUCKETS = 2**31 - 1

_SPACES = bytes.maketrans(b"\n\r\t\v\f\0", b"      ")
_MASK32, _MASK64 = (1 << 32) - 1, (1 << 64) - 1
_FACTOR = 116_049_371  # of word n-grams


@dataclass(frozen=True)
class Subwords:
    """How text becomes keys.

    Attributes:
        shortest, longest: Characters of the n-grams of ``<word>``; 0 and 0 for none.
        words: Words of the longest word n-gram; 1 for none.
        buckets: Numbers that n-grams are hashed into.
    """

    shortest: int
    longest: int
    words: int
    buckets: int

    def text(
        self,
        text: str,
        labels: Set[bytes] = frozenset(),
        is_word: Callable[[str], bool] = lambda word: False,
    ) -> list[str]:
        """Keys of a text in fastText's order, those that come several times too.

        Args:
            text: The text.
            labels: Those of the model; a word that is one of them is none.
            is_word: Whether what begins as a label is a word that the model has: it was trained
                with another prefix.
        """
        keys: list[str] = []
        hashes = []
        for word in _words(text, labels, is_word):
            keys.append(word.decode("utf-8", "surrogatepass"))
            keys.extend(self._subwords(word))
            hashes.append(_signed(_hash(word)))
        for first, start in enumerate(hashes):
            joined = start & _MASK64
            for other in hashes[first + 1 : first + self.words]:
                joined = (joined * _FACTOR + other) & _MASK64
                keys.append(f" {joined % self.buckets}")
        return keys

    def word(self, word: str) -> list[str]:
        """Keys of a word on its own."""
        encoded = murmur.encode_key(word)
        key = f" ={encoded.hex()}" if word.startswith(" ") else word  # no bucket's key
        return [key, *self._subwords(encoded)]

    def _subwords(self, word: bytes) -> Iterator[str]:
        """Buckets of the n-grams of ``<word>``; one that is a bracket alone does not count."""
        if word == END or not self.longest:
            return
        framed = b"<" + word + b">"
        # Where characters begin; bytes 10xxxxxx go on with one.
        begins = [at for at, byte in enumerate(framed) if byte & 0xC0 != 0x80]
        ends = [*begins[1:], len(framed)]
        for first, begin in enumerate(begins):
            value = _hash(b"")
            for n, end in enumerate(ends[first : first + self.longest], start=1):
                value = _hash(framed[begin:end], value)
                begin = end
                bracket = n == 1 and (first == 0 or end == len(framed))
                if n >= self.shortest and not bracket:
                    yield f" {value % self.buckets}"

    def describe(self) -> dict[str, Any]:
        """The ``features`` object of a model's description."""
        return {"kind": KIND, **asdict(self)}

    @classmethod
    def parse(cls, features: Mapping[str, Any]) -> Subwords:
        """Read a description.

        Raises:
            FormatError: It is malformed or of a newer kind.
        """
        names = ("shortest", "longest", "words", "buckets")
        values = [features.get(name) for name in names]
        whole = all(type(value) is int for value in values)
        if features.get("kind") != KIND or set(features) != {"kind", *names} or not whole:
            raise FormatError(f"features: unknown description {str(dict(features))[:80]}")
        made = cls(*values)  # type: ignore[arg-type]
        lengths = 0 <= made.shortest <= made.longest <= MAX_N and 1 <= made.words <= MAX_N
        hashed = made.longest > 0 or made.words > 1
        if not lengths or not int(hashed) <= made.buckets <= MAX_BUCKETS:
            raise FormatError(f"features: lengths or buckets are out of range: {dict(features)}")
        return made


def describes_subwords(features: Mapping[str, Any] | None) -> bool:
    """Whether these features are those of fastText."""
    return features is not None and features.get("kind") == KIND


def word_vectors(model: Model, words: Sequence[str]) -> tuple[NDArray[np.float32], list[bool]]:
    """Vectors of words and whether any key of each is known: the mean of its known keys' rows.

    So a word has a vector that was never seen, from its character n-grams (Bojanowski et al. 2017,
    section 3.2); zeros if nothing of it is known.

    Raises:
        FormatError: The features are not of kind ``subwords``.
    """
    split = Subwords.parse(model.features or {})
    return means(model.table(), [split.word(word) for word in words])


def means(table: Table, keys: Sequence[Sequence[str]]) -> tuple[NDArray[np.float32], list[bool]]:
    """Mean row of each sequence's known keys, float32, and whether there is one."""
    different = sorted(set().union(*keys)) if keys else []
    found = table.find(different)
    rows = table.matrix.rows(found[found >= 0]).astype(np.float64)
    place = dict(zip(different, (np.cumsum(found >= 0) - 1).tolist(), strict=True))
    known = {key for key, row in zip(different, found.tolist(), strict=True) if row >= 0}
    result = np.zeros((len(keys), table.matrix.shape[1]), np.float32)
    has = []
    for at, each in enumerate(keys):
        index = [place[key] for key in each if key in known]
        has.append(bool(index))
        if index:
            result[at] = rows[index].mean(axis=0)
    return result, has


def _words(text: str, labels: Set[bytes], is_word: Callable[[str], bool]) -> Iterator[bytes]:
    """Words of a line and the end behind it, without labels; an end within it ends it."""
    for word in (*murmur.encode_key(text).translate(_SPACES).split(b" "), END):
        if word == END:
            yield END
            return
        if not word or word in labels:
            continue
        if not word.startswith(PREFIX) or is_word(word.decode("utf-8", "surrogatepass")):
            yield word


def _hash(data: bytes, value: int = 2_166_136_261) -> int:
    """FNV-1a, 32 bits; fastText takes bytes as signed, so those above 127 turn the upper bits."""
    for byte in data:
        value = ((value ^ (byte if byte < 128 else byte | 0xFFFFFF00)) * 16_777_619) & _MASK32
    return value


def _signed(value: int) -> int:
    return value - (1 << 32) if value >> 31 else value
