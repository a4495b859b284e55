"""Binary models of CRF++: labels and templates, a double array of features, float32 weights.

    uint32 version, int32 0, binary64 cost factor
    uint32 weights, columns, bytes of the double array, bytes of the labels
    labels, each with a NUL behind it; uint32 bytes of the templates; templates, NULs behind each
    int32 base, uint32 check       a unit of the double array (Darts 0.3)
    float32                        the weights

In the double array, a node is known by its base b: the child by byte c lies at unit b + c + 1, the
value at unit b, as -1 - value, if its own base is below zero; both have b as their check. The root
is unit 0.
"""

from __future__ import annotations

import struct

import numpy as np
from numpy.typing import NDArray

from nlucompress.errors import FormatError

Int64 = NDArray[np.int64]
Found = tuple[list[bytes], list[bytes], list[bytes], Int64, NDArray[np.float64]]

_BEGIN = struct.pack("<Ii", 100, 0)  # the only version there was
_HEADER = struct.Struct("<8xd4I")
GROWTH = 64  # the features' names take at most so many times the file's bytes


def recognizes(head: bytes) -> bool:
    """Whether a file begins as one."""
    return head[:8] == _BEGIN and len(head) >= _HEADER.size


def read(data: bytes, where: str) -> Found:
    """Labels, templates, features, where the weights of each begin, and the weights.

    Raises:
        FormatError: The file is damaged.
    """
    factor, count, _, size, length = _HEADER.unpack_from(data)
    at = _HEADER.size
    labels = data[at : at + length]
    at += length
    if len(data) < at + 4:
        raise FormatError(f"{where}: the file ends within the labels; cut off?")
    (length,) = struct.unpack_from("<I", data, at)
    templates = data[at + 4 : at + 4 + length]
    at += 4 + length
    if size % 8 or len(data) != at + size + 4 * count:
        raise FormatError(
            f"{where}: {size:,} bytes of features and {count:,} weights are announced, but "
            f"{len(data) - at:,} bytes follow; is the file cut off?"
        )
    values = np.frombuffer(data, "<f4", offset=at + size).astype(np.float64) * factor
    names, begins = _features(data[at : at + size], GROWTH * len(data), where)
    return _strings(labels), _strings(templates), names, begins, values


def _strings(data: bytes) -> list[bytes]:
    """Strings with NULs behind them."""
    return [each for each in data.split(b"\0") if each]


def _features(array: bytes, most: int, where: str) -> tuple[list[bytes], Int64]:
    """Every key of a double array and its value, in the order of the units.

    All keys are walked at once, from their last byte to the root.
    """
    units = np.frombuffer(array, "<i4").reshape(-1, 2).astype(np.int64)
    base, check = units[:, 0], units[:, 1]
    if not len(base) or base[0] <= 0:
        raise FormatError(f"{where}: the features have no root")
    spots = np.arange(len(base))
    inner = spots[(base > 0) & (check > 0) & (spots > check) & (spots <= check + 256)]
    owner = np.zeros(len(base), np.int64)  # of each base: the unit that has it
    fits = inner[base[inner] < len(base)]
    owner[base[fits]] = fits
    ends = spots[(base < 0) & (check == spots)]
    columns, walking, node, left = list[tuple[Int64, Int64]](), np.arange(len(ends)), ends, most
    while len(walking):
        on = node != base[0]
        walking, node = walking[on], node[on]
        unit = owner[node]
        left -= len(unit)
        if (unit == 0).any() or left < 0:
            raise FormatError(f"{where}: the features lead nowhere; is the file damaged?")
        columns.append((walking, unit - check[unit] - 1))
        node = check[unit]
    names = [bytearray() for _ in ends]
    for which, letters in columns:
        for at, letter in zip(which.tolist(), letters.tolist(), strict=True):
            names[at].append(letter)
    return [bytes(name[::-1]) for name in names], -1 - base[ends]
