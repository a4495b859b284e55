"""Matrices that are made of matrices: rows, moves, storage, and what a file may not say."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

import nlucompress as nc
from nlucompress.errors import FormatError
from nlucompress.format.fields import Fields, Tensors
from nlucompress.format.indexes.kinds import Strings
from nlucompress.format.matrices import kinds as matrices
from nlucompress.format.matrices import packing
from nlucompress.format.matrices.coded import Coded
from nlucompress.format.matrices.kinds import (
    Dense,
    Matrix,
    Product,
    ProductQuantized,
    from_dense,
    leaves,
)
from nlucompress.format.matrices.numbers import Floats, Linear, Partition
from nlucompress.format.matrices.pq import code_numbers
from nlucompress.stages.measure.inspect.stage import inspect
from tests.builders.samples import coded, int64, model_bytes, sparse, uint8

LEFT = np.array([[1, 2], [0, -1], [0.5, 0]], np.float32)
RIGHT = np.array([[1, 0, 3, 4], [0, 2, 0, -1]], np.float32)
MULTIPLIED: list[list[float]] = [[1, 4, 3, 2], [0, -2, 0, 1], [0.5, 0, 1.5, 2]]

# Two subvectors of two numbers, of which three columns are left; three centroids each.
CODES = np.array([[0, 2], [1, 1], [2, 0]], np.uint8)
CENTROIDS = np.array([[1, 2], [3, 4], [5, 6], [7, 8], [9, 10], [11, 12]], np.float32)
PICKED: list[list[float]] = [[1, 2, 11], [3, 4, 9], [5, 6, 7]]
NORMS = np.array([[2], [0], [-0.5]], np.float32)
SWAP = np.array([[0, 1, 0], [1, 0, 0], [0, 0, 1]], np.float32)


def pq(**parts: Matrix) -> ProductQuantized:
    """Product-quantized rows."""
    codes = Dense(code_numbers(3), CODES)
    return replace(ProductQuantized(3, codes, from_dense(CENTROIDS)), **parts)  # type: ignore[arg-type]


def grid(values: np.ndarray[Any, Any]) -> Dense:
    """The same whole numbers as codes around 8."""
    numbers = Linear(Partition(), np.ones(1, np.float32), int64(8), 32)
    return Dense(numbers, (values + 8).astype(np.uint8))


ALL: dict[str, tuple[Matrix, list[list[float]]]] = {
    "product": (Product(from_dense(LEFT), from_dense(RIGHT)), MULTIPLIED),
    "product of sparse and codes": (Product(sparse(Floats(), LEFT), grid(RIGHT)), MULTIPLIED),
    "product of a product": (
        Product(Product(from_dense(LEFT), from_dense(np.eye(2))), from_dense(RIGHT)),
        MULTIPLIED,
    ),
    "product of rank 0": (
        Product(from_dense(np.zeros((3, 0))), from_dense(np.zeros((0, 4)))),
        [[0, 0, 0, 0]] * 3,
    ),
    "pq": (pq(), PICKED),
    "pq of codes": (pq(centroids=grid(CENTROIDS)), PICKED),
    "pq of coded codes": (pq(codes=coded(Dense(code_numbers(3), CODES))), PICKED),
    "pq with norms": (pq(norms=from_dense(NORMS)), [[2, 4, 22], [0, 0, 0], [-2.5, -3, -3.5]]),
    "pq with rotation": (pq(rotation=from_dense(SWAP)), [[2, 1, 11], [4, 3, 9], [6, 5, 7]]),
    "pq with both": (
        pq(norms=from_dense(NORMS), rotation=from_dense(SWAP)),
        [[4, 2, 22], [0, 0, 0], [-3, -2.5, -3.5]],
    ),
    "product of pq": (Product(pq(), from_dense(SWAP)), [[2, 1, 11], [4, 3, 9], [6, 5, 7]]),
}


def parse(description: dict[str, Any], tensors: Tensors) -> Matrix:
    """Read from a description."""
    return matrices.parse(Fields(description, "m", tensors))


def stored(name: str) -> tuple[dict[str, Any], Tensors]:
    """Description and tensors of an encoding."""
    tensors: Tensors = {}
    return ALL[name][0].store("m", tensors), tensors


@pytest.mark.parametrize("name", ALL)
def test_rows_by_hand(name: str) -> None:
    matrix, expected = ALL[name]
    for each in (matrix, parse(*stored(name)), packing.smallest(matrix)):
        assert each.shape == (3, len(expected[0]))
        assert each.rows(np.arange(3)).tolist() == expected
        assert each.rows(int64(2, 0, 2)).tolist() == [expected[2], expected[0], expected[2]]
        assert each.rows(int64()).shape == (0, len(expected[0]))
        assert each.rows(int64(1)).dtype == np.float32


@pytest.mark.parametrize("name", [name for name in ALL if "coded" not in name])
def test_rows_move(name: str) -> None:
    matrix, expected = ALL[name]
    moved = matrix.take(int64(2, 0, 0, 1))
    assert moved.rows(np.arange(4)).tolist() == [expected[row] for row in (2, 0, 0, 1)]


def test_children_are_packed_each_on_its_own() -> None:
    codes = Dense(code_numbers(4), np.tile(CODES, (500, 1)))
    packed = packing.smallest(pq(codes=codes, centroids=from_dense(np.tile(CENTROIDS, (2, 1)))))
    assert isinstance(packed, ProductQuantized)
    assert isinstance(packed.codes, Coded)
    assert isinstance(packed.centroids, Dense)
    tensors: Tensors = {}
    read = parse(packed.store("m", tensors), tensors)
    assert read.rows(np.arange(1500)).shape == (1500, 3)


def test_leaves_by_path() -> None:
    assert list(leaves(ALL["product of pq"][0])) == ["left.codes", "left.centroids", "right"]
    assert list(leaves(from_dense(LEFT))) == [""]


def test_sums_are_rounded_once() -> None:
    left = from_dense(np.array([[1, 2**-24, 2**-24]], np.float32))
    assert Product(left, from_dense(np.ones((3, 1)))).rows(int64(0)) == [[1 + 2**-23]]


@pytest.mark.parametrize("name", ALL)
def test_whole_files_are_inspected(name: str) -> None:
    matrix, expected = ALL[name]
    keys = Strings.of(["a", "b", "c"])
    model = nc.Model({"t": nc.Table(keys, matrix)}, nc.Network("tensors", {}, {"w": matrix}))
    if "coded" not in name:
        model = nc.pack(nc.phash(model))
    file = model_bytes(model)
    found = inspect(file, verify=True)
    assert found.problems == ()
    assert found.verified
    assert found.account is not None
    assert sum(part.bytes for part in found.account.parts) == len(file)
    assert found.account.tables[0].nonzero is None
    info = found.tables[0].matrix
    assert (info.rows, info.columns) == (3, len(expected[0]))
    assert info.encoding == matrix.kind
    assert set(info.children) == set(getattr(matrix, "children", ()))


def nested(depth: int) -> Matrix:
    """So many matrices within each other, the innermost one of numbers."""
    one = from_dense(np.ones((1, 1)))
    matrix: Matrix = one
    for _ in range(depth - 1):
        matrix = Product(matrix, one)
    return matrix


def test_nesting_has_an_end() -> None:
    tensors: Tensors = {}
    assert parse(nested(8).store("m", tensors), tensors).rows(int64(0)).tolist() == [[1]]
    tensors = {}
    with pytest.raises(FormatError, match="nested"):
        parse(nested(9).store("m", tensors), tensors)


def dense(rows: int, columns: int) -> Dense:
    """Zeros."""
    return from_dense(np.zeros((rows, columns)))


@pytest.mark.parametrize(
    ("bad", "problem"),
    [
        (Product(dense(3, 2), dense(3, 4)), "do not meet"),
        (Product(dense(3, 5), sparse(Floats(), np.zeros((4, 9), np.float32))), "do not meet"),
        (replace(pq(), columns=0), "outside"),
        (replace(pq(), columns=(1 << 20) + 1), "outside"),
        (replace(pq(), columns=1), "subvectors"),
        (replace(pq(), columns=5), "shape"),
        (pq(codes=from_dense(CODES.astype(np.float32))), "linear"),
        (pq(codes=Product(dense(3, 1), dense(1, 2))), "linear"),
        (pq(codes=Dense(code_numbers(4), CODES)), "more than the centroids"),
        (pq(codes=Dense(code_numbers(3), np.zeros((3, 0), np.uint8))), "subvectors"),
        (pq(codes=grid(CODES)), "scale"),
        (
            pq(codes=Dense(replace(code_numbers(3), scale=np.full(1, 2, np.float32)), CODES)),
            "scale",
        ),
        (pq(centroids=dense(5, 2)), "more than the centroids"),
        (pq(centroids=dense(7, 2)), "subvectors"),
        (pq(centroids=dense(6, 3)), "shape"),
        (pq(norms=dense(2, 1)), "shape"),
        (pq(norms=dense(3, 2)), "shape"),
        (pq(rotation=dense(2, 2)), "shape"),
        (pq(rotation=dense(4, 4)), "shape"),
    ],
)
def test_parts_that_do_not_fit_are_refused(bad: Matrix, problem: str) -> None:
    tensors: Tensors = {}
    with pytest.raises(FormatError, match=problem):
        parse(bad.store("m", tensors), tensors)


def test_a_factor_that_claims_too_much_is_refused() -> None:
    # Rows without entries take a bit or so each: few bytes claim many numbers.
    huge = replace(sparse(Floats(), np.zeros((64, 1), np.float32)), width=1 << 20)
    tensors: Tensors = {}
    with pytest.raises(FormatError, match="more than"):
        parse(Product(dense(3, 64), huge).store("m", tensors), tensors)
    wide = Product(huge, sparse(Floats(), np.zeros((1 << 20, 1), np.float32)))
    tensors = {}
    assert parse(wide.store("m", tensors), tensors).rows(np.arange(64)).shape == (64, 1)


@pytest.mark.parametrize("name", ["product", "pq with both"])
@pytest.mark.parametrize("change", [{"more": 1}, {"kind": "folded"}, {"numbers": {}}])
def test_fields_are_checked(name: str, change: dict[str, Any]) -> None:
    description, tensors = stored(name)
    with pytest.raises(FormatError):
        parse({**description, **change}, tensors)
    for field in description:
        fewer = {key: value for key, value in description.items() if key != field}
        if field not in ("norms", "rotation"):
            with pytest.raises(FormatError):
                parse(fewer, tensors)


def test_numbers_beyond_float32_are_refused() -> None:
    big = np.full((3, 1), 3e38, np.float32)
    factors = Product(from_dense(big), from_dense(np.full((1, 2), 10, np.float32)))
    for bad in (factors, pq(norms=from_dense(big)), pq(rotation=from_dense(SWAP * 1e38))):
        tensors: Tensors = {}
        with pytest.raises(FormatError, match="float32"):
            parse(bad.store("m", tensors), tensors).rows(np.arange(3))
    tensors = {}
    description = ALL["product"][0].store("m", tensors)
    tensors["m.right.codes"] = np.full((2, 4), np.nan, np.float32)
    with pytest.raises(FormatError, match="NaN"):
        parse(description, tensors)


def test_a_code_beyond_its_levels_is_refused() -> None:
    description, tensors = stored("pq")
    tensors["m.codes.codes"] = np.tile(uint8(3), (3, 2))
    with pytest.raises(FormatError, match="levels"):
        parse(description, tensors)
