"""Packing of values into bits, against bytes spelled out and against Python's big integers."""

from __future__ import annotations

import numpy as np
import pytest

from nlucompress.algo.coding import bits
from tests.builders.samples import int64, uint8


def test_smallest_file() -> None:
    # 001 010 011, then seven unused bits.
    packed = bits.pack(np.array([1, 2, 3], np.uint64), 3)
    assert packed.dtype == np.uint8
    assert packed.tobytes() == b"\x29\x80"


def test_widths_may_differ() -> None:
    # 1, nothing, 0000101, 10101010 1
    packed = bits.pack(np.array([1, 0, 5, 0x155], np.uint64), int64(1, 0, 7, 9))
    assert packed.tobytes() == b"\x85\xaa\x80"


def test_no_values_take_no_bytes() -> None:
    assert bits.pack(np.zeros(0, np.uint64), 5).tobytes() == b""


def test_values_of_no_bits_take_no_bytes() -> None:
    assert bits.pack(np.zeros(9, np.uint64), 0).tobytes() == b""


@pytest.mark.parametrize("chunk", [1, 2, 3, 7, 8])
def test_chunks_leave_no_seam(chunk: int, monkeypatch: pytest.MonkeyPatch) -> None:
    values = np.arange(20, dtype=np.uint64)
    whole = bits.pack(values, 5).tobytes()
    monkeypatch.setattr(bits, "_CHUNK", chunk)
    assert bits.pack(values, 5).tobytes() == whole


@pytest.mark.parametrize("width", range(1, bits.MAX_WIDTH + 1))
def test_every_width_at_every_bit_of_a_byte(width: int) -> None:
    data = uint8(0xB7, 0x1E, 0x55, 0xFF, 0x00, 0x9D, 0x3C, 0x81, 0x6A)
    number = int.from_bytes(data.tobytes(), "big")
    positions = np.arange(min(8, 73 - width), dtype=np.int64)
    expected = [(number >> (72 - at - width)) & ((1 << width) - 1) for at in positions.tolist()]
    assert bits.read(data, positions, width).tolist() == expected


def test_read_follows_the_rule_of_the_module() -> None:
    data = uint8(0b10110001, 0b01000000)
    read = bits.read(data, np.arange(16, dtype=np.int64), 1).tolist()
    assert read == [(int(data[i // 8]) >> (7 - i % 8)) & 1 for i in range(16)]


def test_read_keeps_the_shape_of_the_positions() -> None:
    assert bits.read(uint8(0x12, 0x34), int64(0, 4, 8, 12).reshape(2, 2), 4).tolist() == [
        [1, 2],
        [3, 4],
    ]


def test_no_bits_read_as_zero() -> None:
    assert bits.read(uint8(255), int64(0, 5), 0).tolist() == [0, 0]
    assert bits.read(np.zeros(0, np.uint8), int64(0, 5), 3).tolist() == [0, 0]


def test_reading_past_the_end_is_no_fault() -> None:
    read = bits.read(uint8(0xF0), int64(0, 4, 1 << 40), 57)
    assert read.shape == (3,)
    assert int(read[0]) >> 49 == 0xF0


@pytest.mark.parametrize(("count", "length"), [(0, 0), (1, 1), (8, 1), (9, 2), (1 << 40, 1 << 37)])
def test_byte_length(count: int, length: int) -> None:
    assert bits.byte_length(count) == length
