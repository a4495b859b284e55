"""ONNX: a linear classifier over a vector of feature weights, or a bag of embeddings.

    classifier   features [texts, keys] -> scores [texts, labels] = link(features x rows + bias)
    bag          ids [texts, n], weights [texts, n] -> vectors [texts, columns], the weighted sums

The rows are the initializer ``table``. On a linear grid they stay the 8-bit codes that they are,
under a DequantizeLinear; all others are float32. The keys stand in the metadata as a JSON list
(``keys``), the labels as well (``labels``).
The messages and their field numbers are those of the ONNX project's ``onnx.proto``.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nlucompress.errors import DataError, UsageError
from nlucompress.exporters.rows import Rows
from nlucompress.format.matrices.kinds import Matrix, Plain
from nlucompress.format.matrices.numbers import Linear
from nlucompress.format.model import Model
from nlucompress.io.protobuf import block, integer

OPSET, IR_VERSION = 13, 8  # DequantizeLinear takes an axis from opset 13 on
TABLE = "table"
FLOAT, UINT8, INT64 = 1, 2, 7
LIMIT = (1 << 31) - 1  # bytes of a message
_TYPES = {"float32": FLOAT, "uint8": UINT8, "int64": INT64}
_LINKS = {"softmax": "Softmax", "logistic": "Sigmoid", "margin": "Identity"}


def write(model: Model, rows: Rows, dtype: str = "float32") -> Iterator[bytes]:
    """An ONNX file of a model.

    Raises:
        UsageError: The network is one that has no such graph.
        DataError: The file would be larger than a message can be.
    """
    network = model.network
    if rows.matrix.shape[0] * rows.columns > LIMIT:
        raise DataError(f"table {rows.name!r} is too large for an ONNX file, which ends at 2 GiB")
    graph = _weights(rows)
    metadata = {"keys": list(rows.texts()), "labels": list(model.labels)}
    if network is not None and network.kind == "linear":
        bias = network.tensors["bias"].rows(np.zeros(1, np.int64))
        graph += block(5, _tensor("bias", bias.astype(np.float32)))
        graph += _node("MatMul", ["features", TABLE], ["products"])
        graph += _node("Add", ["products", "bias"], ["sums"])
        sums = "sums"
        if "bounds" in network.settings:
            for name, bound in zip(("low", "high"), network.settings["bounds"], strict=True):
                graph += block(5, _tensor(name, np.array(bound, np.float32)))
            graph += _node("Clip", ["sums", "low", "high"], ["bounded"])
            sums = "bounded"
        link = str(network.settings["link"])
        if link in ("one-vs-rest", "clipped"):
            graph += _clipped(sums, rows.columns) if link == "clipped" else _sigmoid(sums)
            one = block(1, "p") + integer(3, 1) + integer(20, 2)
            graph += _node("LpNormalization", ["each"], ["scores"], block(5, one))
        else:
            graph += _node(_LINKS[link], [sums], ["scores"])
        graph += block(11, _value("features", FLOAT, ["texts", len(rows)]))
        graph += block(12, _value("scores", FLOAT, ["texts", rows.columns]))
    elif network is None or network.kind == "tensors":
        graph += block(5, _tensor("one", np.array([1])))
        graph += _node("Gather", [TABLE, "ids"], ["rows"])
        graph += _node("Unsqueeze", ["weights", "one"], ["lines"])
        graph += _node("MatMul", ["lines", "rows"], ["sums"])
        graph += _node("Squeeze", ["sums", "one"], ["vectors"])
        graph += block(11, _value("ids", INT64, ["texts", "keys"]))
        graph += block(11, _value("weights", FLOAT, ["texts", "keys"]))
        graph += block(12, _value("vectors", FLOAT, ["texts", rows.columns]))
    else:
        raise UsageError(f"a network of kind {network.kind!r} has no ONNX graph here")
    graph += block(2, "nlucompress")
    head = integer(1, IR_VERSION) + block(2, "nlucompress") + block(8, integer(2, OPSET))
    for name, value in metadata.items():
        head += block(14, block(1, name) + block(2, json.dumps(value)))
    if len(graph) + len(head) > LIMIT:
        raise DataError(f"table {rows.name!r} is too large for an ONNX file, which ends at 2 GiB")
    yield head + block(7, graph)


def _weights(rows: Rows) -> bytes:
    """The table as an initializer, or as codes and the node that decodes them."""
    quantized = _codes(rows.matrix)
    if quantized is None:
        return block(5, _tensor(TABLE, rows.values()))
    codes, scale, zero_point, axis = quantized
    if axis == 0 and len(scale) > 1:
        scale, zero_point = scale[rows.order], zero_point[rows.order]
    names = [f"{TABLE}_{part}" for part in ("codes", "scale", "zero_point")]
    arrays: tuple[NDArray[Any], ...] = (codes[rows.order], scale, zero_point)
    result = b"".join(
        block(5, _tensor(name, array)) for name, array in zip(names, arrays, strict=True)
    )
    attribute = block(1, "axis") + integer(3, axis) + integer(20, 2)
    return result + _node("DequantizeLinear", names, [TABLE], block(5, attribute))


def _codes(
    matrix: Matrix,
) -> tuple[NDArray[np.uint8], NDArray[np.float32], NDArray[np.uint8], int] | None:
    """Codes, scales, zero points and their axis where all fit into 8 bits, else None."""
    if not isinstance(matrix, Plain):
        return None
    numbers = matrix.numbers
    if not isinstance(numbers, Linear) or numbers.partition.per == "group":
        return None
    parts = len(numbers.scale)
    zero_point = np.broadcast_to(numbers.zero_point, (parts,))
    if numbers.levels > 256 or int(zero_point.max(initial=0)) > 255:
        return None
    rows, columns = np.arange(matrix.shape[0])[:, None], np.arange(matrix.shape[1])[None, :]
    zeros = numbers.zero(numbers.partition.of(rows, columns))
    codes = np.broadcast_to(zeros, matrix.shape).astype(np.uint8)
    listed_rows, listed_columns, listed = matrix.entries()
    codes[listed_rows, listed_columns] = np.asarray(listed).reshape(
        np.broadcast_shapes(listed_rows.shape, listed_columns.shape)
    )
    shape = () if numbers.partition.per == "tensor" else (parts,)
    axis = 0 if numbers.partition.per == "row" else 1
    small = zero_point.astype(np.uint8)
    scale = numbers.scale.astype(np.float32)  # binary16 fits; the opset at hand takes float32
    return codes, scale.reshape(shape), small.reshape(shape), axis


def _tensor(name: str, array: NDArray[Any]) -> bytes:
    dims = b"".join(integer(1, size) for size in array.shape)
    raw = array.astype(array.dtype.newbyteorder("<")).tobytes()
    return dims + integer(2, _TYPES[array.dtype.name]) + block(8, name) + block(9, raw)


def _sigmoid(sums: str) -> bytes:
    return _node("Sigmoid", [sums], ["each"])


def _clipped(sums: str, labels: int) -> bytes:
    """Sums clipped to 0 .. 2, and a trifle that makes all that are 0 equal."""
    graph = b""
    if labels == 2:
        graph += block(5, _tensor("pair", np.array([[1, -1], [-1, 1]], np.float32)))
        graph += _node("MatMul", [sums, "pair"], ["differences"])
        sums = "differences"
    for name, value in (("least", -1), ("most", 1), ("trifle", 1e-30)):
        graph += block(5, _tensor(name, np.array(value, np.float32)))
    graph += _node("Clip", [sums, "least", "most"], ["clipped"])
    graph += _node("Add", ["clipped", "most"], ["raised"])
    return graph + _node("Add", ["raised", "trifle"], ["each"])


def _node(kind: str, inputs: list[str], outputs: list[str], attributes: bytes = b"") -> bytes:
    names = b"".join(block(1, name) for name in inputs)
    names += b"".join(block(2, name) for name in outputs)
    return block(1, names + block(4, kind) + attributes)


def _value(name: str, kind: int, shape: list[int | str]) -> bytes:
    """An input or output; a size that is a name is free."""
    sizes = b"".join(
        block(1, integer(1, size) if isinstance(size, int) else block(2, size)) for size in shape
    )
    tensor = integer(1, kind) + block(2, sizes)
    return block(1, name) + block(2, block(1, tensor))
