"""Whole rows with code words of their own."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from nlucompress.algo.coding import bounds, commonrows, rowcode
from nlucompress.algo.coding.rowcode import Rows, Shape


def drawn(rows: int = 3000, columns: int = 7, alphabet: int = 9) -> tuple[Rows, Shape]:
    """Rows of 0 to 6 entries, most of them one of a few."""
    random = np.random.default_rng(4)
    kinds = [np.sort(random.permutation(columns)[: random.integers(0, columns)]) for _ in range(40)]
    chosen = [kinds[at] for at in (random.geometric(0.15, rows) - 1) % len(kinds)]
    counts = np.array([len(each) for each in chosen], np.int64)
    of = np.concatenate(chosen).astype(np.int64)
    symbols = (of * 5 + (random.random(len(of)) < 0.1)) % alphabet
    return Rows(counts, of, symbols.astype(np.int64)), Shape(rows, columns, True, 1, alphabet, 0)


def entries(rows: Rows) -> list[list[tuple[int, int]]]:
    """Columns and symbols of each row."""
    pairs = list(zip(rows.columns.tolist(), rows.symbols.tolist(), strict=True))
    ends = np.cumsum(rows.counts).tolist()
    return [pairs[end - count : end] for end, count in zip(ends, rows.counts.tolist(), strict=True)]


@pytest.mark.parametrize("least", [1, 5, 100])
def test_rows_come_back(least: int) -> None:
    rows, shape = drawn()
    common = commonrows.choose(rows, shape, least)
    assert common.size <= commonrows.MOST_ROWS
    assert len(set(map(tuple, entries(common.take(np.arange(common.size)))))) == common.size
    told = common.reduced(rows, shape)
    assert told.common is not None
    before, left = entries(rows), entries(told)
    listed = entries(common.take(np.maximum(told.common, 0)))
    for row, which in enumerate(told.common.tolist()):
        assert before[row] == (listed[row] if which >= 0 else left[row])
        assert which < 0 or not left[row]
    times = np.bincount(told.common[told.common >= 0], minlength=common.size)
    assert (times >= least + commonrows.TIMES_PER_ENTRY * (common.lengths - 1)).all()


def test_the_list_is_read_again() -> None:
    rows, shape = drawn()
    common = commonrows.choose(rows, shape, 5)
    assert commonrows.able(common.counts)
    data = commonrows.write(common, shape)
    again = commonrows.parse(data, common.counts, shape)
    assert (again.columns == common.columns).all()
    assert (again.symbols == common.symbols).all()
    with pytest.raises(ValueError, match="do not fill"):
        commonrows.parse(data[:-1], common.counts, shape)
    with pytest.raises(ValueError, match="do not ascend"):
        commonrows.parse(np.zeros(2, np.uint8), (0, 1), shape)
    with pytest.raises(ValueError, match="beyond the alphabet"):
        commonrows.parse(np.full(1, 0b0001_1110, np.uint8), (1,), shape)


def test_no_row_is_common() -> None:
    rows, shape = drawn(30)
    nothing = commonrows.NONE
    assert not commonrows.able(nothing.counts)
    told = nothing.reduced(rows, shape)
    assert entries(told) == entries(rows)
    assert len(commonrows.write(nothing, shape)) == 0
    assert commonrows.choose(rows, shape, 31).size == 0


def test_the_bound_knows_common_rows() -> None:
    rows, shape = drawn()
    common = commonrows.choose(rows, shape, 5)
    told = common.reduced(rows, shape)
    with_them = replace(shape, common=common.size)
    codes = rowcode.fit_codes(told, with_them)
    least = bounds.code_bound(told, with_them)
    assert 0.9 * rowcode.stream_bits(told, with_them, codes) < least
    assert least < bounds.code_bound(rows, shape)
