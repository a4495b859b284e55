"""Closed tables of n-grams: the parts of every key are keys, so that an n-gram without is unknown.

The parts of an n-gram are its first n - 1 and its last n - 1 words or characters. N-grams of the
shortest length that a model reads have none. What a closed table holds is looked up from short to
long; of what is not in it, most is refused by a part, without a fingerprint and without a look-up.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import chain
from typing import Any, TypeGuard

import numpy as np
from numpy.typing import NDArray

from nlucompress.errors import FormatError
from nlucompress.format.indexes.kinds import Strings
from nlucompress.format.matrices.growing import with_empty_rows
from nlucompress.format.model import Table
from nlucompress.networks.linear.featurizer import Featurizer

Int64 = NDArray[np.int64]
MARK = "#"  # what keys of characters begin with


class Parts:
    """The parts of keys, by the n-grams that a model reads."""

    def __init__(self, featurizer: Featurizer) -> None:
        """Take the shortest n-grams of words and of characters."""
        self._words = featurizer.words[0] if featurizer.words else 0
        self._chars = featurizer.chars[0] if featurizer.chars else 0

    def length(self, key: str) -> int:
        """Words or characters of a key."""
        return len(key) - 1 if _of_characters(key) else key.count(" ") + 1

    def of(self, key: str) -> tuple[str, ...]:
        """The parts of a key, or nothing."""
        if _of_characters(key):
            if not self._chars or len(key) - 1 <= self._chars:
                return ()
            return key[:-1], MARK + key[2:]
        first, space, last = key.partition(" ")
        if not space or not self._words or key.count(" ") < self._words:
            return ()
        if " " in last:
            first = key.rpartition(" ")[0]
        if first and last:
            return first, last
        return (first or last,) if first or last else ()  # a border alone is not a key

    def missing(self, keys: Iterable[str]) -> list[str]:
        """The parts of keys, and the parts of parts, that are not keys; ascending."""
        known = set(keys)
        found: set[str] = set()
        new = known
        while new:
            parts = set(chain.from_iterable(map(self.of, new)))
            new = parts - known - found
            found |= new
        return sorted(found)


def _of_characters(key: str) -> bool:
    """Whether a key is of characters: a word n-gram that begins so ends there or has a space."""
    return key[:1] == MARK and key[1:2] not in ("", " ")


def find(table: Table, features: Mapping[str, Any] | None, keys: Sequence[str]) -> Int64:
    """Row of each key of texts, -1 for those that the table does not know.

    Args:
        table: The table; one that is closed is asked from short to long.
        features: How the model turns texts into keys.
        keys: With every key, its parts may be among them or not.
    """
    if not by_parts(features, table):
        return table.find(keys)
    return Asked(features, keys).find(table)


def by_parts(features: Mapping[str, Any] | None, table: Table) -> TypeGuard[Mapping[str, Any]]:
    """Whether a table is asked from short to long: it is closed, and its keys are n-grams."""
    return table.closed and features is not None and features.get("kind") == "ngrams"


class Asked:
    """Keys of texts with their parts, taken apart once to ask several closed tables for them."""

    def __init__(self, features: Mapping[str, Any], keys: Sequence[str]) -> None:
        """Take the keys apart.

        Args:
            features: Of kind ``ngrams``.
            keys: As of ``find``.

        Raises:
            FormatError: The features are malformed.
        """
        parts = Parts(Featurizer.parse(features))
        self._keys = list(dict.fromkeys([*keys, *parts.missing(keys)]))
        numbers = {key: at for at, key in enumerate(self._keys)}
        self._of = np.array([numbers[key] for key in keys], np.int64)
        nothing = len(self._keys)  # a place behind all keys, for a part that is not there
        both = np.full((len(self._keys), 2), nothing, np.int64)
        by_length: dict[int, list[int]] = {}
        for at, key in enumerate(self._keys):
            by_length.setdefault(parts.length(key), []).append(at)
            for place, part in enumerate(parts.of(key)):
                both[at, place] = numbers[part]
        self._parts = both
        self._lengths = [np.array(by_length[length]) for length in sorted(by_length)]

    def find(self, table: Table) -> Int64:
        """Row of each key in a closed table, -1 for those that it does not know."""
        rows = np.full(len(self._keys) + 1, -1, np.int64)
        rows[-1] = 0  # what is not there refuses nothing
        for same in self._lengths:
            possible = same[(rows[self._parts[same]] >= 0).all(axis=1)]
            rows[possible] = table.find([self._keys[at] for at in possible.tolist()])
        result: Int64 = rows[self._of]
        return result


def closed(table: Table, features: Mapping[str, Any]) -> Table | None:
    """The table with the parts that it lacks as keys without weights; None if it cannot grow:
    its keys are hashed or no text, or its rows have no place for empty ones.

    Raises:
        FormatError: The features are malformed.
    """
    keys = table.strings
    if keys is None:
        return None
    try:
        texts = keys.decoded()
    except FormatError:
        return None
    more = Parts(Featurizer.parse(features)).missing(texts)
    matrix = with_empty_rows(table.matrix, len(more))
    if matrix is None:
        return None
    counts = table.counts
    if counts is not None:
        counts = np.concatenate((counts, np.zeros(len(more), np.uint32)))
    return Table(Strings.of([*texts, *more]), matrix, counts, closed=True)
