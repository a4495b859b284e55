"""Tensors of all types: ONNX, whose reference evaluator answers; safetensors; finalfusion."""

from __future__ import annotations

import io
import random
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nlucompress.importers.options import ImportOptions
from tests.differential import texts
from tests.differential.harness import Case, Vectors


def _drawn(number: int, chance: random.Random) -> tuple[list[str], NDArray[np.float32]]:
    """Words and their rows."""
    words = sorted({texts.word(chance) for _ in range(chance.randint(2, 20))})
    rows = np.random.default_rng(number).normal(size=(len(words), chance.randint(1, 9)))
    return words, rows.astype(np.float32)


def _options(words: list[str], **more: Any) -> ImportOptions:
    return ImportOptions(keys=io.BytesIO("\n".join(words).encode()), **more)


class Onnx:
    """onnx."""

    NAME, PACKAGE = "ONNX", "onnx"

    @staticmethod
    def cases(seed: int, count: int, folder: Path) -> Iterator[Case]:
        """Tables of every type, as they stand or behind DequantizeLinear, before or after Gather.

        Scales stand for the whole table, for its columns, its rows, or blocks of either.
        """
        onnx: Any = import_module("onnx")
        reference = import_module("onnx.reference").ReferenceEvaluator

        kinds = [kind for name, kind in onnx.TensorProto.DataType.items() if name not in _NEVER]
        for number in range(count):
            chance = random.Random(f"{seed} {number}")
            words, rows = _drawn(number, chance)
            kind = kinds[number % len(kinds)]
            name = onnx.TensorProto.DataType.Name(kind)
            how = chance.choice(("all", "columns", "rows", "blocks"))
            graph, what = _graph(onnx, kind, rows, how, chance)
            path = folder / f"{number}.onnx"
            path.write_bytes(graph.SerializeToString())
            try:
                asked = {"rows": np.arange(len(words))}
                (told,) = reference(graph).run(None, asked)
            except (NotImplementedError, TypeError, ValueError, RuntimeError):
                continue  # the evaluator has not every type
            told = np.asarray(told).astype(np.float32)
            if not np.isfinite(told).all():
                continue
            yield Case(
                path, f"{seed} {number} {name} {what}", Vectors(words, told), _options(words)
            )


# What DequantizeLinear does not take, and no table is of.
_NEVER = ["UNDEFINED", "STRING", "BOOL", "COMPLEX64", "COMPLEX128", "INT64", "UINT32", "UINT64"]
_FLOATS = ("FLOAT", "FLOAT16", "DOUBLE", "BFLOAT16")


def _graph(onnx: Any, kind: int, rows: NDArray[Any], how: str, chance: random.Random) -> Any:
    """A graph that gives rows of a table."""
    helper = onnx.helper
    name = onnx.TensorProto.DataType.Name(kind)
    drawn = np.random.default_rng(rows.size)
    dtype = helper.tensor_dtype_to_np_dtype(kind)
    raw = chance.random() < 0.6
    if name in _FLOATS:
        codes = rows.astype(dtype)
    elif name.startswith("FLOAT"):
        codes = rows.astype(np.float32).clip(-1.4, 1.4).astype(dtype)
    else:
        bits = {"4": 4, "2": 2}.get(name[-1], min(8 * np.dtype(dtype).itemsize, 20))
        low = 0 if name.startswith("U") else -(1 << bits - 1)
        codes = drawn.integers(low, low + (1 << bits), rows.shape).astype(dtype)
    table = onnx.numpy_helper.from_array(codes, "codes")
    if not raw and name in ("FLOAT", "INT8", "UINT8", "INT32", "FLOAT16", "INT16", "UINT16"):
        values = codes.view(np.uint16) if name == "FLOAT16" else codes
        table = onnx.TensorProto(name="codes", data_type=kind, dims=codes.shape)
        field = table.float_data if name == "FLOAT" else table.int32_data
        field.extend(values.reshape(-1).tolist())
    initializers = [table]
    constant = chance.random() < 0.3
    nodes = []
    if constant:
        initializers = []
        nodes.append(helper.make_node("Constant", [], ["codes"], value=table))
    gather_first = how in ("all", "columns") and chance.random() < 0.4
    output, what = "codes", f"{how} raw {raw} constant {constant} gather first {gather_first}"
    if name not in _FLOATS:
        attributes: dict[str, int] = {}
        shape: tuple[int, ...] = {"all": (), "columns": rows.shape[1:], "rows": rows.shape[:1]}.get(
            how, ()
        )
        axis = 0 if how == "rows" else 1
        if how == "blocks":
            size = chance.randint(1, 4)
            blocks = [*rows.shape]
            blocks[axis] = -(-blocks[axis] // size)
            shape, attributes["block_size"] = tuple(blocks), size
        if how != "all":
            attributes["axis"] = axis
        scale = drawn.uniform(0.01, 0.2, shape).astype(np.float32)
        inputs = ["codes", "scale"]
        initializers.append(onnx.numpy_helper.from_array(np.asarray(scale), "scale"))
        if not name.startswith("FLOAT") and name != "INT32" and chance.random() < 0.7:
            zero = codes.reshape(-1)[drawn.integers(0, codes.size, shape)]
            inputs.append("zero")
            initializers.append(
                onnx.numpy_helper.from_array(np.asarray(zero, dtype).reshape(shape), "zero")
            )
        if gather_first:
            nodes.append(helper.make_node("Gather", ["codes", "rows"], ["some"], axis=0))
            inputs[0] = "some"
        if gather_first and how == "columns":
            attributes["axis"] = -1
        nodes.append(helper.make_node("DequantizeLinear", inputs, ["floats"], **attributes))
        output = "floats"
    if not (gather_first and name not in _FLOATS):
        nodes.append(helper.make_node("Gather", [output, "rows"], ["out"], axis=0))
        output = "out"
    asked = helper.make_tensor_value_info("rows", onnx.TensorProto.INT64, ["n"])
    given = helper.make_tensor_value_info(
        output, kind if name in _FLOATS else onnx.TensorProto.FLOAT, ["n", rows.shape[1]]
    )
    graph = helper.make_graph(nodes, "table", [asked], [given], initializers)
    opset = [helper.make_opsetid("", onnx.defs.onnx_opset_version())]
    return helper.make_model(graph, opset_imports=opset), what


class Safetensors:
    """safetensors."""

    NAME, PACKAGE = "safetensors", "safetensors"

    @staticmethod
    def cases(seed: int, count: int, folder: Path) -> Iterator[Case]:
        """Tables of every type of floats beside other tensors, some of integers."""
        from safetensors.numpy import load_file, save_file

        ml_dtypes = import_module("ml_dtypes")

        for number in range(count):
            chance = random.Random(f"{seed} {number}")
            words, rows = _drawn(number, chance)
            kinds = (np.float16, np.float32, np.float64, ml_dtypes.bfloat16)
            kind: Any = kinds[number % len(kinds)]
            tensors = {"größe": rows.astype(kind), "bias": np.arange(3, dtype=np.float32)}
            if chance.random() < 0.4:
                tensors["other"] = np.ones((len(words), 2), kind)
            if chance.random() < 0.3:
                tensors["codes"] = np.ones(chance.choice((4, (3, 4))), np.int8)
            path = folder / f"{number}.safetensors"
            save_file(tensors, path, metadata=chance.choice((None, {"keys": "no JSON"})))
            told = load_file(path)["größe"].astype(np.float32)
            options = _options(words, tensor="größe")
            yield Case(
                path, f"{seed} {number} {np.dtype(kind).name}", Vectors(words, told), options
            )


class Finalfusion:
    """finalfusion."""

    NAME, PACKAGE = "finalfusion", "finalfusion"

    @staticmethod
    def cases(seed: int, count: int, folder: Path) -> Iterator[Case]:
        """Plain and product-quantized rows, with norms and without."""
        parts: Any = import_module("finalfusion")
        storages: Any = import_module("finalfusion.storage")
        pieces_of = import_module("finalfusion.storage.quantized").PQ
        norms_of = import_module("finalfusion.norms").Norms
        vocabulary = import_module("finalfusion.vocab").SimpleVocab

        for number in range(count):
            chance = random.Random(f"{seed} {number}")
            words, rows = _drawn(number, chance)
            drawn = np.random.default_rng(number)
            norms = None
            if chance.random() < 0.5:
                norms = norms_of(drawn.uniform(0.5, 2, len(words)).astype(np.float32))
            storage: Any = storages.NdArray(rows)
            if chance.random() < 0.5:
                pieces, size = chance.randint(1, 4), chance.randint(1, 3)
                centroids = drawn.normal(size=(pieces, 256, size)).astype(np.float32)
                codes = drawn.integers(0, 256, (len(words), pieces)).astype(np.uint8)
                lengths = drawn.uniform(0.5, 2, len(words)).astype(np.float32)
                rotation = None
                if chance.random() < 0.4:
                    rotation = np.linalg.qr(drawn.normal(size=(pieces * size, pieces * size)))[0]
                    rotation = rotation.astype(np.float32)
                storage = storages.QuantizedArray(
                    pieces_of(centroids, rotation),
                    codes,
                    lengths if chance.random() < 0.5 else None,
                )
            made = parts.Embeddings(storage, vocabulary(list(words)), norms=norms)
            path = folder / f"{number}.fifu"
            made.write(str(path))
            told = np.array([made.embedding(word) for word in words], np.float32)
            yield Case(
                path, f"{seed} {number} {type(storage).__name__}", Vectors(words, told, 3e-6)
            )
