"""A TensorProto of ONNX: its name and its numbers, in any of the fields that may hold them."""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nlucompress.errors import FormatError
from nlucompress.importers.tensors import onnx_types
from nlucompress.io import protobuf

MAX_DIMS = 8


@dataclass(frozen=True)
class Tensor:
    """What a TensorProto holds.

    Attributes:
        name: Its name.
        kind: Number of its type in ONNX.
        shape: Its sizes.
        array: Its numbers, None for types that are not read.
    """

    name: str
    kind: int
    shape: tuple[int, ...]
    array: NDArray[Any] | None

    @property
    def type(self) -> str:
        """Name of the type."""
        return onnx_types.NAMES.get(self.kind, f"type {self.kind}")


def parse(data: memoryview, where: str) -> Tensor:
    """Name, type, shape and numbers.

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
    dtype = onnx_types.stored(kind)
    size = math.prod(each or 1 for each in dims)
    if len(dims) > MAX_DIMS or min(dims, default=0) < 0 or size >= 1 << 59:
        raise FormatError(f"{where}: tensor {name!r}: the shape {dims[:MAX_DIMS]} is out of range")
    if dtype is None:
        return Tensor(name, kind, tuple(dims), None)
    if raw is not None:
        array = _plain(raw, dtype, where)
    else:
        array = np.concatenate(numbers) if numbers else np.zeros(0)
        array = _units(array, kind, dtype, f"{where}: tensor {name!r}")
    if onnx_types.units(kind, math.prod(dims)) != len(array):
        raise FormatError(f"{where}: tensor {name!r}: {len(array)} numbers, but the shape {dims}")
    array = onnx_types.decoded(kind, array, math.prod(dims))
    return Tensor(name, kind, tuple(dims), array.reshape(dims))


def _units(array: NDArray[Any], kind: int, dtype: str, where: str) -> NDArray[Any]:
    """Listed numbers in their type; float16 and what NumPy lacks are listed as their bits."""
    if kind != onnx_types.FLOAT16 and kind in onnx_types.PLAIN:
        with np.errstate(over="ignore", invalid="ignore"):
            return array.astype(dtype)
    bits = "<u2" if kind in (onnx_types.FLOAT16, onnx_types.BFLOAT16) else "u1"
    largest = np.iinfo(bits).max
    if len(array) and (array.dtype.kind == "f" or not 0 <= array.min() <= array.max() <= largest):
        raise FormatError(f"{where}: what it lists are no bits of its type; is the file damaged?")
    return array.astype(bits).view(dtype)


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
