"""Products and product-quantized rows of any children, through whole files and both readers."""

from __future__ import annotations

import struct

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

import nlucompress as nc
from nlucompress.format import codec
from nlucompress.format.indexes.kinds import Strings
from nlucompress.format.matrices.kinds import Dense, Matrix, Product, ProductQuantized, from_dense
from nlucompress.format.matrices.numbers import Codebook, Floats, Linear, Partition, Per
from nlucompress.format.matrices.pq import code_numbers
from tests.builders.samples import model_bytes, sparse
from tests.reference.decoder import open_model

Rng = np.random.Generator


def plain(draw: st.DrawFn, rng: Rng, shape: tuple[int, int]) -> Matrix:
    """A matrix of numbers in any encoding that can be moved."""
    values: NDArray[np.float32] = rng.normal(size=shape).astype(np.float32)
    codes = rng.integers(0, 16, shape).astype(np.uint8)
    per: Per = draw(st.sampled_from(["tensor", "row", "label"]))
    partition = Partition(per)
    parts = partition.count(shape)
    scale = rng.normal(size=parts).astype(np.float16)
    linear = Linear(partition, scale.astype(np.float32), rng.integers(0, 16, parts), 16)
    half = Linear(partition, scale if parts != 1 else linear.scale, linear.zero_point, 16)
    centroids: NDArray[np.float32] = rng.normal(size=(parts, 16)).astype(np.float32)
    centroids[:, 0] = 0
    choices: list[Matrix] = [
        from_dense(values),
        Dense(Floats(), values.astype(np.float16)),
        sparse(Floats(), values * (rng.random(shape) < 0.3)),
        Dense(linear, codes),
        Dense(half, codes),
        Dense(Codebook(partition, centroids), codes),
    ]
    return choices[draw(st.integers(0, len(choices) - 1))]


def made(draw: st.DrawFn, rng: Rng, rows: int, columns: int, depth: int) -> Matrix:
    """A matrix of this shape, made of matrices or not."""
    kind = draw(st.sampled_from(["plain", "product", "pq"])) if depth else "plain"
    if kind == "product":
        rank = draw(st.integers(0, 5))
        return Product(
            made(draw, rng, rows, rank, depth - 1), made(draw, rng, rank, columns, depth - 1)
        )
    if kind == "plain" or columns == 0:
        return plain(draw, rng, (rows, columns))
    count = draw(st.integers(1, columns))
    each = draw(st.integers(2, 9))
    codes = rng.integers(0, each, (rows, count)).astype(np.uint8)
    return ProductQuantized(
        columns,
        Dense(code_numbers(each), codes),
        made(draw, rng, count * each, -(-columns // count), depth - 1),
        made(draw, rng, rows, 1, depth - 1) if draw(st.booleans()) else None,
        made(draw, rng, columns, columns, depth - 1) if draw(st.booleans()) else None,
    )


@st.composite
def composites(draw: st.DrawFn) -> Matrix:
    """Matrices that are made of others, up to four deep."""
    rng = np.random.default_rng(draw(st.integers(0, 1 << 32)))
    rows, columns = draw(st.integers(0, 12)), draw(st.integers(0, 7))
    return made(draw, rng, rows, columns, draw(st.integers(1, 3)))


def by_hand(matrix: Matrix) -> NDArray[np.float64]:
    """All rows, computed without rounding between the steps."""
    if isinstance(matrix, Product):
        return by_hand(matrix.left) @ by_hand(matrix.right)
    if not isinstance(matrix, ProductQuantized):
        return matrix.rows(np.arange(matrix.shape[0])).astype(np.float64)
    codes, centroids = by_hand(matrix.codes), by_hand(matrix.centroids)
    rows = np.zeros(matrix.shape)
    size, each = centroids.shape[1], len(centroids) // codes.shape[1]
    for (row, column), _ in np.ndenumerate(rows):
        part = column // size
        rows[row, column] = centroids[part * each + int(codes[row, part]), column % size]
    rows = rows if matrix.norms is None else rows * by_hand(matrix.norms)
    return rows if matrix.rotation is None else rows @ by_hand(matrix.rotation)


@settings(max_examples=100)
@given(composites())
def test_both_readers_and_plain_arithmetic_agree(matrix: Matrix) -> None:
    rows = matrix.shape[0]
    keys = [f"key {row}" for row in range(rows)]
    model = nc.Model({"t": nc.Table(Strings.of(keys), matrix)})
    expected = by_hand(matrix)
    hashed = nc.phash(model)
    for each in (model, hashed, nc.pack(hashed)):
        file = model_bytes(each)
        read = codec.parse(file)
        assert model_bytes(read) == file
        found = read.table().lookup(keys)
        assert found == pytest.approx(expected, rel=1e-5, abs=1e-5)
        table = open_model(file).tables["t"]
        spelled = [table.row(row) for row in table_rows(read, keys)]
        assert found.astype("<f4").tobytes() == b"".join(
            struct.pack(f"<{matrix.shape[1]}f", *row) for row in spelled
        )


def table_rows(model: nc.Model, keys: list[str]) -> list[int]:
    """The row of each key."""
    rows: list[int] = model.table().find(keys).tolist()
    return rows


@settings(max_examples=60)
@given(composites(), st.data())
def test_rows_move(matrix: Matrix, data: st.DataObject) -> None:
    rows = np.arange(matrix.shape[0])
    order = np.array(data.draw(st.permutations(rows.tolist())), np.int64)
    assert np.array_equal(matrix.take(order).rows(rows), matrix.rows(order))
