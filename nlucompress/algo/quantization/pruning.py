"""Which weights are worth their bits.

A key costs bits of its own, for its hash, its fingerprint and its row, whatever weights it has. So
the first weight of a row is dearer than the next ones, and a whole key leaves before weights of the
same importance that stand beside more important ones.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Float64 = NDArray[np.float64]
Int64 = NDArray[np.int64]


def worth(importance: Float64, rows: Int64, key_bits: float, entry_bits: float) -> Float64:
    """Importance per bit, by which the weights that are kept are chosen best.

    The greedy solution of a knapsack whose items depend on one another: of the weights of a row in
    descending order, those of the prefix of most importance per bit

        sum of the first j / (key_bits + j entry_bits)

    have that ratio, and each of the others its own, importance / entry_bits, which is no higher.

    Args:
        importance: Of each weight, not negative, shape (weights,).
        rows: The row of each, shape (weights,), in any order.
        key_bits: What a row costs beside its weights.
        entry_bits: What a weight costs.

    Returns:
        Shape (weights,); weights of one row never rank the other way round than their importance.
    """
    if not len(importance):
        return importance
    order = np.lexsort((-importance, rows))
    row, sizes = rows[order], importance[order]
    begins = np.flatnonzero(np.concatenate(([True], row[1:] != row[:-1])))
    of = np.repeat(np.arange(len(begins)), np.diff(np.concatenate((begins, [len(row)]))))
    place = np.arange(len(row)) - begins[of]
    summed = np.cumsum(sizes)
    summed -= (summed[begins] - sizes[begins])[of]
    ratio = summed / (key_bits + entry_bits * (place + 1))
    best = np.maximum.reduceat(ratio, begins)
    at_best = np.flatnonzero(ratio == best[of])
    prefix = np.zeros(len(begins), np.int64)
    prefix[of[at_best]] = place[at_best]  # the last of several
    found = np.where(place <= prefix[of], best[of], sizes / entry_bits)
    result = np.empty_like(found)
    result[order] = found
    return result
