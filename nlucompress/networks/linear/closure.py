"""Closed tables of n-grams: the parts of every key are keys, so that an n-gram without is unknown.

The parts of an n-gram are its first n - 1 and its last n - 1 words or characters. N-grams of the
shortest length that a model reads have none. What a closed table holds is looked up from short to
long; of what is not in it, most is refused by a part, without a fingerprint and without a look-up.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

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
        shortest = self._chars if _of_characters(key) else self._words
        if not shortest or self.length(key) <= shortest:
            return ()
        if _of_characters(key):
            return key[:-1], MARK + key[2:]
        parts = key[: key.rindex(" ")], key[key.index(" ") + 1 :]
        return tuple(part for part in parts if part)  # a border alone is no key

    def missing(self, keys: Iterable[str]) -> list[str]:
        """The parts of keys, and the parts of parts, that are no keys; ascending."""
        known = set(keys)
        found: set[str] = set()
        left = list(known)
        while left:
            for part in self.of(left.pop()):
                if part not in known:
                    known.add(part)
                    found.add(part)
                    left.append(part)
        return sorted(found)


def _of_characters(key: str) -> bool:
    """Whether a key is of characters: a word n-gram that begins so ends there or has a space."""
    return key.startswith(MARK) and key[1:2] not in ("", " ")


def find(table: Table, features: Mapping[str, Any] | None, keys: Sequence[str]) -> Int64:
    """Row of each key of texts, -1 for those that the table does not know.

    Args:
        table: The table; one that is closed is asked from short to long.
        features: How the model turns texts into keys.
        keys: With every key, its parts may be among them or not.
    """
    if not table.closed or not features or features.get("kind") != "ngrams":
        return table.find(keys)
    parts = Parts(Featurizer.parse(features))
    asked = [*keys, *parts.missing(keys)]
    by_length: dict[int, list[str]] = {}
    for key in dict.fromkeys(asked):
        by_length.setdefault(parts.length(key), []).append(key)
    rows: dict[str, int] = {}
    for _, same in sorted(by_length.items()):
        possible = [key for key in same if all(part in rows for part in parts.of(key))]
        found = table.find(possible).tolist()
        rows.update((key, row) for key, row in zip(possible, found, strict=True) if row >= 0)
    return np.array([rows.get(key, -1) for key in keys], np.int64)


def closed(table: Table, features: Mapping[str, Any]) -> Table | None:
    """The table with the parts that it lacks as keys without weights; None if it cannot grow:
    its keys are hashed or no text, or its rows have no place for empty ones.

    Raises:
        FormatError: The features are malformed.
    """
    keys = table.strings
    if keys is None or not keys.texts:
        return None
    more = Parts(Featurizer.parse(features)).missing(keys.decoded())
    matrix = with_empty_rows(table.matrix, len(more))
    if matrix is None:
        return None
    counts = table.counts
    if counts is not None:
        counts = np.concatenate((counts, np.zeros(len(more), np.uint32)))
    return Table(Strings.of([*keys.decoded(), *more]), matrix, counts, closed=True)
