"""A TensorProto of ONNX: its name and its numbers, in any of the fields that may hold them."""

from __future__ import annotations

import itertools
import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nlucompress.errors import FormatError
from nlucompress.format import protobuf

DTYPES = {1: "<f4", 2: "u1", 3: "i1", 6: "<i4", 7: "<i8", 10: "<f2", 11: "<f8"}
BFLOAT16 = 16
MAX_DIMS = 8


def parse(data: memoryview, where: str) -> tuple[str, NDArray[Any] | None]:
    """Name and array; None for types that are no numbers of ours.

    Raises:
        FormatError: It is damaged, or its numbers lie in another file.
    """
    dims: list[int] = []
    kind, name, raw = 0, "", None
    numbers: list[NDArray[Any]] = []
    for number, value in protobuf.fields(data, where):
        if number == 1:
            sizes = protobuf.varints(value, where) if isinstance(value, memoryview) else [value]
            dims += itertools.islice(sizes, MAX_DIMS + 1 - len(dims))
        elif number == 2 and isinstance(value, int):
            kind = value
        elif number in (8, 9) and isinstance(value, memoryview):
            name, raw = (text(value, where), raw) if number == 8 else (name, value)
        elif number in (4, 10) and isinstance(value, memoryview):
            numbers.append(_plain(value, "<f4" if number == 4 else "<f8", where))
        elif number in (5, 7) and isinstance(value, memoryview):
            numbers.append(np.fromiter(protobuf.varints(value, where), np.int64))
        elif number in (5, 7) and isinstance(value, int):
            numbers.append(np.array([protobuf.signed(value)]))
        elif number in (13, 14) and value:
            raise FormatError(f"{where}: the weights lie in another file; save them in this one")
    if kind not in DTYPES and kind != BFLOAT16:
        return name, None
    if raw is not None:
        array = _plain(raw, DTYPES.get(kind, "<u2"), where)
        if kind == BFLOAT16:
            array = (array.astype(np.uint32) << 16).view(np.float32)
    else:
        array = np.concatenate(numbers) if numbers else np.zeros(0)
        if kind in (10, BFLOAT16):  # stored as the integers of their bits
            return name, None
        array = array.astype(DTYPES[kind])
    size = math.prod(each or 1 for each in dims)
    if len(dims) > MAX_DIMS or size >= 1 << 59 or math.prod(dims) != len(array):
        raise FormatError(f"{where}: tensor {name!r}: {len(array)} numbers, but the shape {dims}")
    return name, array.reshape(dims)


def _plain(data: memoryview, dtype: str, where: str) -> NDArray[Any]:
    if len(data) % np.dtype(dtype).itemsize:
        raise FormatError(f"{where}: a tensor's bytes are no whole numbers; is the file damaged?")
    return np.frombuffer(data, dtype)


def text(data: memoryview, where: str) -> str:
    """A string.

    Raises:
        FormatError: It is no UTF-8.
    """
    try:
        return bytes(data).decode()
    except UnicodeDecodeError:
        raise FormatError(f"{where}: a name is no UTF-8; is the file damaged?") from None
