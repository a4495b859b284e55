"""The least bits in which rows can be written, by what is taken to be known of them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from nlucompress.algo.coding import entropy, rowcode
from nlucompress.algo.coding.rowcode import Int64, Rows, Shape


def code_bound(rows: Rows, shape: Shape) -> float:
    """Bits that the model behind the prefix codes allows, codes and row starts left out.

    Counts, gaps and symbols are taken to be independent but for the class of their row, as the
    codes have it, and common rows are told beside the counts. Each alphabet of each class then
    takes its entropy, and extra bits themselves. Symbols of fixed width take their width.
    """
    if not shape.sparse and shape.symbol_bits:
        return float(shape.rows * shape.columns * shape.symbol_bits)
    total = 0.0
    classes = rowcode.classes_of(rows, shape)
    if shape.sparse:
        total += _numbers(rowcode.count_tokens(rows, shape), np.zeros_like(rows.counts))
        total += _numbers(rowcode.tokenize(rowcode.gaps_of(rows)), classes)
    if shape.symbol_bits:
        return total + len(rows.symbols) * shape.symbol_bits
    return total + _entropy(rows.symbols, classes)


def _numbers(written: tuple[Int64, Int64, Int64], of: Int64) -> float:
    """Bits of tokens and extra bits in the code of their class."""
    tokens, _, extra_bits = written
    return _entropy(tokens, of) + float(extra_bits.sum())


def _entropy(symbols: Int64, of: Int64) -> float:
    parts: Sequence[Int64] = [symbols[of == each] for each in np.unique(of)]
    return sum(entropy.entropy_bits(np.bincount(part)) for part in parts)
