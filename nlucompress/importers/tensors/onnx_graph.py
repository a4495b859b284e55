"""The graph of an ONNX model: tensors by name, and the nodes that decode some of them.

Tensors are initializers and the values of Constant nodes. DequantizeLinear decodes an initializer
(its output takes the place of the codes), or rows that Gather has taken out of one (then the whole
table is decoded, under the codes' name).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nlucompress.errors import FormatError
from nlucompress.importers.tensors import onnx_tensor, onnx_types
from nlucompress.importers.tensors.onnx_tensor import Tensor
from nlucompress.io import protobuf

DECODER, GATHER, CONSTANT = "DequantizeLinear", "Gather", "Constant"
_ATTRIBUTES = (b"axis", b"block_size", b"output_dtype", b"value", b"sparse_value")


@dataclass
class Node:
    """A node, as far as tensors need it: attributes are numbers, or a tensor's bytes."""

    kind: str = ""
    inputs: list[str] = field(default_factory=list)
    outputs: list[str] = field(default_factory=list)
    attributes: dict[str, int | memoryview] = field(default_factory=dict)

    def number(self, name: str, default: int) -> int:
        """An attribute that is a number."""
        value = self.attributes.get(name, default)
        return value if isinstance(value, int) else default


def read(graph: memoryview, where: str) -> dict[str, Tensor]:
    """Tensors by name, those that nodes decode as the floats that they stand for.

    Raises:
        FormatError: The graph is damaged, or two tensors have one name.
    """
    tensors: dict[str, Tensor] = {}
    nodes = []

    def add(name: str, tensor: Tensor) -> None:
        if name in tensors:
            raise FormatError(f"{where}: two tensors are named {name!r}")
        tensors[name] = tensor

    for number, value in protobuf.fields(graph, where):
        if number == 5 and isinstance(value, memoryview):
            tensor = onnx_tensor.parse(value, where)
            add(tensor.name, tensor)
        elif number == 15 and isinstance(value, memoryview):
            tensor = _sparse(value, where)
            add(tensor.name, tensor)
        elif number == 1 and isinstance(value, memoryview):
            node = _node(value, where)
            if node.kind in (DECODER, GATHER):
                nodes.append(node)
            elif node.kind == CONSTANT and node.outputs:
                for name, parse in (("value", onnx_tensor.parse), ("sparse_value", _sparse)):
                    given = node.attributes.get(name)
                    if isinstance(given, memoryview):
                        add(node.outputs[0], parse(given, where))
    return _decoded(tensors, nodes, where)


def _sparse(data: memoryview, where: str) -> Tensor:
    """A SparseTensorProto, whose numbers are not read."""
    name, kind, dims = "", 0, list[int]()
    for number, value in protobuf.fields(data, where):
        if number == 1 and isinstance(value, memoryview):
            values = onnx_tensor.parse(value, where)
            name, kind = values.name, values.kind
        elif number == 3:
            sizes = protobuf.varints(value, where) if isinstance(value, memoryview) else [value]
            dims += [size for size, _ in zip(sizes, range(onnx_tensor.MAX_DIMS), strict=False)]
    return Tensor(name, kind, tuple(dims[: onnx_tensor.MAX_DIMS]), None)


def _node(data: memoryview, where: str) -> Node:
    node = Node()
    for number, value in protobuf.fields(data, where):
        if not isinstance(value, memoryview):
            continue
        if number in (1, 2):
            names = node.inputs if number == 1 else node.outputs
            names += [onnx_tensor.text(value, where)] if len(names) < 4 else []
        elif number == 4:
            node.kind = onnx_tensor.text(value, where)
        elif number == 5:
            node.attributes |= _attribute(value, where)
    return node


def _attribute(data: memoryview, where: str) -> dict[str, int | memoryview]:
    """Name and value of an attribute that says something here."""
    name = b""
    found: int | memoryview | None = None
    for number, value in protobuf.fields(data, where):
        if number == 1 and isinstance(value, memoryview):
            name = bytes(value[:16])
        elif number == 3 and isinstance(value, int):
            found = protobuf.signed(value)
        elif number in (5, 22) and isinstance(value, memoryview):
            found = value
    return {name.decode(): found} if name in _ATTRIBUTES and found is not None else {}


def _decoded(tensors: Mapping[str, Tensor], nodes: list[Node], where: str) -> dict[str, Tensor]:
    """The tensors, quantized ones as (codes - zero point) * scale."""
    gathers = {node.outputs[0]: node for node in nodes if node.kind == GATHER and node.outputs}
    result, used = dict(tensors), set[str]()
    for node in nodes:
        if node.kind != DECODER or not node.inputs or not node.outputs:
            continue
        source, target = node.inputs[0], node.outputs[0]
        gather = gathers.get(source)
        if gather is not None:
            source = target = (gather.inputs or [""])[0]
        names = [source, *(name for name in node.inputs[1:] if name)]
        arrays = [tensors[name].array for name in names if name in tensors]
        parts = [array for array in arrays if array is not None]
        if not 2 <= len(parts) == len(names) <= 3:
            continue
        if gather is not None and not _by_row(gather, node, *parts[:2]):
            continue
        numbers = _numbers(node, parts, tensors[names[1]].kind)
        if numbers is None or (target != source and target in result):
            raise FormatError(f"{where}: the scales of tensor {source!r} do not fit it")
        used.update(name for name in names if name != target)
        result[target] = Tensor(target, 1, numbers.shape, numbers)
    return {name: tensor for name, tensor in result.items() if name not in used}


def _by_row(gather: Node, node: Node, codes: NDArray[Any], scale: NDArray[Any]) -> bool:
    """Whether decoding gathered rows is decoding all rows: one scale, or one for each column."""
    rows = gather.number("axis", 0) in (0, -codes.ndim)
    return rows and (scale.size == 1 or (scale.ndim == 1 and node.number("axis", 1) == -1))


def _numbers(node: Node, parts: list[NDArray[Any]], kind: int) -> NDArray[Any] | None:
    """What a DequantizeLinear gives, in the precision of its scale; None if sizes do not fit."""
    codes, *others = parts
    axis, size = node.number("axis", 1), node.number("block_size", 0)
    spread = [_spread(each, codes, axis, size) for each in others]
    scale, zero = spread[0], spread[1] if spread[1:] else np.zeros((), np.int8)
    if scale is None or zero is None:
        return None
    with np.errstate(over="ignore", invalid="ignore", under="ignore"):  # refused where not finite
        if codes.dtype.kind == "f":
            steps = codes.astype(np.float32) - zero.astype(np.float32)
        else:
            wide = np.int64 if codes.itemsize > 2 else np.int32
            steps = (codes.astype(wide) - zero.astype(wide)).astype(np.float32)
        numbers: NDArray[Any] = steps * scale.astype(np.float32)
        if node.number("output_dtype", kind) == onnx_types.FLOAT16:
            numbers = numbers.astype(np.float16)
    return numbers


def _spread(each: NDArray[Any], codes: NDArray[Any], axis: int, size: int) -> NDArray[Any] | None:
    """A scale or zero point as it stands beside the codes; None if it does not fit them."""
    if each.size == 1 and each.ndim <= 1:
        return each.reshape(())
    if not -codes.ndim <= axis < codes.ndim:
        return None
    axis %= codes.ndim
    if each.ndim == 1:
        if len(each) != codes.shape[axis]:
            return None
        return each.reshape([-1 if at == axis else 1 for at in range(codes.ndim)])
    blocks = [*codes.shape]
    blocks[axis] = -(-codes.shape[axis] // size) if size > 0 else 0
    if list(each.shape) != blocks:
        return None
    places = np.arange(codes.shape[axis]) // size
    return np.take(each, places, axis=axis)
