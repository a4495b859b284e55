"""From texts to the design matrix of a linear model: choosing the keys, counting them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from nlucompress.networks.featurizer import Featurizer

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix


def count_keys(featurizer: Featurizer, texts: Sequence[str]) -> Counter[str]:
    """In how many texts each key occurs."""
    counts: Counter[str] = Counter()
    for text in texts:
        counts.update(featurizer(text).keys())
    return counts


def matrix(featurizer: Featurizer, texts: Sequence[str], columns: Mapping[str, int]) -> csr_matrix:
    """Weights of the texts' keys as float32 CSR, shape (texts, keys); others are left out."""
    from scipy.sparse import csr_matrix

    starts = [0]
    indices: list[int] = []
    data: list[int] = []
    for text in texts:
        row = sorted((columns[k], w) for k, w in featurizer(text).items() if k in columns)
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
