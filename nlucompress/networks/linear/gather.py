"""The n-grams of many texts at once, as a sparse matrix: by the extension where it is there."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from nlucompress.native import extension
from nlucompress.networks.linear.featurizer import Featurizer

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix


def gathered(rule: Featurizer, texts: Sequence[str]) -> tuple[list[str], csr_matrix]:
    """All n-grams of some texts, ascending, and their weights, float32 CSR (texts, n-grams)."""
    from scipy.sparse import csr_matrix

    if extension is None or extension.unicode_version != unicodedata.unidata_version:
        weights = rule.weigh(texts)
        keys = sorted({key for each in weights for key in each})
        numbers = {key: at for at, key in enumerate(keys)}
        rows = [sorted((numbers[key], value) for key, value in each.items()) for each in weights]
        columns = np.array([column for row in rows for column, _ in row], np.int32)
        values = np.array([value for row in rows for _, value in row], np.float32)
        ends = np.cumsum([len(row) for row in rows])
    else:
        keys, ends, columns, values = _by_extension(rule, texts)
    starts = np.concatenate(([0], ends)).astype(np.int64)
    made = csr_matrix((values, columns, starts), (len(texts), len(keys)))
    made.sort_indices()
    return keys, made


def _by_extension(
    rule: Featurizer, texts: Sequence[str]
) -> tuple[list[str], NDArray[np.int64], NDArray[np.int32], NDArray[np.float32]]:
    joined, ends, rows, columns, values = extension.ngrams(
        texts,
        rule.words or (0, 0),
        rule.chars or (0, 0),
        rule.weighting == "count",
        rule.tokens == "symbols",
        rule.borders,
    )
    places = [0, *np.frombuffer(ends, np.int64).tolist()]
    found = [joined[begin:end].decode("utf-8") for begin, end in pairwise(places)]
    order = sorted(range(len(found)), key=found.__getitem__)
    rank = np.empty(len(found), np.int32)
    rank[order] = np.arange(len(found), dtype=np.int32)
    return (
        [found[at] for at in order],
        np.frombuffer(rows, np.int64),
        rank[np.frombuffer(columns, np.int32)],
        np.frombuffer(values, np.float32).copy(),
    )
