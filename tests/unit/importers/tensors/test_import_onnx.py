"""ONNX tensors of every type, what decodes them, and what is left out."""

from __future__ import annotations

import io
import warnings
from typing import Any

import numpy as np
import pytest

import nlucompress as nc
from nlucompress.errors import ForeignFileWarning, FormatError, UsageError
from nlucompress.io import protobuf
from tests.builders import vector_files as files
from tests.builders.vector_files import node, onnx_of, tensor

WORDS = np.array([[1, 2, 3], [-4, 5, -6]], np.float32)
TABLE = tensor("words", 1, [2, 3], (9, WORDS.tobytes()))
CODES = tensor("q", 2, [2, 3], (9, bytes([1, 2, 3, 4, 5, 255])))
SCALE = tensor("s", 1, [], (9, np.float32(0.5).tobytes()))
ZERO = tensor("z", 2, [], (9, bytes([2])))
SHAPE = tensor("shape", 7, [2], (9, np.array([1, 2], "<i8").tobytes()))
DECODED = [[-0.5, 0, 0.5], [1, 1.5, 126.5]]


def load(data: bytes, **options: Any) -> nc.Model:
    return nc.import_model(io.BytesIO(data), nc.ImportOptions(**options))


def rows(model: nc.Model) -> list[list[float]]:
    matrix = model.table().matrix
    found: list[list[float]] = matrix.rows(np.arange(matrix.shape[0])).tolist()
    return found


def packed(numbers: list[int]) -> bytes:
    return b"".join(protobuf.integer(1, number)[1:] for number in numbers)


def test_sixteen_bits_listed_as_integers() -> None:
    half = packed(WORDS.astype("<f2").view("<u2").reshape(-1).tolist())
    brain = packed((WORDS.view("<u4") >> 16).reshape(-1).tolist())
    for kind, bits in ((10, half), (16, brain)):
        assert rows(load(onnx_of([tensor("w", kind, [2, 3], (5, bits))], []))) == WORDS.tolist()
        wrong = tensor("w", kind, [1, 1], (5, packed([1 << 16])))
        with pytest.raises(FormatError, match="tensor 'w': what it lists are no bits of its type"):
            load(onnx_of([wrong], []))


@pytest.mark.parametrize(
    ("kind", "raw", "wanted"),
    [
        (21, b"\x21\xf8\x07", [1, 2, 8, 15, 7]),
        (22, b"\x21\xf8\x07", [1, 2, -8, -1, 7]),
        (25, b"\xe4\x02", [0, 1, 2, 3, 2]),
        (26, b"\xe4\x02", [0, 1, -2, -1, -2]),
        (23, b"\x21\xf8\x07", [0.5, 1, -0.0, -6, 6]),
        (17, b"\x38\x30\xb8\x7e\x01", [1, 0.5, -1, 448, 2**-9]),
        (18, b"\x40\x38\xc0\x7f\x01", [1, 0.5, -1, 240, 2**-10]),
        (19, b"\x3c\x38\xbc\x7b\x01", [1, 0.5, -1, 57344, 2**-16]),
        (20, b"\x40\x3c\xc0\x7f\x01", [1, 0.5, -1, 57344, 2**-17]),
        (3, b"\x01\xff\x80\x7f\x00", [1, -1, -128, 127, 0]),
        (5, b"\x01\0\xff\xff\0\x80\xff\x7f\0\0", [1, -1, -32768, 32767, 0]),
        (4, b"\x01\0\xff\xff\0\x80\xff\x7f\0\0", [1, 65535, 32768, 32767, 0]),
    ],
)
def test_codes_of_every_type(kind: int, raw: bytes, wanted: list[float]) -> None:
    """The first of several elements in a byte lies in its lowest bits."""
    decode = [node("DequantizeLinear", ["q", "s"], "emb")]
    for field, data in ((9, raw), (5, packed(list(raw)))):
        if field == 5 and kind in (4, 5):
            data = packed([int(each) for each in wanted])
        codes = tensor("q", kind, [1, 5], (field, data))
        one = tensor("s", 1, [], (9, np.float32(2).tobytes()))
        assert rows(load(onnx_of([codes, one], decode))) == [[2 * each for each in wanted]]
        with pytest.raises(FormatError, match="numbers, but the shape"):
            load(onnx_of([tensor("q", kind, [3, 5], (field, data)), one], decode))


def test_a_scale_for_each_block() -> None:
    assert rows(load(files.onnx_nibbles())) == [[1, 2, -2], [-4, 3.5, 0]]
    data = files.onnx_nibbles().replace(b"block_size\x18\x02", b"block_size\x18\x01")
    with pytest.raises(FormatError, match="the scales of tensor 'q' do not fit it"):
        load(data)


def test_a_decoder_behind_gather() -> None:
    gather = node("Gather", ["q", "ids"], "some")
    nodes = [gather, node("DequantizeLinear", ["some", "s", "z"], "rows")]
    assert rows(load(onnx_of([CODES, SCALE, ZERO], nodes))) == DECODED
    by_column = tensor("s", 1, [3], (9, np.array([1, 2, 3], "<f4").tobytes()))
    nodes = [gather, node("DequantizeLinear", ["some", "s"], "rows", axis=-1)]
    assert rows(load(onnx_of([CODES, by_column], nodes))) == [[1, 4, 9], [4, 10, 765]]
    # A scale for each of the rows that are gathered says nothing of the table's rows.
    nodes = [gather, node("DequantizeLinear", ["some", "s"], "rows", axis=0)]
    with pytest.raises(UsageError, match=r"may be the real table: q \(UINT8 \[2, 3\]\)"):
        load(onnx_of([CODES, by_column, TABLE], nodes))


def test_no_table_is_guessed_beside_tensors_that_are_not_read() -> None:
    head = onnx_of([TABLE, CODES], [node("MatMulInteger", ["x", "q"], "y")])
    with pytest.raises(UsageError, match=r"not floats and may be the real table: q \(UINT8 \[2, 3"):
        load(head)
    with pytest.warns(ForeignFileWarning, match=r"left out, for they are not floats: q \(UINT8"):
        assert rows(load(head, tensor="words")) == WORDS.tolist()
    assert rows(load(head, skip=("q",))) == WORDS.tolist()
    with pytest.raises(UsageError, match=r"tensor q \(UINT8 \[2, 3\]\) is not of floats"):
        load(head, tensor="q")
    with pytest.raises(FormatError, match=r"no tensor is of floats; there are q \(UINT8 \[2, 3\]"):
        load(onnx_of([CODES], []))
    strange = tensor("odd", 99, [2, 2])
    with pytest.raises(UsageError, match=r"odd \(type 99 \[2, 2\]\)"):
        load(onnx_of([TABLE, strange], []))


def test_a_short_list_of_integers_is_a_shape() -> None:
    with pytest.warns(ForeignFileWarning, match=r"not floats: shape \(INT64 \[2\]\)"):
        assert rows(load(onnx_of([TABLE, SHAPE], []))) == WORDS.tolist()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        load(onnx_of([TABLE, SHAPE], []), skip=("shape",))


def test_constants_are_tensors() -> None:
    constant = node("Constant", [], "emb", value=tensor("", 1, [2, 3], (9, WORDS.tobytes())))
    assert rows(load(onnx_of([], [constant]))) == WORDS.tolist()
    with pytest.raises(UsageError, match="several tensors can be the table, name one: emb, words"):
        load(onnx_of([TABLE], [constant]))
    decode = node("DequantizeLinear", ["c", "s", "z"], "emb")
    codes = node("Constant", [], "c", value=CODES)
    assert rows(load(onnx_of([SCALE, ZERO], [codes, decode]))) == DECODED


def test_sparse_tensors_are_named() -> None:
    values = tensor("emb", 1, [1], (9, np.float32(1).tobytes()))
    sparse = protobuf.block(1, values) + protobuf.integer(3, 5) + protobuf.integer(3, 4)
    with pytest.raises(UsageError, match=r"may be the real table: emb \(FLOAT \[5, 4\]\)"):
        load(onnx_of([TABLE], [], [sparse]))
    assert rows(load(onnx_of([TABLE], [], [sparse]), skip=("emb",))) == WORDS.tolist()


def test_onnx_agrees() -> None:
    onnx = pytest.importorskip("onnx")
    reference = pytest.importorskip("onnx.reference")
    helper, random = onnx.helper, np.random.default_rng(3)
    for name in ("INT4", "UINT4", "INT2", "UINT2", "FLOAT8E4M3FN", "FLOAT8E5M2", "FLOAT4E2M1"):
        low = -2 if name.startswith("INT") else 0
        codes = random.integers(low, low + 4, 35).tolist()
        made = [
            helper.make_tensor("q", getattr(onnx.TensorProto, name), [5, 7], codes),
            helper.make_tensor("s", onnx.TensorProto.FLOAT16, [5, 3], random.random(15).tolist()),
        ]
        decode = helper.make_node("DequantizeLinear", ["q", "s"], ["emb"], axis=1, block_size=3)
        output = helper.make_tensor_value_info("emb", onnx.TensorProto.UNDEFINED, None)
        graph = helper.make_graph([decode], "g", [], [output], made)
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 25)])
        wanted = reference.ReferenceEvaluator(model).run(None, {})[0].astype(np.float32)
        assert rows(load(model.SerializeToString())) == wanted.tolist()
