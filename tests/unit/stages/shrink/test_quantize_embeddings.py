"""quantize for embedding tables, products and product quantization."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

import nlucompress as nc
from nlucompress.errors import DataError, StageOrderError, UsageError
from nlucompress.format import codec
from nlucompress.format.indexes.kinds import Strings
from nlucompress.format.matrices.kinds import (
    Dense,
    Matrix,
    Product,
    ProductQuantized,
    Sparse,
    from_dense,
)
from nlucompress.format.matrices.numbers import Codebook, Linear
from nlucompress.stages.shrink.factorize import FactorizeOptions, factorize
from tests.builders.samples import model_bytes
from tests.hostile.samples import linear

ROWS, COLUMNS = 400, 12
RNG = np.random.default_rng(2)
MIXED = (RNG.normal(size=(ROWS, COLUMNS)) * 0.7 ** np.arange(COLUMNS)) @ RNG.normal(
    size=(COLUMNS, COLUMNS)
)
VALUES: NDArray[np.float32] = (MIXED * RNG.lognormal(size=(ROWS, 1))).astype(np.float32)
KEYS = [f"word {row}" for row in range(ROWS)]
PQ: dict[str, Any] = {"method": "pq", "subvectors": 4, "bits": 5}


def model(values: NDArray[np.float32] = VALUES) -> nc.Model:
    """An embedding table alone."""
    keys = Strings.of(KEYS[: len(values)])
    return nc.Model({"words": nc.Table(keys, from_dense(values))})


def quantized(source: nc.Model | None = None, **options: Any) -> nc.Model:
    """Quantized with these options."""
    return nc.quantize(source or model(), nc.QuantizeOptions(**options))


def numbers_of(matrix: Matrix) -> Any:
    """How the codes of a matrix stand for numbers."""
    assert isinstance(matrix, (Dense, Sparse))
    return matrix.numbers


def error(made: nc.Model) -> float:
    """Relative error of the table."""
    rows = made.table().matrix.rows(np.arange(ROWS))
    return float(np.linalg.norm(rows - VALUES) / np.linalg.norm(VALUES))


def test_rows_of_embeddings_have_their_own_range() -> None:
    numbers = numbers_of(quantized(bits=4).table().matrix)
    assert (numbers.kind, numbers.partition.per, numbers.scale.dtype) == (
        "linear",
        "row",
        "float16",
    )
    assert numbers_of(quantized(bits=4, scale_bits=32).table().matrix).scale.dtype == np.float32
    assert numbers_of(quantized(bits=4, per="tensor").table().matrix).scale.dtype == np.float32
    book = numbers_of(quantized(bits=4, method="kmeans").table().matrix)
    assert isinstance(book, Codebook)
    assert book.partition.per == "tensor"
    assert error(quantized(bits=4)) < 0.75 * error(quantized(bits=4, per="tensor"))
    assert error(quantized(bits=4)) == pytest.approx(
        error(quantized(bits=4, scale_bits=32)), rel=1e-3
    )


def test_weights_for_labels_keep_one_range() -> None:
    sparse = nc.quantize(linear()).table().matrix
    numbers = getattr(sparse, "numbers", None)
    assert isinstance(numbers, Linear)
    assert numbers.partition.per == "tensor"
    assert numbers.scale.dtype == np.float32


@pytest.mark.parametrize("factor", [1e-6, 1e8])
def test_scales_beyond_binary16_stay_in_binary32(factor: float) -> None:
    made = quantized(model(VALUES * np.float32(factor)))
    assert numbers_of(made.table().matrix).scale.dtype == np.float32
    assert made.history[-1]["figures"]["words"]["relative_error"] < 0.01


def test_zero_rows_of_embeddings_stay_unless_asked() -> None:
    values = VALUES.copy()
    values[::7] = 0
    for options in ({"bits": 4}, PQ):
        assert quantized(model(values), **options).table().matrix.shape[0] == ROWS
        dropped = quantized(model(values), keep_zero_rows=False, **options)
        rows = dropped.table().lookup(KEYS)
        assert dropped.table().matrix.shape[0] == int(values.any(axis=1).sum())
        assert not rows[::7].any()
        assert dropped.history[-1]["figures"]["words"]["rows_after"] == len(dropped.table().keys)


def test_both_factors_of_a_product() -> None:
    factored = factorize(model(), FactorizeOptions(rank=6))
    made = quantized(factored, bits=8)
    matrix = made.table().matrix
    assert isinstance(matrix, Product)
    for factor in (matrix.left, matrix.right):
        numbers = numbers_of(factor)
        assert (numbers.kind, numbers.partition.per) == ("linear", "row")
    assert abs(error(made) - error(factored)) < 0.01
    assert made.history[-1]["figures"]["words"]["relative_error"] < 0.02
    with pytest.raises(StageOrderError, match="quantized by quantize already"):
        quantized(made)
    pieces = quantized(factored, method="pq", subvectors=3, bits=6).table().matrix
    assert isinstance(pieces, Product)
    assert isinstance(pieces.left, ProductQuantized)
    assert numbers_of(pieces.right).kind == "linear"


def test_layers_of_a_network_that_are_products() -> None:
    layers = {"dense": from_dense(VALUES[:40]), "bias": from_dense(VALUES[:1])}
    source = replace(model(), network=nc.Network("tensors", {}, layers))
    factored = factorize(source, FactorizeOptions(rank=5, tensors=("dense",)))
    made = quantized(factored, bits=6, tensors=("dense",)).network
    assert made is not None
    assert isinstance(made.tensors["dense"], Product)
    assert numbers_of(made.tensors["dense"].left).kind == "linear"
    assert numbers_of(made.tensors["bias"]).kind == "float"


def test_product_quantization() -> None:
    made = quantized(**PQ)
    matrix = made.table().matrix
    assert isinstance(matrix, ProductQuantized)
    assert matrix.codes.shape == (ROWS, 4)
    assert matrix.centroids.shape == (4 * 32, 3)
    assert set(matrix.children) == {"codes", "centroids", "norms"}
    losses = [error(quantized(**PQ, norms=norms, rotate=rotate))
              for norms, rotate in ((False, False), (True, False), (True, True))]  # fmt: skip
    assert losses == sorted(losses, reverse=True)
    figures = made.history[-1]["figures"]["words"]
    assert losses[1] == pytest.approx(figures["relative_error"], rel=1e-6)
    assert model_bytes(quantized(**PQ)) == model_bytes(made)
    assert model_bytes(quantized(**PQ, seed=1)) != model_bytes(made)
    small = codec.parse(model_bytes(nc.pack(nc.phash(made))))
    assert np.array_equal(small.table().lookup(KEYS), made.table().lookup(KEYS))


def test_small_and_large_numbers_keep_their_precision() -> None:
    plain = error(quantized(**PQ, norms=False, rotate=True))
    for factor in (1e-9, 1e9):
        made = quantized(model(VALUES * np.float32(factor)), **PQ, norms=False, rotate=True)
        figures = made.history[-1]["figures"]["words"]
        assert figures["relative_error"] == pytest.approx(plain, rel=0.1)


@pytest.mark.parametrize(
    ("options", "problem"),
    [
        ({"method": "pq"}, "needs subvectors"),
        ({"method": "pq", "subvectors": 0}, "subvectors: 0 is not at least 1"),
        ({"method": "pq", "subvectors": 13}, "take that"),
        ({"method": "pq", "subvectors": 7}, "make 6"),
        ({**PQ, "per": "row"}, "do not go with"),
        ({**PQ, "keep": 0.5}, "do not go with"),
        ({**PQ, "threshold": 0.5}, "do not go with"),
        ({**PQ, "tensors": ("dense",)}, "is for tables"),
        ({**PQ, "seed": -1}, "seed"),
        ({"subvectors": 4}, "belong to method="),
        ({"rotate": True}, "belong to method="),
        ({"norms": False}, "belong to method="),
        ({"scale_bits": 8}, "not one of 16, 32"),
        ({"bits": 9}, "within 1 to 8"),
    ],
)
def test_options_are_checked(options: dict[str, Any], problem: str) -> None:
    with pytest.raises(UsageError, match=problem):
        quantized(**options)


def test_tables_that_are_not_for_pq() -> None:
    with pytest.raises(DataError, match="for dense tables"):
        quantized(linear(values=np.eye(12, 3, dtype=np.float32)), **{**PQ, "subvectors": 1})
    with pytest.raises(DataError, match="empty"):
        quantized(model(VALUES[:0]), **PQ)
    bad = VALUES.copy()
    bad[3, 3] = np.nan
    with pytest.raises(DataError, match="NaN"):
        quantized(model(bad), **PQ)
    with pytest.raises(StageOrderError, match="quantized by quantize already"):
        quantized(quantized(**PQ))
    with pytest.raises(StageOrderError, match="was hashed"):
        quantized(nc.phash(model()), **PQ)
