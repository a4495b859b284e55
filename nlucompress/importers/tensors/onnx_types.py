"""Numbers of ONNX whose elements NumPy has no type for: bfloat16, and those of 8 bits and fewer.

The encodings are those of ONNX's documents on float8 and the types of 6, 4 and 2 bits. Elements of
fewer than 8 bits share bytes, the first in the lowest bits; what fills up the last is not read.
"""

from __future__ import annotations

import functools
import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

NAMES = {
    1: "FLOAT", 2: "UINT8", 3: "INT8", 4: "UINT16", 5: "INT16", 6: "INT32", 7: "INT64",
    8: "STRING", 9: "BOOL", 10: "FLOAT16", 11: "DOUBLE", 12: "UINT32", 13: "UINT64",
    14: "COMPLEX64", 15: "COMPLEX128", 16: "BFLOAT16", 17: "FLOAT8E4M3FN", 18: "FLOAT8E4M3FNUZ",
    19: "FLOAT8E5M2", 20: "FLOAT8E5M2FNUZ", 21: "UINT4", 22: "INT4", 23: "FLOAT4E2M1",
    24: "FLOAT8E8M0", 25: "UINT2", 26: "INT2", 27: "FLOAT6E2M3",
    28: "FLOAT6E3M2",
}  # fmt: skip
PLAIN = {1: "<f4", 2: "u1", 3: "i1", 4: "<u2", 5: "<i2", 6: "<i4", 7: "<i8", 10: "<f2", 11: "<f8"}
FLOATS = (1, 10, 11, 16)  # that are weights as they stand, without a scale
FLOAT16, BFLOAT16, E8M0 = 10, 16, 24
# Bits of the mantissa, the exponent's bias, and the codes of what is not a number.
_SMALL = {17: (3, 7, (0x7F, 0xFF)), 18: (3, 8, (0x80,)), 19: (2, 15, (0x7C, 0x7D, 0x7E, 0x7F, 0xFC,
          0xFD, 0xFE, 0xFF)), 20: (2, 16, (0x80,)), 23: (1, 1, ()),
          27: (3, 1, ()), 28: (2, 3, ())}  # fmt: skip
_BITS = {21: 4, 22: 4, 23: 4, 25: 2, 26: 2, 27: 6, 28: 6}


def stored(kind: int) -> str | None:
    """The NumPy type of the units that elements lie in; None for what is not read."""
    if kind in PLAIN:
        return PLAIN[kind]
    if kind == BFLOAT16:
        return "<u2"
    return "u1" if kind in _BITS or kind in _SMALL or kind == E8M0 else None


def units(kind: int, count: int) -> int:
    """How many units hold so many elements."""
    return -(-count * _BITS[kind] // 8) if kind in _BITS else count


def decoded(kind: int, array: NDArray[Any], count: int) -> NDArray[Any]:
    """The elements of units: integers, or floats; what is not a number is NaN."""
    if kind == BFLOAT16:
        array = (array.astype(np.uint32) << 16).view(np.float32)
    if kind in _BITS:
        bits = _BITS[kind]
        single = np.unpackbits(array, count=count * bits, bitorder="little").reshape(count, bits)
        array = np.packbits(single, axis=1, bitorder="little").reshape(count)
        if kind in (22, 26):  # two's complement
            half = 1 << bits - 1
            array = (array.astype(np.int8) ^ half) - np.int8(half)
    if kind in _SMALL or kind == E8M0:
        array = _table(kind)[array]
    return array


@functools.cache
def _table(kind: int) -> NDArray[np.float32]:
    """The number of each code."""
    if kind == E8M0:
        return np.array([math.ldexp(1, code - 127) for code in range(255)] + [np.nan], np.float32)
    mantissa, bias, none = _SMALL[kind]
    sign = 1 << _BITS.get(kind, 8) - 1
    numbers = []
    for code in range(2 * sign):
        exponent, rest = divmod(code & sign - 1, 1 << mantissa)
        whole = rest + (1 << mantissa if exponent else 0)
        number = math.ldexp(whole, max(exponent, 1) - bias - mantissa)
        numbers.append(math.nan if code in none else -number if code & sign else number)
    return np.array(numbers, np.float32)
