"""What a hostile file can claim under right digests: one change each to a valid file."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

import nlucompress as nc
from nlucompress.format.fields import Tensors
from tests.hostile.samples import (
    KEYS,
    Description,
    joined,
    linear,
    model_bytes,
    packed,
    taken_apart,
    wide,
)

TABLE = "tables.features"
STARTS, COLUMNS, CODES = (f"{TABLE}.matrix.{name}" for name in ("starts", "columns", "codes"))
OFFSETS, DATA, HASH = (f"{TABLE}.keys.{name}" for name in ("offsets", "data", "hash"))
ROWS = f"{TABLE}.matrix.rows"
Change = Callable[[Description, Tensors], object]

QUANTIZED = model_bytes(nc.quantize(wide(), nc.QuantizeOptions(bits=4, keep_zero_rows=True)))
SMALL = model_bytes(packed(wide()))
COUNT, WIDTH = 72, 16  # keys and labels of both
FLOATS = model_bytes(linear(KEYS[:4]))


def matrix(description: Description) -> Any:
    """The matrix of the table as the description tells of it."""
    return description["tables"]["features"]["matrix"]


def keys(description: Description) -> Any:
    """The keys of the table as the description tells of them."""
    return description["tables"]["features"]["keys"]


def put(name: str, at: int, value: float) -> Change:
    """Change one element of a tensor."""

    def change(_: Description, tensors: Tensors) -> None:
        tensors[name].reshape(-1)[at] = value

    return change


def cut(name: str) -> Change:
    """Leave out the last element of a tensor."""
    return lambda _, tensors: tensors.update({name: tensors[name][:-1].copy()})


def grown(name: str) -> Change:
    """Repeat the last element of a tensor."""
    return lambda _, tensors: tensors.update(
        {name: np.concatenate((tensors[name], tensors[name][-1:]))}
    )


def cast(name: str, dtype: str) -> Change:
    """Store a tensor as another type."""
    return lambda _, tensors: tensors.update({name: tensors[name].astype(dtype)})


def field(part: Callable[[Description], Any], name: str, value: object) -> Change:
    """Set a field of a part of the description."""
    return lambda description, _: part(description).update({name: value})


def numbers(description: Description) -> Any:
    """The numbers of the matrix as the description tells of them."""
    return matrix(description)["numbers"]


OF_QUANTIZED: dict[str, Change] = {
    "first start": put(STARTS, 0, 1),
    "starts fall": put(STARTS, 2, 100),
    "start negative": put(STARTS, 1, -1),
    "start huge": put(STARTS, 1, 2**62),
    "end beyond": put(STARTS, -1, 10_000),
    "column beyond": put(COLUMNS, 15, WIDTH),
    "column far beyond": put(COLUMNS, 0, 65_535),
    "columns repeat": lambda _, tensors: tensors.update({COLUMNS: tensors[COLUMNS] * 0}),
    "code beyond the levels": put(CODES, 0, 16),
    "code far beyond": put(CODES, 0, 255),
    "codes cut": cut(CODES),
    "columns cut": cut(COLUMNS),
    "starts cut": cut(STARTS),
    "starts grown": grown(STARTS),
    "starts as unsigned": cast(STARTS, "uint64"),
    "starts as floats": cast(STARTS, "float64"),
    "columns signed": cast(COLUMNS, "int16"),
    "codes as floats": cast(CODES, "float32"),
    "offsets fall": put(OFFSETS, 2, 0),
    "offset negative": put(OFFSETS, 1, -5),
    "offset beyond": put(OFFSETS, 1, 2**62),
    "offsets end early": put(OFFSETS, -1, 1),
    "offsets cut": cut(OFFSETS),
    "keys cut": cut(DATA),
    "keys grown": grown(DATA),
    "columns shrunk": field(matrix, "columns", 1),
    "columns negative": field(matrix, "columns", -1),
    "columns huge": field(matrix, "columns", 2**40),
    "columns a float": field(matrix, "columns", 3.0),
    "columns a flag": field(matrix, "columns", True),
    "levels too few": field(numbers, "levels", 1),
    "levels fewer than codes": field(numbers, "levels", 2),
    "levels huge": field(numbers, "levels", 10**30),
    "zero point beyond": field(numbers, "zero_point", 16),
    "zero point negative": field(numbers, "zero_point", -1),
    "scale huge": field(numbers, "scale", 1e38),
    "scale beyond": field(numbers, "scale", 1e300),
    "scale text": field(numbers, "scale", "1"),
    "per row without scales": field(numbers, "per", "row"),
    "group without size": field(numbers, "per", "group"),
    "labels twice": lambda description, _: description.update({"labels": ["a", "a", "b"]}),
    "labels too few": lambda description, _: description.update({"labels": ["a", "b"]}),
    "no labels": lambda description, _: description.update({"labels": []}),
    "stray tensor": lambda _, tensors: tensors.update({"stray": np.zeros(1, np.uint8)}),
    "no tensor": lambda _, tensors: tensors.pop(CODES),
}

OF_SMALL: dict[str, Change] = {
    "size too large": field(keys, "size", COUNT + 1),
    "size too small": field(keys, "size", COUNT - 1),
    "size huge": field(keys, "size", 2**32 - 1),
    "size beyond": field(keys, "size", 2**40),
    "levels huge": field(keys, "levels", [2**32 - 1]),
    "levels many": field(keys, "levels", [1] * 1000),
    "a level of none": field(keys, "levels", [0]),
    "no levels": field(keys, "levels", []),
    "groups of none": field(keys, "groups", [0, 4]),
    "groups too large": field(keys, "groups", [41, 4]),
    "seed too large": field(keys, "groups", [16, 9]),
    "groups of three": field(keys, "groups", [16, 4, 1]),
    "fingerprints too wide": field(keys, "fingerprint_bits", 17),
    "fingerprints wider": field(keys, "fingerprint_bits", 9),
    "fingerprints none": field(keys, "fingerprint_bits", 0),
    "hash cut": cut(HASH),
    "hash grown": grown(HASH),
    "rank lies": put(HASH, 0, 255),
    "anchor lies": put(HASH, 64, 1),
    "rows more": field(matrix, "shape", [COUNT + 1, WIDTH]),
    "rows fewer": field(matrix, "shape", [COUNT - 1, WIDTH]),
    "rows huge": field(matrix, "shape", [2**39, 3]),
    "columns huge": field(matrix, "shape", [COUNT, 2**20]),
    "columns other": field(matrix, "shape", [COUNT, WIDTH + 1]),
    "shape of one": field(matrix, "shape", [COUNT]),
    "block of none": field(matrix, "block_rows", 0),
    "block huge": field(matrix, "block_rows", 2**20),
    "stream longer": field(matrix, "stream_bits", 2**39),
    "stream empty": field(matrix, "stream_bits", 0),
    "stride odd": field(matrix, "offsets", [17, 0]),
    "offsets too wide": field(matrix, "offsets", [16, 58]),
    "symbols of floats": field(matrix, "symbol_bits", 32),
    "symbols negative": field(matrix, "symbol_bits", -1),
    "not sparse": field(matrix, "sparse", False),
    "sparse a number": field(matrix, "sparse", 1),
    "alphabet larger": field(numbers, "levels", 300),
    "rows cut": cut(ROWS),
    "rows grown": grown(ROWS),
    "code lengths all one": put(ROWS, 0, 0x11),
    "code lengths beyond": put(ROWS, 0, 0xFF),
}


def changed(file: bytes, change: Change) -> bytes:
    """A file with right digests, changed."""
    description, tensors = taken_apart(file)
    change(description, tensors)
    return joined(description, tensors)
