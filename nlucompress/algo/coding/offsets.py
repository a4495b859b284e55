"""Ascending offsets in a few bits each, with constant-time access.

Every ``stride``-th offset is an anchor of full width; the ones between are predicted on the
straight line to the next anchor, and a correction of fixed width makes up the difference:

    offset(i) = a[j] + floor((a[j+1] - a[j]) * k / stride) + correction(i) - 2^(width - 1)

with j = i // stride, k = i % stride. For rows of similar length this takes about as much as
Elias-Fano and needs no select structure to find an offset.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nlucompress.algo.coding import bits

Int64 = NDArray[np.int64]

STRIDES = (16, 32, 64, 128)


@dataclass(frozen=True)
class Offsets:
    """Packed offsets.

    Attributes:
        count: Number of offsets.
        end: A bound that no offset exceeds; it fixes the width of an anchor.
        stride: Offsets per anchor.
        width: Bits of a correction.
        data: uint8: the anchors (one more than segments), then the corrections.
    """

    count: int
    end: int
    stride: int
    width: int
    data: NDArray[np.uint8]

    @property
    def anchor_width(self) -> int:
        """Bits of an anchor."""
        return self.end.bit_length()

    def __getitem__(self, index: Int64) -> Int64:
        """Offsets at these indices, each in [0, count)."""
        segment, k = np.divmod(index, self.stride)
        at = segment * self.anchor_width
        anchor = bits.read(self.data, at, self.anchor_width).astype(np.int64)
        following = bits.read(self.data, at + self.anchor_width, self.anchor_width).astype(np.int64)
        corrections = anchor_count(self.count, self.stride) * self.anchor_width
        correction = bits.read(self.data, corrections + index * self.width, self.width)
        half = 1 << self.width >> 1
        line = anchor + (following - anchor) * k // self.stride
        return line + correction.astype(np.int64) - half

    @property
    def size(self) -> int:
        """Bytes that the parameters ask for."""
        return packed_size(self.count, self.end, self.stride, self.width)


def anchor_count(count: int, stride: int) -> int:
    """Anchors of this many offsets: one per segment and one that closes the last."""
    return -(-count // stride) + 1


def packed_size(count: int, end: int, stride: int, width: int) -> int:
    """Bytes of packed offsets with these parameters."""
    return bits.byte_length(anchor_count(count, stride) * end.bit_length() + count * width)


def pack(offsets: Int64, end: int) -> Offsets:
    """Pack ascending offsets, all in [0, end], by the stride that takes the least room."""
    return min((_pack(offsets, end, stride) for stride in STRIDES), key=lambda each: each.size)


def _pack(offsets: Int64, end: int, stride: int) -> Offsets:
    count = len(offsets)
    if not count:
        return Offsets(0, end, stride, 0, bits.pack(np.array([end], np.uint64), end.bit_length()))
    anchors = np.append(offsets[::stride], end)
    segment, k = np.divmod(np.arange(count), stride)
    line = anchors[segment] + (anchors[segment + 1] - anchors[segment]) * k // stride
    residual = offsets - line
    # Two's complement: 0 and -1 take one bit, and nothing at all takes none.
    width = 1 + max(int(r if r >= 0 else ~r).bit_length() for r in (residual.min(), residual.max()))
    width = width if residual.any() else 0
    half = 1 << width >> 1
    values = np.concatenate((anchors, residual + half)).astype(np.uint64)
    widths = np.concatenate(
        (np.full(len(anchors), end.bit_length()), np.full(count, width, np.int64))
    )
    return Offsets(count, end, stride, width, bits.pack(values, widths))
