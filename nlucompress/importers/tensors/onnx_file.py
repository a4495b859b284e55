"""ONNX models: their initializers by name, one of them the table.

The messages and their field numbers are those of the ONNX project's ``onnx.proto``. Integers that a
DequantizeLinear decodes become the floats that it gives, under the name of its output; others are
left out, for they are shapes and indices. Metadata that `nlucompress export` writes name the keys.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nlucompress.errors import FormatError
from nlucompress.format import protobuf
from nlucompress.format.indexes import Strings
from nlucompress.format.model import Model
from nlucompress.importers.options import ImportOptions
from nlucompress.importers.reading.sources import Opened, opened
from nlucompress.importers.tensors import onnx_tensor
from nlucompress.importers.tensors import table as tensors

DECODER = "DequantizeLinear"
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
    """Initializers by name, and the nodes that decode some."""
    arrays: dict[str, NDArray[Any]] = {}
    nodes = []
    for number, value in protobuf.fields(graph, where):
        if number == 5 and isinstance(value, memoryview):
            name, array = onnx_tensor.parse(value, where)
            if name in arrays:
                raise FormatError(f"{where}: two initializers are named {name!r}")
            if array is not None:
                arrays[name] = array
        elif number == 1 and isinstance(value, memoryview):
            node = _node(value, where)
            if node.kind == DECODER:
                nodes.append(node)
    return arrays, nodes


def _node(data: memoryview, where: str) -> _Node:
    inputs: list[str] = []
    outputs: list[str] = []
    kind, axis = "", 1
    for number, value in protobuf.fields(data, where):
        if not isinstance(value, memoryview):
            continue
        if number in (1, 2):
            names = inputs if number == 1 else outputs
            names += [onnx_tensor.text(value, where)] if len(names) < 4 else []
        elif number == 4:
            kind = onnx_tensor.text(value, where)
        elif number == 5:
            axis = _axis(value, axis, where)
    return _Node(kind, inputs, outputs, axis)


def _axis(attribute: memoryview, default: int, where: str) -> int:
    """The value of an attribute that is named axis, else the default."""
    named, axis = False, default
    for number, value in protobuf.fields(attribute, where):
        if number == 1 and isinstance(value, memoryview):
            named = bytes(value) == b"axis"
        elif number == 3 and isinstance(value, int):
            axis = protobuf.signed(value)
    return axis if named else default


def _decoded(
    arrays: dict[str, NDArray[Any]], nodes: list[_Node], where: str
) -> dict[str, NDArray[Any]]:
    """The arrays, quantized ones as (codes - zero point) * scale."""
    result = dict(arrays)
    for node in nodes:
        parts = [arrays.get(name) for name in node.inputs]
        if not 2 <= len(parts) <= 3 or any(part is None for part in parts):
            continue
        codes, scale, *zero = [part for part in parts if part is not None]
        shape = [1] * codes.ndim
        if scale.ndim == 1 and -codes.ndim <= node.axis < codes.ndim:
            shape[node.axis] = -1
        try:
            steps = codes.astype(np.int64) - (
                zero[0].reshape(shape).astype(np.int64) if zero else 0
            )
            with np.errstate(over="ignore", invalid="ignore"):  # refused when all is float32
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
    return {n: onnx_tensor.text(v, where) for n, v in fields if isinstance(v, memoryview)}
