"""Safetensors: the table under its name, the network's tensors beside it, keys in the metadata.

The metadata entry ``keys`` is a JSON object: name of the table -> list of its keys in row order.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nlucompress.errors import DataError, UsageError
from nlucompress.exporters.rows import Rows
from nlucompress.format.frame.canonical import canonical
from nlucompress.format.matrices.product import whole
from nlucompress.format.model import Model

DTYPES = {"float32": ("F32", "<f4"), "float16": ("F16", "<f2")}


def write(model: Model, rows: Rows, dtype: str = "float32") -> Iterator[bytes]:
    """A safetensors file of a table and all tensors of the network.

    Raises:
        UsageError: The table is named like a tensor.
        DataError: A number is beyond the range of float16.
    """
    network = model.network
    if network is not None and rows.name in network.tensors:
        raise UsageError(f"table and tensor are both named {rows.name!r}; rename one")
    tensors = {rows.name: narrowed(rows.values(), dtype, f"table {rows.name!r}")}
    if network is not None:
        for name, matrix in network.tensors.items():
            values = whole(matrix)
            shape = network.settings.get("shapes", {}).get(name, matrix.shape)
            tensors[name] = narrowed(values, dtype, f"tensor {name!r}").reshape(shape)
    yield from framed(tensors, {"keys": canonical({rows.name: list(rows.texts())})})


def framed(tensors: Mapping[str, NDArray[Any]], metadata: Mapping[str, str]) -> Iterator[bytes]:
    """The bytes of a safetensors file of these arrays (float32, float16 or int64)."""
    dtypes = {"<f4": "F32", "<f2": "F16", "<i8": "I64"}
    header: dict[str, Any] = {"__metadata__": dict(metadata)} if metadata else {}
    at = 0
    for name in sorted(tensors):
        array = tensors[name]
        end = at + math.prod(array.shape) * array.itemsize
        header[name] = {
            "dtype": dtypes[array.dtype.newbyteorder("<").str],
            "shape": list(array.shape),
            "data_offsets": [at, end],
        }
        at = end
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-(len(text) + 8) % 8)
    yield len(text).to_bytes(8, "little") + text
    for name in sorted(tensors):
        yield tensors[name].tobytes()


def narrowed(values: NDArray[np.float32], dtype: str, where: str) -> NDArray[Any]:
    """The values in one of ``DTYPES``.

    Raises:
        DataError: One is beyond its range.
    """
    with np.errstate(over="ignore"):
        result: NDArray[Any] = values.astype(DTYPES[dtype][1])
    if not np.isfinite(result).all():
        raise DataError(f"{where} holds numbers beyond the range of {dtype}; write float32")
    return result
