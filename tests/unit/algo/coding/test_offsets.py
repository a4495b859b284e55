"""Packed offsets, against bytes spelled out and against the list itself."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from nlucompress.algo.coding import offsets
from tests.builders.samples import int64


def unpacked(packed: offsets.Offsets) -> list[int]:
    """All offsets."""
    result: list[int] = packed[np.arange(packed.count, dtype=np.int64)].tolist()
    return result


def test_smallest_file() -> None:
    packed = offsets.pack(int64(0, 3, 6), 9)
    # Anchors 0 and 9; on the line to 9 over 16 steps lie 0, 0, 1; corrections 0, 3, 5, each + 8.
    assert (packed.stride, packed.width, packed.anchor_width) == (16, 4, 4)
    assert packed.data.tobytes() == b"\x09\x8b\xd0"
    assert unpacked(packed) == [0, 3, 6]


def test_a_straight_line_takes_no_corrections() -> None:
    packed = offsets.pack(np.arange(0, 1280, 10, dtype=np.int64), 1280)
    assert (packed.stride, packed.width) == (128, 0)
    assert packed.data.tobytes() == b"\0\x14\0"  # 0 and 1280 in 11 bits
    assert unpacked(packed) == list(range(0, 1280, 10))


@pytest.mark.parametrize("end", [0, 1, 255, 256, 1 << 40])
def test_no_offsets_still_name_their_end(end: int) -> None:
    packed = offsets.pack(int64(), end)
    assert (packed.count, len(packed.data)) == (0, packed.size)


@pytest.mark.parametrize(
    ("values", "end"),
    [
        ([0], 0),
        ([0], 7),
        ([0] * 40, 0),
        ([0] * 39 + [5], 5),
        ([7] * 129, 7),
        ([0] * 16 + [1 << 40] * 17, 1 << 40),
        ([*range(200)], 1 << 40),
    ],
)
def test_round_trip(values: list[int], end: int) -> None:
    packed = offsets.pack(int64(*values), end)
    assert unpacked(packed) == values
    assert len(packed.data) == packed.size


def test_the_least_room_of_all_strides() -> None:
    rng = np.random.default_rng(3)
    values = np.concatenate(([0], np.cumsum(rng.integers(0, 90, 999))))
    packed = offsets.pack(values, 90_000)
    sizes = [len(offsets._pack(values, 90_000, stride).data) for stride in offsets.STRIDES]
    assert len(packed.data) == min(sizes)


def test_random_access_in_any_order() -> None:
    values: NDArray[np.int64] = np.arange(500, dtype=np.int64) ** 2
    packed = offsets.pack(values, 250_000)
    index = int64(499, 0, 17, 17, 128, 127)
    assert np.array_equal(packed[index], values[index])


def test_rows_of_like_length_take_few_bits() -> None:
    rng = np.random.default_rng(5)
    values = np.concatenate(([0], np.cumsum(rng.integers(20, 30, 4095))))
    packed = offsets.pack(values, int(values[-1]) + 30)
    # A plain table of the same offsets takes 17 bits each.
    assert 8 * len(packed.data) / len(values) < 9
