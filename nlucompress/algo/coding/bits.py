"""Bit arrays: values of a fixed or varying width, most significant bit first.

Bit ``i`` of an array of bytes is ``(data[i // 8] >> (7 - i % 8)) & 1``, and a value of ``width``
bits at position ``p`` is the big-endian number that bits ``p .. p + width - 1`` spell. Everything
packed in an artifact (hash blocks, fingerprints, codes, offsets) follows this one rule.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Bytes = NDArray[np.uint8]
Int64 = NDArray[np.int64]
UInt64 = NDArray[np.uint64]

MAX_WIDTH = 57  # 64 bits less the 7 by which a value can miss a byte boundary
_CHUNK = 1 << 20


def pack(values: NDArray[np.unsignedinteger], widths: NDArray[np.integer] | int) -> Bytes:
    """Write values one after the other, each in its own number of bits.

    Args:
        values: Non-negative integers, shape (n,); each must fit its width.
        widths: Bits per value, one number or shape (n,), 0 to 57.

    Returns:
        ceil(sum(widths) / 8) bytes, the unused low bits of the last one zero.
    """
    if isinstance(widths, int) and widths in (8, 16):  # whole bytes, as fingerprints often are
        return values.astype(f">u{widths // 8}").view(np.uint8)
    values = np.asarray(values, np.uint64)
    widths = np.broadcast_to(np.asarray(widths, np.int64), values.shape)
    pieces: list[Bytes] = []
    carry = np.zeros(0, np.uint8)  # bits (one a byte) that did not fill the last byte
    for begin in range(0, len(values), _CHUNK):
        chunk, width = values[begin : begin + _CHUNK], widths[begin : begin + _CHUNK]
        ends = np.cumsum(width) + len(carry)
        starts = ends - width
        bits = np.zeros(int(ends[-1]), np.uint8)
        bits[: len(carry)] = carry
        for k in range(int(width.max())):
            has = width > k
            shift = (width[has] - 1 - k).astype(np.uint64)
            bits[starts[has] + k] = (chunk[has] >> shift) & np.uint64(1)
        whole = len(bits) - len(bits) % 8
        pieces.append(np.packbits(bits[:whole]))
        carry = bits[whole:]
    pieces.append(np.packbits(carry))
    return np.concatenate(pieces)


def read(data: Bytes, positions: Int64, width: int) -> UInt64:
    """Read one value of ``width`` bits at each position (in bits), vectorized.

    Positions must be non-negative. Past the end of the data the bits are unspecified (never a
    fault): callers bound their positions by the format's own counts.
    """
    if width == 0 or len(data) == 0:
        return np.zeros(positions.shape, np.uint64)
    byte = positions >> 3
    if len(data) >= 8:
        # The eight bytes from each byte on, in place; near the end those that are left.
        eight: UInt64 = np.ndarray(len(data) - 7, ">u8", data, strides=(1,))
        byte = np.minimum(byte, len(data) - 8)
        skipped = (positions - (byte << 3)).astype(np.uint64)
        values: UInt64 = (eight[byte].astype(np.uint64) << skipped) >> np.uint64(64 - width)
        return values
    last = len(data) - 1
    window = np.zeros(positions.shape, np.uint64)
    # A value that starts at bit 7 of a byte touches ceil((width + 7) / 8) bytes.
    touched = (width + 14) // 8
    for k in range(touched):
        window = (window << np.uint64(8)) | data[np.minimum(byte + k, last)]
    shift = (8 * touched - width - (positions & 7)).astype(np.uint64)
    return (window >> shift) & np.uint64((1 << width) - 1)


def byte_length(bits: int) -> int:
    """Bytes that hold this number of bits."""
    return (bits + 7) // 8
