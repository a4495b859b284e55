"""Coded rows: tokens, gaps, classes, and the stream against bits spelled out."""

from __future__ import annotations

import numpy as np
import pytest

from nlucompress.algo.coding import entropy, offsets, rowcode
from nlucompress.algo.coding.rowdecode import Decoder
from tests.builders.samples import int64, uint8

PAIR = rowcode.Rows(int64(2, 0, 1), int64(0, 3, 2), int64(1, 1, 0))
PAIR_SHAPE = rowcode.Shape(3, 4, True, 2, 2, 0)


def test_tokens_of_large_numbers() -> None:
    numbers = int64(0, 1, 127, 128, 129, 255, 256, 1000, (1 << 20) - 1)
    token, extra, width = rowcode.tokenize(numbers)
    assert token.tolist() == [0, 1, 127, 128, 128, 128, 129, 130, 140]
    assert extra.tolist() == [0, 0, 0, 0, 1, 127, 0, 488, (1 << 19) - 1]
    assert width.tolist() == [0, 0, 0, 7, 7, 7, 8, 9, 19]


@pytest.mark.parametrize("limit", [1, 2, 127, 128, 129, 130, 255, 256, 257, 512, 513, 1 << 20])
def test_tokens_below_counts_them(limit: int) -> None:
    assert rowcode.tokens_below(limit) == int(rowcode.tokenize(int64(limit - 1))[0][0]) + 1


def test_no_numbers_no_tokens() -> None:
    assert rowcode.tokens_below(0) == 0


def test_classes_of_counts() -> None:
    counts = int64(0, 1, 2, 3, 4, 5, 8, 9, 16, 17, 10_000)
    assert rowcode.count_class(counts).tolist() == [0, 0, 1, 2, 2, 3, 3, 4, 4, 5, 5]


def test_gaps_start_anew_in_each_row() -> None:
    rows = rowcode.Rows(int64(2, 0, 3, 1), int64(1, 4, 0, 1, 9, 9), int64(*[0] * 6))
    assert rowcode.gaps_of(rows).tolist() == [1, 2, 0, 0, 7, 9]


def test_gaps_of_empty_rows() -> None:
    assert rowcode.gaps_of(rowcode.Rows(int64(0, 0), int64(), int64())).tolist() == []


def test_smallest_stream() -> None:
    codes = rowcode.fit_codes(PAIR, PAIR_SHAPE)
    stream, starts, length = rowcode.encode(PAIR, PAIR_SHAPE, codes)
    # Counts 0, 1, 2 are 10, 11 and 0 (shorter for the first to be merged last), gaps of the class
    # of two entries 0 and 2 are 0 and 1; every other gap and symbol is a lone one of one bit.
    words = {
        int(n): (int(codes.counts[0].lengths[n]), int(codes.counts[0].codes[n])) for n in range(3)
    }
    spelled = "".join(f"{words[n][1]:0{words[n][0]}b}" for n in (2, 0)) + "00" + "10"
    second = f"{words[1][1]:0{words[1][0]}b}" + "00"
    assert starts.tolist() == [0, len(spelled)]
    assert length == len(spelled) + len(second)
    text = (spelled + second).ljust(8 * len(stream), "0")
    assert stream.tobytes() == int(text, 2).to_bytes(len(stream), "big")


def test_smallest_stream_of_fixed_width() -> None:
    rows = rowcode.Rows(int64(2, 2), int64(0, 1, 0, 1), int64(1, 2, 3, 4))
    shape = rowcode.Shape(2, 2, False, 1, 8, 3)
    codes = rowcode.fit_codes(rows, shape)
    stream, starts, length = rowcode.encode(rows, shape, codes)
    # 001 010 | 011 100
    assert (stream.tobytes(), starts.tolist(), length) == (b"\x29\xc0", [0, 6], 12)
    assert codes.all == []
    assert rowcode.write_codes(codes).tolist() == []
    read = Decoder(shape, codes, None, stream, length).rows(int64(1, 0, 1))
    assert read.symbols.tolist() == [3, 4, 1, 2, 3, 4]
    assert read.columns.tolist() == [0, 1] * 3


def test_rows_read_in_any_order() -> None:
    codes = rowcode.fit_codes(PAIR, PAIR_SHAPE)
    stream, starts, length = rowcode.encode(PAIR, PAIR_SHAPE, codes)
    decoder = Decoder(PAIR_SHAPE, codes, offsets.pack(starts, length), stream, length)
    read = decoder.rows(int64(2, 0, 1, 0))
    assert read.counts.tolist() == [1, 2, 0, 2]
    assert read.columns.tolist() == [2, 0, 3, 0, 3]
    assert read.symbols.tolist() == [0, 1, 1, 1, 1]
    assert decoder.rows(int64()).columns.tolist() == []


def test_code_tables_round_trip() -> None:
    codes = rowcode.fit_codes(PAIR, PAIR_SHAPE)
    written = rowcode.write_codes(codes)
    with_stream = np.concatenate((written, uint8(0xAA, 0x55)))
    parsed, length = rowcode.parse_codes(with_stream, PAIR_SHAPE)
    assert length == len(written)
    assert len(parsed.all) == 1 + 2 * rowcode.CLASSES
    for mine, theirs in zip(parsed.all, codes.all, strict=True):
        assert mine.lengths.tolist() == theirs.lengths.tolist()


@pytest.mark.parametrize("block_rows", [1, 2, 5, 64])
@pytest.mark.parametrize("sparse", [True, False])
def test_wide_rows(block_rows: int, sparse: bool) -> None:
    """Gaps and counts beyond 128 take extra bits."""
    rng = np.random.default_rng(11)
    columns = 700
    listed = rng.random((9, columns)) < (np.array([0, 0.002, 0.01, 0.3, 1] * 2)[:9, None])
    listed[3, :] = [column in (0, 699) for column in range(columns)]
    listed |= not sparse
    counts = listed.sum(axis=1).astype(np.int64)
    rows = rowcode.Rows(counts, np.nonzero(listed)[1], rng.integers(0, 5, int(counts.sum())))
    shape = rowcode.Shape(9, columns, sparse, block_rows, 5, 0)
    codes = rowcode.fit_codes(rows, shape)
    stream, starts, length = rowcode.encode(rows, shape, codes)
    assert len(stream) == (length + 7) // 8
    decoder = Decoder(shape, codes, offsets.pack(starts, length), stream, length)
    read = decoder.rows(np.arange(9))
    assert np.array_equal(read.counts, rows.counts)
    assert np.array_equal(read.columns, rows.columns)
    assert np.array_equal(read.symbols, rows.symbols)


def only(symbol: int, size: int) -> entropy.PrefixCode:
    """The code whose one bit always gives this symbol."""
    lengths = np.full(size, entropy.ABSENT, np.uint8)
    lengths[symbol] = 1
    return entropy.PrefixCode(lengths)


def damaged(count: int, gap: int) -> Decoder:
    """One row of four columns that claims this count and these gaps."""
    shape = rowcode.Shape(1, 4, True, 1, 2, 0)
    codes = rowcode.Codes([only(count, 130)], [only(gap, 130)] * 6, [only(1, 2)] * 6)
    return Decoder(shape, codes, offsets.pack(int64(0), 99), np.zeros(13, np.uint8), 99)


def test_damaged_counts_and_columns_are_refused() -> None:
    assert damaged(4, 0).rows(int64(0)).columns.tolist() == [0, 1, 2, 3]
    with pytest.raises(ValueError, match="more entries than columns"):
        damaged(5, 0).rows(int64(0))
    assert damaged(1, 3).rows(int64(0)).columns.tolist() == [3]
    with pytest.raises(ValueError, match="beyond the last column"):
        damaged(1, 4).rows(int64(0))
    with pytest.raises(ValueError, match="beyond the last column"):
        damaged(2, 3).rows(int64(0))


def test_a_symbol_beyond_the_alphabet_is_refused() -> None:
    # 010 | 111 in three bits each, of an alphabet of seven.
    shape = rowcode.Shape(2, 1, False, 1, 7, 3)
    decoder = Decoder(shape, rowcode.Codes(), None, uint8(0b01011100), 6)
    assert decoder.rows(int64(0)).symbols.tolist() == [2]
    with pytest.raises(ValueError, match="beyond the alphabet"):
        decoder.rows(int64(1))


def test_a_row_behind_the_end_of_the_stream_is_refused() -> None:
    codes = rowcode.fit_codes(PAIR, PAIR_SHAPE)
    stream, starts, length = rowcode.encode(PAIR, PAIR_SHAPE, codes)
    for end in range(length):
        decoder = Decoder(PAIR_SHAPE, codes, offsets.pack(starts, length), stream, end)
        with pytest.raises(ValueError, match="leaves the stream"):
            decoder.rows(int64(2))


def test_a_class_of_its_own_shortens_the_stream() -> None:
    """Rows of one entry hold symbol 0, rows of three hold symbol 1: a bit each, as the gaps."""
    counts = int64(*[1, 3] * 50)
    symbols = np.repeat((counts == 3).astype(np.int64), counts)
    columns = np.concatenate([np.arange(count) for count in counts.tolist()])
    rows, shape = rowcode.Rows(counts, columns, symbols), rowcode.Shape(100, 9, True, 4, 2, 0)
    length = rowcode.encode(rows, shape, rowcode.fit_codes(rows, shape))[2]
    assert length == 100 + 2 * 200  # a bit per row for its count, two per entry
