"""From texts or tokens to the design matrix of a model: choosing the keys, counting them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from nlucompress.data.tagged import Tagged
from nlucompress.errors import DataError
from nlucompress.networks.crf.attributes import Token
from nlucompress.networks.linear.network import Weigh
from nlucompress.training.crf.fit import Problem

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix


def count_keys(weigh: Weigh, texts: Sequence[str]) -> Counter[str]:
    """In how many texts each key occurs."""
    return Counter(key for weights in weigh(texts) for key in weights)


def chosen_keys(
    weigh: Weigh, texts: Sequence[str], counts: Mapping[str, int], min_count: int, distinct: bool
) -> list[str]:
    """The keys to train on, ascending: those of enough texts, and one of those that never differ.

    Raises:
        DataError: There are none.
    """
    keys = sorted(key for key, count in counts.items() if count >= min_count)
    if distinct:
        keys = distinct_keys(keys, matrix(weigh, texts, {key: i for i, key in enumerate(keys)}))
    if not keys:
        raise DataError("no key occurs often enough; lower --min-count or give more text")
    return keys


def matrix(weigh: Weigh, texts: Sequence[str], columns: Mapping[str, int]) -> csr_matrix:
    """Weights of the texts' keys as float32 CSR, shape (texts, keys); others are left out."""
    from scipy.sparse import csr_matrix

    starts = [0]
    indices: list[int] = []
    data: list[float] = []
    for weights in weigh(texts):
        row = sorted((columns[k], w) for k, w in weights.items() if k in columns)
        indices.extend(column for column, _ in row)
        data.extend(weight for _, weight in row)
        starts.append(len(indices))
    parts = (np.array(data, np.float32), np.array(indices, np.int32), np.array(starts, np.int32))
    return csr_matrix(parts, shape=(len(texts), len(columns)))


def distinct_keys(keys: Sequence[str], x: csr_matrix) -> list[str]:
    """Of keys that occur in exactly the same texts keep the shortest (of equals the first).

    They carry one signal between them: to the training data no model can tell them apart.
    """
    columns = x.tocsc()
    kept: dict[tuple[bytes, bytes], str] = {}
    for column, key in enumerate(keys):
        span = slice(columns.indptr[column], columns.indptr[column + 1])
        content = (columns.indices[span].tobytes(), columns.data[span].tobytes())
        best = kept.get(content)
        if best is None or (len(key), key) < (len(best), best):
            kept[content] = key
    return sorted(kept.values())


def token_problem(
    sentences: Sequence[Sequence[Token]],
    tagged: Tagged,
    columns: Mapping[str, int],
    labels: Sequence[str],
) -> Problem:
    """Attributes as a matrix, whose unknown ones are left out, and labels as numbers."""
    from scipy.sparse import csr_matrix

    starts = [0]
    indices: list[int] = []
    data: list[float] = []
    for tokens in sentences:
        for token in tokens:
            listed = [(columns[name], value) for name, value in token if name in columns]
            indices.extend(column for column, _ in listed)
            data.extend(value for _, value in listed)
            starts.append(len(indices))
    parts = (np.array(data, np.float32), np.array(indices, np.int32), np.array(starts, np.int64))
    matrix = csr_matrix(parts, shape=(len(starts) - 1, len(columns)))
    matrix.sum_duplicates()
    number = {label: at for at, label in enumerate(labels)}
    targets = np.array([number[label] for each in tagged.labels for label in each], np.int64)
    lengths = np.array([len(each) for each in tagged.labels], np.int64)
    return Problem(matrix, targets, lengths, len(labels))
