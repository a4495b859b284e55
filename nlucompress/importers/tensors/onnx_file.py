"""ONNX models: their tensors by name, one of them the table.

The messages and their field numbers are those of the ONNX project's ``onnx.proto``; `onnx_graph`
tells which tensors there are. Those that are not floats and that nothing decodes are left out by
name. Metadata that `nlucompress export` writes name the keys.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from numpy.typing import NDArray

from nlucompress.errors import FormatError
from nlucompress.format.indexes.kinds import Strings
from nlucompress.format.model import Model
from nlucompress.importers.options import ImportOptions
from nlucompress.importers.tensors import onnx_graph, onnx_tensor, onnx_types
from nlucompress.importers.tensors import table as tensors
from nlucompress.io import protobuf
from nlucompress.io.sources import Opened, opened

_FIELDS = frozenset((1, 2, 3, 4, 5, 6, 7, 8, 14, 20, 25, 26))


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
    arrays: dict[str, NDArray[Any]] = {}
    left: tensors.Left = {}
    for name, tensor in onnx_graph.read(graphs[0], where).items():
        if tensor.array is not None and tensor.kind in onnx_types.FLOATS:
            arrays[name] = tensor.array
        else:
            left[name] = (tensor.type, tensor.shape)
    kept = {name: arrays[name] for name in tensors.without(arrays, options, where, left)}
    return tensors.model_of(kept, options, where, _keys(metadata, kept), left)


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
