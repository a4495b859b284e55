"""Text to the word vectors that neural networks read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nlucompress.errors import FormatError
from nlucompress.format.model import Model, Table
from nlucompress.format.names import EMBEDDINGS
from nlucompress.networks.linear.featurizer import words

Int64 = NDArray[np.int64]
Float32 = NDArray[np.float32]

FEATURES: Mapping[str, Any] = {"kind": "words"}
MAX_WORDS = 512  # of a text; those behind are not read


@dataclass(frozen=True)
class Batch:
    """Texts as rows of the embedding table, one behind the other.

    Attributes:
        rows: int64, shape (words in all,).
        lengths: int64, shape (texts,): known words of each text.
    """

    rows: Int64
    lengths: Int64

    @property
    def padded(self) -> Int64:
        """Shape (texts, longest): rows, -1 behind the end of a text."""
        result = np.full((len(self.lengths), max(1, int(self.lengths.max(initial=0)))), -1)
        at = np.arange(result.shape[1])[None, :] < self.lengths[:, None]
        result[at] = self.rows
        return result


def read(table: Table, texts: Sequence[str]) -> Batch:
    """The known words of each text in their order; unknown words are left out."""
    return beside(table, table, texts)


def beside(table: Table, other: Table, texts: Sequence[str]) -> Batch:
    """The words that ``table`` knows, as rows of another one: -1 where that lacks them."""
    split = [words(text)[:MAX_WORDS] for text in texts]
    vocabulary = sorted(set().union(*map(set, split)))
    here = dict(zip(vocabulary, table.find(vocabulary).tolist(), strict=True))
    there = here
    if other is not table:
        there = dict(zip(vocabulary, other.find(vocabulary).tolist(), strict=True))
    rows = [[there[word] for word in each if here[word] >= 0] for each in split]
    flat = np.array([row for each in rows for row in each], np.int64)
    return Batch(flat, np.array([len(each) for each in rows], np.int64))


def known(table: Table, texts: Sequence[str]) -> list[tuple[int, int]]:
    """Per text, how many words the table knows (or takes for known) and how many not."""
    lengths = read(table, texts).lengths.tolist()
    totals = [len(words(text)[:MAX_WORDS]) for text in texts]
    return [(some, total - some) for some, total in zip(lengths, totals, strict=True)]


def vectors(table: Table, batch: Batch) -> Float32:
    """Shape (texts, longest, columns): the vectors of the words, zeros behind the end."""
    padded = batch.padded
    different, inverse = np.unique(padded, return_inverse=True)
    read_rows = np.zeros((len(different), table.matrix.shape[1]), np.float32)
    is_word = different >= 0
    read_rows[is_word] = table.matrix.rows(different[is_word])
    return read_rows[inverse.reshape(padded.shape)]


def table_of(model: Model) -> Table:
    """The embedding table of a neural model.

    Raises:
        FormatError: There is none, or its features are of another kind.
    """
    if EMBEDDINGS not in model.tables:
        raise FormatError(f"a neural model needs a table {EMBEDDINGS!r}")
    if dict(model.features or {}) != FEATURES:
        raise FormatError(f"features: unknown description {str(dict(model.features or {}))[:80]}")
    return model.tables[EMBEDDINGS]
