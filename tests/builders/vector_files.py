"""The smallest files of the binary vector formats, made by hand."""

from __future__ import annotations

import io
import pickle
import struct
from collections.abc import Callable

import h5py
import numpy as np
from numpy.typing import NDArray

import nlucompress as nc
from nlucompress.format.indexes.kinds import Strings
from nlucompress.format.matrices.kinds import from_dense
from nlucompress.io import protobuf

KEYS = ["red", "grün", "東京"]
VALUES = np.array([[1, 0, 0.1, 2], [0, 1, -0.25, 3], [-2, 0.125, 3e-9, 4]], np.float32)


def word2vec(end: bytes = b"\n", keys: list[str] = KEYS) -> bytes:
    rows = zip(keys, VALUES, strict=True)
    return b"3 4\n" + b"".join(key.encode() + b" " + row.tobytes() + end for key, row in rows)


def npy(array: NDArray[np.floating] = VALUES) -> bytes:
    buffer = io.BytesIO()
    np.save(buffer, array)
    return buffer.getvalue()


class KeyedVectors:
    """Stands for gensim's class of this name; only its name and its attributes are written."""

    def __init__(self, **state: object) -> None:
        self.__dict__.update(state)


class GensimModel:
    """Stands for a model of gensim's, around its vectors."""

    def __init__(self, **state: object) -> None:
        self.__dict__.update(state)


def gensim(kind: str, inner: str = "keyedvectors.KeyedVectors", **state: object) -> bytes:
    """A pickle, of protocol 2, of one of gensim's classes; `wv` and `dv` are of class inner."""
    data = pickle.dumps(GensimModel(**state), protocol=2)
    for name, class_ in (("GensimModel", kind), ("KeyedVectors", inner)):
        there = f"gensim.models.{class_}".rpartition(".")
        data = data.replace(f"{__name__}\n{name}".encode(), f"{there[0]}\n{there[2]}".encode())
    return data


def keyedvectors(protocol: int = 4, kind: str = "KeyedVectors", **state: object) -> bytes:
    made = {"index_to_key": KEYS, "vectors": VALUES, "norms": None, "expandos": {}} | state
    here = f"{__name__}\nKeyedVectors".encode()
    data = pickle.dumps(KeyedVectors(**made), protocol=protocol)
    module, name = "gensim.models.keyedvectors", kind
    if protocol < 4:
        return data.replace(here, f"{module}\n{name}".encode())
    short = struct.pack("B", len(__name__)) + __name__.encode()
    data = data.replace(short, struct.pack("B", len(module)) + module.encode(), 1)
    old = b"\x8c" + struct.pack("B", len("KeyedVectors")) + b"KeyedVectors"
    data = data.replace(old, b"\x8c" + struct.pack("B", len(name)) + name.encode(), 1)
    grown = len(module) - len(__name__) + len(name) - len("KeyedVectors")
    frame = struct.unpack("<Q", data[3:11])[0] + grown
    return data[:3] + struct.pack("<Q", frame) + data[11:]


def finalfusion(kinds: tuple[int, ...] = (1, 2, 6), keys: list[str] = KEYS) -> bytes:
    """Words, rows (plain or quantized) and norms."""
    data = b"FiFu" + struct.pack(f"<II{len(kinds)}I", 0, len(kinds), *kinds)
    for kind in kinds:
        at = len(data) + 12
        body = b""
        if kind in (1, 3):
            body = struct.pack("<Q", len(keys)) + b"".join(
                struct.pack("<I", len(key.encode())) + key.encode() for key in keys
            )
        elif kind == 2:
            body = _padded(struct.pack("<QII", *VALUES.shape, 10), at) + VALUES.tobytes()
        elif kind == 4:
            head = struct.pack("<IIIIIQII", 1, 1, 2, 4, 2, 3, 1, 10)
            body = _padded(head, at) + _quantized()
        elif kind == 5:
            body = b'a = "b"\n'
        elif kind == 6:
            norms = np.array([1, 2, 3], "<f4")
            body = _padded(struct.pack("<QI", 3, 10), at) + norms.tobytes()
        data += struct.pack("<IQ", kind, len(body)) + body
    return data


TURN = np.array([[0, 1, 0, 0], [1, 0, 0, 0], [0, 0, 0, -1], [0, 0, 1, 0]], np.float32)
CENTROIDS = np.array([[[1, 2], [3, 4]], [[5, 6], [7, 8]]], np.float32)
CODES = np.array([[0, 1], [1, 1], [1, 0]], np.uint8)


def _quantized() -> bytes:
    norms = np.array([1, 2, 0.5], "<f4")
    return b"".join(each.tobytes() for each in (TURN, CENTROIDS, norms, CODES))


def quantized_rows() -> NDArray[np.float32]:
    """What the quantized file above decodes to, computed one number at a time."""
    rows = [[*CENTROIDS[0][first], *CENTROIDS[1][second]] for first, second in CODES]
    norms = [1, 2, 0.5]
    return np.array(
        [
            [norm * sum(row[k] * TURN[j][k] for k in range(4)) for j in range(4)]
            for row, norm in zip(rows, norms, strict=True)
        ],
        np.float32,
    )


def _padded(head: bytes, at: int) -> bytes:
    return head + bytes(4 - (at + len(head)) % 4)


def keras() -> bytes:
    buffer = io.BytesIO()
    with h5py.File(buffer, "w") as file:
        file.create_dataset("layers/embedding/vars/0", data=VALUES)
        file.create_dataset("layers/dense/vars/0", data=VALUES[:2])
        file.create_dataset("layers/dense/vars/1", data=VALUES[0])
        file.create_dataset("optimizer/step", data=3)
    return buffer.getvalue()


def onnx() -> bytes:
    table = nc.Table(Strings.of(KEYS), from_dense(VALUES))
    model = nc.quantize(nc.Model({"embeddings": table}), nc.QuantizeOptions(per="row"))
    made = nc.export(model, nc.ExportOptions("onnx"))
    return b"".join(made)  # type: ignore[arg-type]


def tensor(name: str, kind: int, shape: list[int], *fields: tuple[int, bytes]) -> bytes:
    """A TensorProto: its fields beside shape, type and name are given as number and bytes."""
    sizes = b"".join(protobuf.integer(1, size) for size in shape)
    rest = b"".join(protobuf.block(number, data) for number, data in fields)
    return sizes + protobuf.integer(2, kind) + protobuf.block(8, name) + rest


def node(kind: str, inputs: list[str], output: str, **attributes: int | bytes) -> bytes:
    """A NodeProto."""
    data = b"".join(protobuf.block(1, name) for name in inputs)
    data += protobuf.block(2, output) + protobuf.block(4, kind)
    for name, value in attributes.items():
        field = protobuf.integer(3, value) if isinstance(value, int) else protobuf.block(5, value)
        data += protobuf.block(5, protobuf.block(1, name) + field)
    return data


def onnx_of(tensors: list[bytes], nodes: list[bytes], sparse: list[bytes] = []) -> bytes:  # noqa: B006
    """A ModelProto."""
    parts = ((1, nodes), (5, tensors), (15, sparse))
    graph = b"".join(protobuf.block(number, each) for number, all_ in parts for each in all_)
    return protobuf.integer(1, 8) + protobuf.block(2, "x") + protobuf.block(7, graph)


def onnx_nibbles() -> bytes:
    """Rows of INT4 with a scale for each block of two columns."""
    scales = np.array([[1, 2], [0.5, 3]], "<f4").tobytes()
    codes = tensor("q", 22, [2, 3], (9, bytes([0x21, 0x8F, 0x07])))
    return onnx_of(
        [codes, tensor("s", 1, [2, 2], (9, scales))],
        [node("DequantizeLinear", ["q", "s"], "emb", axis=1, block_size=2)],
    )


FILES: dict[str, Callable[[], bytes]] = {
    "word2vec-binary": word2vec,
    "npy": npy,
    "keyedvectors": keyedvectors,
    "finalfusion": finalfusion,
    "finalfusion quantized": lambda: finalfusion((1, 4)),
    "keras": keras,
    "onnx": onnx,
    "onnx nibbles": onnx_nibbles,
}
