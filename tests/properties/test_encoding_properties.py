"""Every matrix encoding, over any numbers and parts, through a whole file and back."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from nlucompress.errors import FormatError
from nlucompress.format import codec
from nlucompress.format.indexes.kinds import Strings
from nlucompress.format.matrices import packing
from nlucompress.format.matrices.kinds import Coded, Dense, Matrix
from nlucompress.format.matrices.numbers import Codebook, Floats, Linear, Numbers, Partition, Per
from nlucompress.format.model import Model, Network, Table
from tests.builders.samples import coded, hashed, model_bytes, rich_model, sparse

ENCODINGS = ("dense", "sparse", "coded dense", "coded fixed", "coded sparse", "smallest")
PARTS: tuple[Per, ...] = ("tensor", "row", "label", "group")


class Case(NamedTuple):
    """A matrix and the rows that it must stand for."""

    numbers: Numbers
    codes: NDArray[Any]
    expected: NDArray[np.float32]


def part_of(partition: Partition, row: int, column: int) -> int:
    """Part of an element, written down once more."""
    group = column // partition.group if partition.group else 0
    return {"tensor": 0, "row": row, "label": column, "group": group}[partition.per]


@st.composite
def cases(draw: st.DrawFn, kind: str, per: Per) -> Case:
    """Codes, numbers and rows of a matrix of few rows."""
    rows, columns = draw(st.integers(0, 20)), draw(st.integers(0, 9))
    partition = Partition(per, draw(st.integers(1, 4)) if per == "group" else 0)
    parts = partition.count((rows, columns))
    rng = np.random.default_rng(draw(st.integers(0, 1 << 32)))
    if kind == "float":
        keep = rng.random((rows, columns)) < draw(st.sampled_from([0.1, 0.5, 1]))
        codes = (rng.normal(size=(rows, columns)) * keep).astype(np.float32)
        return Case(Floats(), codes, codes)
    levels = draw(st.sampled_from([2, 16, 256]))
    codes = np.minimum(rng.geometric(0.2, (rows, columns)) - 1, levels - 1).astype(np.uint8)
    expected = np.zeros((rows, columns), np.float32)
    numbers: Numbers
    if kind == "linear":
        scale = rng.random(parts).astype(np.float32)
        shared = draw(st.booleans())
        zero = rng.integers(0, levels, 1 if shared else parts)
        numbers = Linear(partition, scale, zero, levels)
        for (row, column), code in np.ndenumerate(codes):
            part = part_of(partition, row, column)
            step = int(code) - int(zero[0 if shared else part])
            expected[row, column] = np.float32(step) * scale[part]
    else:
        centroids: NDArray[Any] = rng.normal(size=(parts, levels)).astype(np.float32)
        centroids[:, 0] = 0
        numbers = Codebook(partition, centroids)
        for (row, column), code in np.ndenumerate(codes):
            expected[row, column] = centroids[part_of(partition, row, column), int(code)]
    return Case(numbers, codes, expected)


def encode(case: Case, encoding: str, block_rows: int) -> Matrix:
    """The case in one of the encodings."""
    dense = Dense(case.numbers, case.codes)
    if encoding == "dense":
        return dense
    if encoding == "smallest":
        return packing.smallest(dense, block_rows)
    listed = sparse(case.numbers, case.codes)
    if encoding == "sparse":
        return listed
    if encoding == "coded sparse":
        return coded(listed, block_rows)
    return coded(dense, block_rows, fixed=encoding == "coded fixed")


@pytest.mark.parametrize("per", PARTS)
@pytest.mark.parametrize("kind", ["float", "linear", "codebook"])
@pytest.mark.parametrize("encoding", ENCODINGS)
@settings(max_examples=15)
@given(data=st.data())
def test_every_encoding_round_trips(
    encoding: str, kind: str, per: Per, data: st.DataObject
) -> None:
    case = data.draw(cases(kind, per))
    matrix = encode(case, encoding, data.draw(st.integers(1, 6)))
    rows = case.codes.shape[0]
    table = Table(Strings.of(str(row) for row in range(rows)), matrix)
    model = Model({"t": table}, Network("none", {}, {"w": matrix}))
    file = model_bytes(model)
    read = codec.parse(file)
    assert read.network is not None
    order = np.array(data.draw(st.permutations(range(rows))), np.int64)
    for each in (read.table().matrix, read.network.tensors["w"]):
        assert each.shape == case.codes.shape
        assert np.array_equal(each.rows(order), case.expected[order])
    assert model_bytes(read) == file
    assert model_bytes(model) == file


@settings(max_examples=30)
@given(st.sampled_from(PARTS).flatmap(lambda per: cases("linear", per)), st.data())
def test_moved_rows_keep_their_numbers(case: Case, data: st.DataObject) -> None:
    rows = case.codes.shape[0]
    order = np.array(data.draw(st.permutations(range(rows))), np.int64)
    for encoding in ("dense", "sparse"):
        moved = encode(case, encoding, 1).take(order)
        assert moved.rows(np.arange(rows)).tolist() == case.expected[order].tolist()


@settings(max_examples=30)
@given(cases("linear", "row"))
def test_hashed_table_finds_every_row(case: Case) -> None:
    keys = [f"key {row}" for row in range(case.codes.shape[0])]
    index = hashed(keys, fingerprint_bits=12)
    by_slot = np.argsort(index.find(keys))
    matrix = coded(sparse(case.numbers, case.codes).take(by_slot))
    table = codec.parse(model_bytes(Model({"t": Table(index, matrix)}))).table()
    assert isinstance(table.matrix, Coded)
    assert table.lookup(keys).tolist() == case.expected.tolist()


FILE = model_bytes(rich_model())


@settings(max_examples=300)
@given(st.integers(0, 8 * len(FILE) - 1))
def test_any_flipped_bit_is_refused_or_harmless(bit: int) -> None:
    """Only padding, and the header's own spelling, may change without a word."""
    damaged = bytearray(FILE)
    damaged[bit // 8] ^= 0x80 >> bit % 8
    header = 8 + int.from_bytes(FILE[:8], "little")
    try:
        model = codec.parse(bytes(damaged))
    except FormatError:
        return
    assert bit // 8 < header, "a flipped bit of a tensor went unseen"
    assert model_bytes(model) == FILE
