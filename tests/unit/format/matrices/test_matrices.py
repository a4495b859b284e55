"""Matrix encodings: rows, moves, storage, and what a file may not say."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from nlucompress.errors import FormatError
from nlucompress.format.fields import Fields, Tensors
from nlucompress.format.matrices import kinds as matrices
from nlucompress.format.matrices.kinds import Coded, Dense, Matrix, Plain, from_dense
from nlucompress.format.matrices.numbers import Codebook, Floats, Linear, Numbers, Partition
from tests.builders.samples import coded, int64, sparse, uint8

VALUES = np.array([[0, 1.5, 0, -2], [0, 0, 0, 0], [3, 0, 0, 0.25]], np.float32)
LINEAR = Linear(Partition("row"), np.array([1, 2, 4], np.float32), int64(1, 0, 2), 4)
BOOK = Codebook(Partition(), np.array([[0, -1, 1, 5]], np.float32))
CODES = np.array([[1, 3, 1, 0], [0, 0, 2, 0], [2, 2, 2, 2]], np.uint8)


def encodings() -> dict[str, tuple[Plain, list[list[float]]]]:
    """Every encoding and the rows that it stands for."""
    systems: dict[str, tuple[Numbers, Any, list[list[float]]]] = {
        "float": (Floats(), VALUES, VALUES.tolist()),
        "linear": (LINEAR, CODES, [[0, 2, 0, -1], [0, 0, 4, 0], [0, 0, 0, 0]]),
        "codebook": (BOOK, CODES, [[-1, 5, -1, 0], [0, 0, 1, 0], [1, 1, 1, 1]]),
    }
    result: dict[str, tuple[Plain, list[list[float]]]] = {}
    for name, (numbers, codes, expected) in systems.items():
        dense, listed = Dense(numbers, codes), sparse(numbers, codes)
        result[f"dense {name}"] = dense, expected
        result[f"sparse {name}"] = listed, expected
        result[f"coded dense {name}"] = coded(dense), expected
        result[f"coded fixed {name}"] = coded(dense, fixed=True), expected
        result[f"coded sparse {name}"] = coded(listed, block_rows=2), expected
    return result


ALL = encodings()


def parse(description: dict[str, Any], tensors: Tensors) -> Matrix:
    """Read from a description."""
    return matrices.parse(Fields(description, "m", tensors))


def again(matrix: Matrix) -> Matrix:
    """Stored and read."""
    tensors: Tensors = {}
    return parse(matrix.store("m", tensors), tensors)


@pytest.mark.parametrize("name", ALL)
def test_rows_by_hand(name: str) -> None:
    matrix, expected = ALL[name]
    for each in (matrix, again(matrix)):
        assert type(each) is type(matrix)
        assert each.shape == (3, 4)
        assert each.rows(np.arange(3)).tolist() == expected
        assert each.rows(int64(2, 0, 2)).tolist() == [expected[2], expected[0], expected[2]]
        assert each.rows(int64()).shape == (0, 4)
        assert each.rows(int64(1)).dtype == np.float32


@pytest.mark.parametrize("name", ALL)
def test_listed_elements_rebuild_the_matrix(name: str) -> None:
    matrix, expected = ALL[name]
    read = again(matrix)
    assert isinstance(read, type(matrix))
    rows, columns, values = matrices.values_of(read)
    rebuilt = np.zeros((3, 4), np.float32)
    rebuilt[rows, columns] = values
    assert rebuilt.tolist() == expected


@pytest.mark.parametrize("name", ALL)
def test_rows_move_with_their_scales(name: str) -> None:
    matrix, expected = ALL[name]
    order = int64(2, 0, 0, 1)
    if isinstance(matrix, Coded):
        with pytest.raises(FormatError, match="cannot be moved"):
            matrix.take(order)
        return
    moved = again(matrix.take(order))
    assert moved.rows(np.arange(4)).tolist() == [expected[row] for row in order]


def test_half_floats_read_as_float32() -> None:
    half = again(Dense(Floats(), VALUES.astype(np.float16)))
    assert half.rows(np.arange(3)).tolist() == VALUES.tolist()
    assert half.rows(int64(0)).dtype == np.float32


@pytest.mark.parametrize("shape", [(0, 0), (0, 3), (3, 0), (1, 1)])
def test_empty_shapes(shape: tuple[int, int]) -> None:
    values = np.zeros(shape, np.float32)
    for matrix in (from_dense(values), sparse(Floats(), values)):
        for each in (matrix, coded(matrix)):
            read = again(each)
            assert read.shape == shape
            assert read.rows(np.arange(shape[0])).tolist() == values.tolist()


def stored(name: str) -> tuple[dict[str, Any], Tensors]:
    """Description and tensors of an encoding."""
    tensors: Tensors = {}
    return ALL[name][0].store("m", tensors), tensors


@pytest.mark.parametrize(
    ("tensor", "bad"),
    [
        ("starts", int64()),
        ("starts", int64(0, 2, 2, 3)),
        ("starts", int64(1, 2, 2, 4)),
        ("starts", int64(0, 3, 2, 4)),
        ("starts", int64(0, 5, 2, 4)),
        ("columns", np.array([1, 4, 0, 3], np.uint16)),
        ("columns", np.array([3, 1, 0, 3], np.uint16)),
        ("columns", np.array([1, 1, 0, 3], np.uint16)),
        ("columns", np.array([1, 3, 0], np.uint16)),
        ("columns", int64(1, 3, 0, 3)),
        ("codes", np.array([1, 2, np.nan, 4], np.float32)),
        ("codes", uint8(1, 2, 3, 4)),
    ],
)
def test_bad_sparse_rows_are_refused(tensor: str, bad: Any) -> None:
    description, tensors = stored("sparse float")
    assert parse(description, tensors).shape == (3, 4)
    with pytest.raises(FormatError):
        parse(description, {**tensors, f"m.{tensor}": bad})


def test_columns_may_fall_from_row_to_row() -> None:
    codes = np.array([[0, 0, 1], [1, 0, 0], [0, 0, 0], [0, 2, 0]], np.float32)
    assert again(sparse(Floats(), codes)).rows(np.arange(4)).tolist() == codes.tolist()


def test_codes_must_fit_their_numbers() -> None:
    for name in ("dense linear", "dense codebook"):
        description, tensors = stored(name)
        for bad in (np.full((3, 4), 4, np.uint8), VALUES):
            with pytest.raises(FormatError):
                parse(description, {**tensors, "m.codes": bad})
    description, tensors = stored("dense float")
    for worse in (CODES, np.full((3, 4), np.inf, np.float32), VALUES.reshape(-1)):
        with pytest.raises(FormatError):
            parse(description, {**tensors, "m.codes": worse})


@pytest.mark.parametrize(
    "change",
    [
        {"kind": "folded"},
        {"shape": [3]},
        {"shape": [3, 5]},
        {"shape": [4, 4]},
        {"shape": [3, (1 << 20) + 1]},
        {"shape": [-3, 4]},
        {"sparse": 1},
        {"block_rows": 0},
        {"block_rows": 1},
        {"symbol_bits": 32},
        {"symbol_bits": 33},
        {"offsets": [16]},
        {"offsets": [17, 0]},
        {"offsets": [16, 58]},
        {"stream_bits": 1 << 41},
        {"stream_bits": 0},
        {"more": 1},
    ],
    ids=str,
)
def test_bad_coded_rows_are_refused(change: dict[str, Any]) -> None:
    # More rows than a segment of offsets holds, so that each count shows in the size.
    codes = np.tile(CODES, (40, 1))[:, :4]
    tensors: Tensors = {}
    description = coded(sparse(BOOK, codes), 2).store("m", tensors)
    description = {**description, "shape": [120, 4]}
    assert parse(description, tensors).rows(np.arange(120)).shape == (120, 4)
    if change == {"shape": [3, 5]}:
        change = {"shape": [120, 300]}
    with pytest.raises(FormatError):
        parse({**description, **change}, tensors).rows(np.arange(120))


def test_truncated_coded_rows_are_refused() -> None:
    for name in ("coded dense float", "coded fixed codebook", "coded sparse linear"):
        description, tensors = stored(name)
        data = tensors["m.rows"]
        for wrong in (data[:-1], data[:0], np.concatenate((data, uint8(0)))):
            with pytest.raises(FormatError):
                parse(description, {**tensors, "m.rows": wrong})


def test_coded_floats_must_be_finite_too() -> None:
    bad = coded(from_dense(np.array([[np.nan, 1]], np.float32)))
    with pytest.raises(FormatError, match="NaN or infinite"):
        again(bad).rows(int64(0))
