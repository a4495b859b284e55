"""ONNX models: their initializers by name, one of them the table.

The messages and their field numbers are those of the ONNX project's ``onnx.proto``. Integers that a
DequantizeLinear decodes become the floats that it gives, under the name of its output; others are
left out, for they are shapes and indices. Metadata that `nlucompress export` writes name the keys.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nlucompress.errors import FormatError
from nlucompress.format import protobuf
from nlucompress.format.indexes import Strings
from nlucompress.format.model import Model
from nlucompress.importers import tensors
from nlucompress.importers.options import ImportOptions
from nlucompress.importers.sources import Opened, opened

DTYPES = {1: "<f4", 2: "u1", 3: "i1", 6: "<i4", 7: "<i8", 10: "<f2", 11: "<f8"}
BFLOAT16 = 16
_FIELDS = frozenset((1, 2, 3, 4, 5, 6, 7, 8, 14, 20, 25, 26))


@dataclass(frozen=True)
class _Node:
    kind: str
    inputs: list[str]
    outputs: list[str]
    axis: int


def recognizes(head: bytes) -> bool:
    """Whether a file begins as a ModelProto: its IR version, then one of its other fields."""
    return (
        len(head) > 2
        and head[0] == 8
        and 0 < head[1] < 32
        and head[2] & 7 in (0, 2)
        and head[2] >> 3 in _FIELDS
    )


def read(source: Opened, options: ImportOptions) -> Model:
    """Read the initializers of a model's graph.

    Raises:
        FormatError: The file is damaged, or its weights lie in another file.
        UsageError, DataError: Options, keys or numbers do not fit.
    """
    with opened(source) as stream:
        data, where = stream.read(), stream.name
    graphs: list[memoryview] = []
    metadata: dict[str, str] = {}
    for number, value in protobuf.fields(memoryview(data), where):
        if number == 7 and isinstance(value, memoryview):
            graphs.append(value)
        elif number == 14 and isinstance(value, memoryview):
            entry = _texts(value, where)
            metadata[entry.get(1, "")] = entry.get(2, "")
    if len(graphs) != 1:
        raise FormatError(f"{where}: this is no ONNX model: it has {len(graphs)} graphs")
    arrays = _decoded(*_graph(graphs[0], where), where)
    floats = {name: array for name, array in arrays.items() if array.dtype.kind == "f"}
    kept = {name: floats[name] for name in tensors.without(floats, options, where)}
    return tensors.model_of(kept, options, where, _keys(metadata, kept))


def _graph(graph: memoryview, where: str) -> tuple[dict[str, NDArray[Any]], list[_Node]]:
    """Initializers by name, and the nodes."""
    arrays: dict[str, NDArray[Any]] = {}
    nodes = []
    for number, value in protobuf.fields(graph, where):
        if number == 5 and isinstance(value, memoryview):
            name, array = _tensor(value, where)
            if name in arrays:
                raise FormatError(f"{where}: two initializers are named {name!r}")
            if array is not None:
                arrays[name] = array
        elif number == 1 and isinstance(value, memoryview):
            nodes.append(_node(value, where))
    return arrays, nodes


def _tensor(data: memoryview, where: str) -> tuple[str, NDArray[Any] | None]:
    """Name and array of a TensorProto; None for types that are no numbers of ours."""
    dims: list[int] = []
    kind, name, raw = 0, "", None
    numbers: list[NDArray[Any]] = []
    for number, value in protobuf.fields(data, where):
        if number == 1:
            dims += protobuf.varints(value, where) if isinstance(value, memoryview) else [value]
        elif number == 2 and isinstance(value, int):
            kind = value
        elif number in (8, 9) and isinstance(value, memoryview):
            name, raw = (_text(value, where), raw) if number == 8 else (name, value)
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
    if len(dims) > 8 or size >= 1 << 59 or math.prod(dims) != len(array):
        raise FormatError(f"{where}: tensor {name!r}: {len(array)} numbers, but the shape {dims}")
    return name, array.reshape(dims)


def _plain(data: memoryview, dtype: str, where: str) -> NDArray[Any]:
    if len(data) % np.dtype(dtype).itemsize:
        raise FormatError(f"{where}: a tensor's bytes are no whole numbers; is the file damaged?")
    return np.frombuffer(data, dtype)


def _node(data: memoryview, where: str) -> _Node:
    inputs, outputs, kind, axis = [], [], "", 1
    for number, value in protobuf.fields(data, where):
        if not isinstance(value, memoryview):
            continue
        if number == 1:
            inputs.append(_text(value, where))
        elif number == 2:
            outputs.append(_text(value, where))
        elif number == 4:
            kind = _text(value, where)
        elif number == 5:
            fields = list(protobuf.fields(value, where))
            if any(n == 1 and isinstance(v, memoryview) and bytes(v) == b"axis" for n, v in fields):
                axis = next((protobuf.signed(v) for n, v in fields if n == 3 and type(v) is int), 1)
    return _Node(kind, inputs, outputs, axis)


def _decoded(
    arrays: dict[str, NDArray[Any]], nodes: list[_Node], where: str
) -> dict[str, NDArray[Any]]:
    """The arrays, quantized ones as (codes - zero point) * scale."""
    result = dict(arrays)
    for node in nodes:
        parts = [arrays.get(name) for name in node.inputs]
        if node.kind != "DequantizeLinear" or any(part is None for part in parts):
            continue
        codes, scale, *zero = [part for part in parts if part is not None]
        shape = [1] * codes.ndim
        if scale.ndim == 1 and -codes.ndim <= node.axis < codes.ndim:
            shape[node.axis] = -1
        try:
            steps = codes.astype(np.int64) - (
                zero[0].reshape(shape).astype(np.int64) if zero else 0
            )
            numbers = steps.astype(np.float32) * scale.astype(np.float32).reshape(shape)
        except ValueError:
            numbers = None
        if numbers is None or numbers.shape != codes.shape or not node.outputs:
            raise FormatError(f"{where}: the scales of tensor {node.inputs[0]!r} do not fit it")
        for name in node.inputs:
            result.pop(name, None)
        result[node.outputs[0]] = numbers
    return result


def _keys(metadata: dict[str, str], arrays: dict[str, NDArray[Any]]) -> dict[str, Strings]:
    """The keys of the metadata, for the one array that has as many rows."""
    try:
        keys = json.loads(metadata.get("keys", "[]"))
    except (ValueError, RecursionError):
        return {}
    fits = isinstance(keys, list) and all(isinstance(key, str) for key in keys)
    if not fits or len(set(keys)) < len(keys):
        return {}
    flat = [name for name, each in arrays.items() if each.ndim == 2 and len(each) == len(keys)]
    return {name: Strings.of(keys) for name in flat[:1]} if keys else {}


def _texts(data: memoryview, where: str) -> dict[int, str]:
    fields: Iterator[tuple[int, int | memoryview]] = protobuf.fields(data, where)
    return {n: _text(v, where) for n, v in fields if isinstance(v, memoryview)}


def _text(data: memoryview, where: str) -> str:
    try:
        return bytes(data).decode()
    except UnicodeDecodeError:
        raise FormatError(f"{where}: a name is no UTF-8; is the file damaged?") from None
