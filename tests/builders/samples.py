"""Builders of small models and encodings for the tests."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nlucompress.algo.coding import bits, offsets, rowcode
from nlucompress.algo.hashing import mphf, mphf_build, murmur
from nlucompress.format import codec
from nlucompress.format.frame.serializer import Serialized
from nlucompress.format.indexes.kinds import Hashed, Strings
from nlucompress.format.matrices.kinds import Coded, Dense, Sparse, from_dense
from nlucompress.format.matrices.numbers import Floats, Numbers
from nlucompress.format.model import Model, Network, Table


def int64(*numbers: int) -> NDArray[np.int64]:
    """These integers as an array."""
    return np.array(numbers, np.int64)


def uint8(*numbers: int) -> NDArray[np.uint8]:
    """These bytes as an array."""
    return np.array(numbers, np.uint8)


def file_of(serialized: Serialized) -> bytes:
    """The whole file."""
    return serialized.header + b"".join(raw.tobytes() for raw in serialized.tensors)


def model_bytes(model: Model) -> bytes:
    """The file of a model."""
    return file_of(codec.serialize(model))


def frame_bytes(header: object, data: bytes = b"") -> bytes:
    """A file with this header, whether it makes sense or not."""
    text = json.dumps(header).encode()
    return len(text).to_bytes(8, "little") + text + data


def hashed(
    keys: Sequence[str], groups: mphf.Groups = mphf.PLAIN, fingerprint_bits: int = 8
) -> Hashed:
    """The perfect hash of these keys, with fingerprints in slot order."""
    h1, h2 = murmur.hash_keys(murmur.encode_key(key) for key in keys)
    cascade = mphf_build.build(h1, h2, groups)
    by_slot = np.zeros(len(keys), np.uint64)
    by_slot[cascade.slots(h1, h2)] = murmur.fingerprints(h2, fingerprint_bits)
    return Hashed(cascade, fingerprint_bits, bits.pack(by_slot, fingerprint_bits))


def zero_codes(numbers: Numbers, shape: tuple[int, int]) -> NDArray[np.int64]:
    """The code of zero at every place of a matrix; -1 where no code stands for zero."""
    rows, columns = np.indices(shape)
    if isinstance(numbers, Floats):
        return np.zeros(shape, np.int64)
    part = numbers.partition.of(rows, columns)
    code = numbers.zero(part)
    exact = numbers.decode(code, rows, columns) == 0
    return np.where(exact, code, -1)


def sparse(numbers: Numbers, codes: NDArray[Any]) -> Sparse:
    """Rows that list every code which does not stand for zero."""
    kept = codes != zero_codes(numbers, (codes.shape[0], codes.shape[1]))
    starts = np.concatenate((np.zeros(1, np.int64), np.cumsum(kept.sum(axis=1))))
    columns = np.nonzero(kept)[1].astype(np.uint16)
    return Sparse(numbers, starts, columns, codes[kept], codes.shape[1])


def coded(matrix: Dense | Sparse, block_rows: int = 3, fixed: bool = False) -> Coded:
    """The same rows in a bit stream; ``fixed`` writes symbols of fixed width."""
    numbers, is_sparse = matrix.numbers, isinstance(matrix, Sparse)
    rows, columns, codes = (each.reshape(-1) for each in np.broadcast_arrays(*matrix.entries()))
    counts = np.bincount(rows, minlength=matrix.shape[0]).astype(np.int64)
    symbol_bits = 0
    if isinstance(numbers, Floats):
        symbols, symbol_bits = codes.astype(np.float32).view(np.uint32).astype(np.int64), 32
    else:
        symbols = codes.astype(np.int64)
        symbol_bits = (numbers.levels - 1).bit_length() if fixed else 0
    return coded_rows(
        numbers,
        rowcode.Rows(counts, columns, symbols),
        rowcode.Shape(*matrix.shape, is_sparse, block_rows, numbers.levels or 1, symbol_bits),
    )


def coded_rows(numbers: Numbers, rows: rowcode.Rows, shape: rowcode.Shape) -> Coded:
    """Code tables, offsets and stream of these rows."""
    codes = rowcode.fit_codes(rows, shape)
    stream, starts, stream_bits = rowcode.encode(rows, shape, codes)
    parts = [rowcode.write_codes(codes), stream]
    stride, width = offsets.STRIDES[0], 0
    if shape.sparse or not shape.symbol_bits:
        packed = offsets.pack(starts, stream_bits)
        stride, width = packed.stride, packed.width
        parts.insert(1, packed.data)
    return Coded(numbers, shape, stride, width, stream_bits, np.concatenate(parts))


def tiny_model() -> Model:
    """The model of the literal smallest file: two keys, two labels, floats."""
    table = Table(Strings.of(["a", "bc"]), from_dense(np.array([[1, 0], [0, -2]], np.float32)))
    return Model({"t": table}, labels=("no", "yes"))


def rich_model() -> Model:
    """A model with every optional part."""
    values = np.arange(12, dtype=np.float32).reshape(4, 3)
    keys = ["", "b", "c", "d"]
    counts = np.array([4, 3, 2, 1], np.uint32)
    tables = {
        "words": Table(Strings.of(keys), from_dense(values), counts),
        "hashed": Table(hashed(keys), coded(sparse(Floats(), values))),
    }
    network = Network("linear", {"bias": True}, {"bias": from_dense(values[:1])})
    history = ({"stage": "import", "seed": 1}, {"stage": "phash"})
    return Model(tables, network, ("x", "y", "z"), {"ngrams": [1, 2]}, history)
