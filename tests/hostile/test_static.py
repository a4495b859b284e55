"""Static functions whose digests are right and whose contents lie, beside a valid neighbour."""

from __future__ import annotations

import tracemalloc

import numpy as np
import pytest

import nlucompress as nc
from nlucompress.errors import FormatError
from nlucompress.format import codec
from nlucompress.format.fields import Tensors
from nlucompress.native import extension
from tests.golden.sources import SOURCES
from tests.hostile.lies import (
    HASH,
    ROWS,
    Change,
    changed,
    cut,
    field,
    grown,
    keys,
    matrix,
    numbers,
    put,
)
from tests.hostile.samples import Description, answers, model_bytes, wide

MARKED = nc.phash(
    nc.quantize(wide(), nc.QuantizeOptions(bits=4, keep_zero_rows=True)),
    nc.PhashOptions(method="static"),
)
FUNCTION = model_bytes(nc.pack(MARKED))
HASHES = model_bytes(MARKED)
COMMON = model_bytes(SOURCES["packed_static_common"]())
OF_HASHES = "tables.features.keys.hashes"


def swapped(_: Description, tensors: Tensors) -> None:
    """Two hashes in the wrong order."""
    tensors[OF_HASHES] = tensors[OF_HASHES][::-1].copy()


def repeated(_: Description, tensors: Tensors) -> None:
    """One hash twice."""
    tensors[OF_HASHES][1] = tensors[OF_HASHES][0]


def nowhere(description: Description, tensors: Tensors) -> None:
    """Nothing in the file, and endlessly many shards and keys."""
    keys(description).update({"places": 0, "stored": 2**40, "size": 0, "offsets": [16, 0]})
    matrix(description).update({"longest": 0})
    tensors[HASH] = np.zeros(0, np.uint8)


def elsewhere(description: Description, _: Tensors) -> None:
    """Static rows as a tensor of the network."""
    description["network"]["tensors"]["bias"] = {**matrix(description)}


LIES: dict[str, Change] = {
    "size huge": field(keys, "size", 2**32 - 1),
    "size beyond": field(keys, "size", 2**40),
    "more stored": field(keys, "stored", 2**20),
    "stored huge": field(keys, "stored", 2**40),
    "nothing stored": field(keys, "stored", 0),
    "places more": field(keys, "places", 2**20),
    "places fewer": field(keys, "places", 64),
    "places huge": field(keys, "places", 2**40),
    "stride odd": field(keys, "offsets", [17, 0]),
    "offsets of three": field(keys, "offsets", [16, 0, 0]),
    "offsets too wide": field(keys, "offsets", [16, 58]),
    "offsets wide": field(keys, "offsets", [16, 57]),
    "fingerprints too wide": field(keys, "fingerprint_bits", 17),
    "function cut": cut(HASH),
    "function grown": grown(HASH),
    "first shard later": put(HASH, 0, 255),
    "rows of other keys": field(matrix, "kind", "coded"),
    "keys of other rows": field(keys, "kind", "hash"),
    "no function": field(keys, "kind", "strings"),
    "longest beyond": field(matrix, "longest", 2**20),
    "longest huge": field(matrix, "longest", 2**41),
    "columns huge": field(matrix, "columns", 2**21),
    "columns other": field(matrix, "columns", 17),
    "symbols of floats": field(matrix, "symbol_bits", 32),
    "not dense": field(matrix, "sparse", True),
    "per row": field(numbers, "per", "row"),
    "alphabet larger": field(numbers, "levels", 300),
    "rows cut": cut(ROWS),
    "rows grown": grown(ROWS),
    "code lengths all one": put(ROWS, 0, 0x11),
    "endless shards of nothing": nowhere,
    "static rows elsewhere": elsewhere,
}
LIES_OF_COMMON: dict[str, Change] = {
    "none": field(matrix, "common", []),
    "the last none": field(matrix, "common", [6, 2, 0]),
    "more": field(matrix, "common", [7, 2]),
    "fewer": field(matrix, "common", [6, 1]),
    "shorter": field(matrix, "common", [8]),
    "longer": field(matrix, "common", [6, 1, 1]),
    "too many": field(matrix, "common", [1025]),
    "too long": field(matrix, "common", [1] * 17),
    "below none": field(matrix, "common", [-1, 9]),
    "left out": lambda description, _: matrix(description).pop("common"),
    "dense": field(matrix, "sparse", False),
    "columns equal": put(ROWS, -1, 0),
    "columns beyond": put(ROWS, -1, 0xFF),
    "rows cut": cut(ROWS),
    "rows grown": grown(ROWS),
}
LIES_OF_HASHES: dict[str, Change] = {
    "hashes swapped": swapped,
    "a hash twice": repeated,
    "hashes cut": cut(OF_HASHES),
    "hashes narrow": lambda _, tensors: tensors.update({OF_HASHES: tensors[OF_HASHES][:, :8]}),
    "fingerprints too wide": field(keys, "fingerprint_bits", 17),
    "static rows behind hashes": field(matrix, "kind", "static"),
}


def test_the_neighbours_are_accepted() -> None:
    assert answers(FUNCTION)
    assert answers(HASHES)
    assert answers(COMMON)
    if extension is not None:
        extension.Reader(FUNCTION)
        extension.Reader(HASHES)
        extension.Reader(COMMON)


FILES = {"function": (FUNCTION, LIES), "hashes": (HASHES, LIES_OF_HASHES)}
FILES["common rows"] = (COMMON, LIES_OF_COMMON)


@pytest.mark.parametrize(
    ("what", "name"), [(what, name) for what, (_, lies) in FILES.items() for name in lies]
)
def test_lies_are_refused(what: str, name: str) -> None:
    file, lies = FILES[what]
    change = lies[name]
    hostile = changed(file, change)
    assert hostile != file
    tracemalloc.start()
    try:
        with pytest.raises(FormatError):
            answers(hostile)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 64 * len(file) + (1 << 20)
    if extension is not None:
        with pytest.raises(ValueError, match=r"\w"):
            extension.Reader(hostile)


def test_any_bits_of_a_function_are_a_row() -> None:
    def noise(_: Description, tensors: Tensors) -> None:
        tensors[HASH][8:] = np.random.default_rng(3).integers(0, 256, len(tensors[HASH]) - 8)

    for longest in (None, 3, 20):
        file = changed(FUNCTION, noise)
        if longest is not None:
            file = changed(file, field(matrix, "longest", longest))
        table = codec.parse(file).table()
        handles = np.arange(2**62, 2**62 + 10**6, 9973)
        rows = table.matrix.rows(handles)
        assert rows.shape == (len(handles), 16)
        plain = codec.parse(file).table()
        plain.matrix.__dict__["_native"] = None
        assert (plain.matrix.rows(handles) == rows).all()
