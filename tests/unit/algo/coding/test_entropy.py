"""Prefix codes: their shortest files, canonical words, bounds and refusals."""

from __future__ import annotations

import heapq
import math

import numpy as np
import pytest

from nlucompress.algo.coding import bits, entropy
from tests.builders.samples import int64, uint8

X = entropy.ABSENT


def written(*lengths: int) -> bytes:
    """The file of a code of these lengths."""
    values, widths = entropy.write(entropy.PrefixCode(uint8(*lengths)))
    return bits.pack(np.array(values, np.uint64), np.array(widths, np.int64)).tobytes()


def huffman_cost(counts: list[int]) -> int:
    """Bits of a text in the best prefix code of any length."""
    heap = [count for count in counts if count]
    heapq.heapify(heap)
    total = 0
    while len(heap) > 1:
        joined = heapq.heappop(heap) + heapq.heappop(heap)
        total += joined
        heapq.heappush(heap, joined)
    return total


@pytest.mark.parametrize(
    ("lengths", "file"),
    [
        ((1, X, 2, 2), b"\x10\x22"),  # a nibble each, 0 for absent
        ((1, X, X, 1), b"\x10\x01"),  # two absent symbols stay nibbles
        ((1, X, X, X, X, X, 1), b"\x1e\x31"),  # 14, then the run less 2
        ((1, *[X] * 17, 1), b"\x1e\xf1"),  # the longest short run
        ((1, *[X] * 18, 1), b"\x1f\x00\x10"),  # 15, then the run less 18 in 8 bits
        ((1, *[X] * 273, 1), b"\x1f\xff\x10"),  # the longest run
        ((1, *[X] * 277, 1), b"\x1f\xff\xe2\x10"),
        ((X, 1), b"\x01"),  # the only symbol takes a bit
        ((X, X, X), b"\xe1"),
        ((), b""),
    ],
)
def test_smallest_files(lengths: tuple[int, ...], file: bytes) -> None:
    assert written(*lengths) == file
    reader = entropy.BitReader(np.frombuffer(file, np.uint8))
    assert entropy.parse(reader, len(lengths)).lengths.tolist() == list(lengths)
    assert (reader.position + 7) // 8 == len(file)


def test_words_ascend_by_length_then_symbol() -> None:
    code = entropy.PrefixCode(uint8(3, 1, X, 3, 2))
    # 1: 0, 4: 10, 0: 110, 3: 111
    assert code.codes.tolist() == [0b110, 0, 0, 0b111, 0b10]


def test_window_decodes_every_word() -> None:
    code = entropy.PrefixCode(uint8(3, 1, X, 3, 2))
    symbols, lengths = code.window
    assert (symbols.shape, lengths.shape) == ((4096,), (4096,))
    for symbol, word, length in [(1, 0b0, 1), (4, 0b10, 2), (0, 0b110, 3), (3, 0b111, 3)]:
        low, high = word << (12 - length), (word + 1) << (12 - length)
        assert (symbols[low:high] == symbol).all()
        assert (lengths[low:high] == length).all()


def test_a_lone_symbol_takes_one_bit() -> None:
    code = entropy.fit(int64(0, 9, 0))
    assert code.lengths.tolist() == [X, 1, X]
    assert code.cost(int64(0, 9, 0)) == 9
    assert (code.window[0] == 1).all()


def test_no_symbol_at_all() -> None:
    code = entropy.fit(int64(0, 0))
    assert code.lengths.tolist() == [X, X]
    assert code.cost(int64(0, 0)) == 0


def test_fibonacci_counts_meet_the_limit() -> None:
    """Plain Huffman would take 29 bits for the rarest symbol."""
    counts = [1, 1]
    while len(counts) < 30:
        counts.append(counts[-1] + counts[-2])
    code = entropy.fit(int64(*counts))
    assert int(code.lengths.max()) == entropy.MAX_LENGTH
    assert code.cost(int64(*counts)) > huffman_cost(counts)
    assert code.cost(int64(*counts)) < 1.02 * huffman_cost(counts)


def test_optimal_where_the_limit_does_not_bind() -> None:
    counts = [1, 1]
    while len(counts) < 13:  # Huffman's longest word takes exactly 12 bits
        counts.append(counts[-1] + counts[-2])
    assert entropy.fit(int64(*counts)).cost(int64(*counts)) == huffman_cost(counts)


def test_the_largest_alphabet() -> None:
    code = entropy.fit(np.arange(1, 4097))
    assert (code.lengths == 12).all()
    with pytest.raises(ValueError, match="4097 symbols"):
        entropy.fit(np.ones(4097, np.int64))


def test_entropy_bits() -> None:
    assert entropy.entropy_bits(int64(4, 0, 4)) == 8.0
    assert entropy.entropy_bits(int64(7)) == 0.0
    assert entropy.entropy_bits(int64(0)) == 0.0
    expected = 1 * math.log2(4) + 3 * math.log2(4 / 3)
    assert entropy.entropy_bits(int64(1, 3)) == pytest.approx(expected)


@pytest.mark.parametrize("lengths", [(2,), (1, 2), (1, 1, 1), (2, 2, 2)])
def test_incomplete_code_is_refused(lengths: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match="no complete prefix code"):
        entropy.PrefixCode(uint8(*lengths))


def test_words_have_1_to_12_bits() -> None:
    entropy.PrefixCode(uint8(*range(1, 13), 12))
    for lengths in ((*range(1, 14), 13), (0,), (0, 1), (0, 0)):
        with pytest.raises(ValueError, match="outside 1 to 12 bits"):
            entropy.PrefixCode(uint8(*lengths))


@pytest.mark.parametrize(
    ("file", "symbols", "message"),
    [
        (b"", 1, "ends too early"),
        (b"\x1e", 4, "ends too early"),
        (b"\x2e\x31", 6, "no complete prefix code"),
        (b"\x11\xe0", 3, "leaves the alphabet"),
        (b"\x11\xf0\x00", 19, "leaves the alphabet"),
        (b"\x22", 2, "no complete prefix code"),
        (b"\xdd", 2, "outside 1 to 12 bits"),
    ],
)
def test_damaged_code_is_refused(file: bytes, symbols: int, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        entropy.parse(entropy.BitReader(np.frombuffer(file, np.uint8)), symbols)


def test_reader_takes_and_peeks() -> None:
    reader = entropy.BitReader(uint8(0b10110011, 0b11110000))
    assert (reader.take(1), reader.take(3), reader.take(0)) == (1, 0b011, 0)
    assert reader.peek(8) == 0b00111111
    assert reader.position == 4
    assert reader.take(12) == 0b001111110000
    assert reader.peek(12) == 0
    with pytest.raises(ValueError, match="ends too early"):
        reader.take(1)
