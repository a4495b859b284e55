"""factorize: which rank, what it reports, and what it refuses."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

import nlucompress as nc
from nlucompress.errors import DataError, StageOrderError, UsageError
from nlucompress.format.indexes.kinds import Strings
from nlucompress.format.matrices.kinds import Product, from_dense
from nlucompress.stages.shrink.factorize import FactorizeOptions, factorize

KEYS = [f"word {n}" for n in range(60)]
VALUES = np.random.default_rng(3).normal(size=(60, 8)) * 0.6 ** np.arange(8)
COUNTS = np.arange(60, dtype=np.uint32)


def model(values: np.ndarray[tuple[int, int], np.dtype[np.float64]] = VALUES) -> nc.Model:
    """A table, and a network with a dense layer and a bias."""
    table = nc.Table(Strings.of(KEYS[: len(values)]), from_dense(values), COUNTS[: len(values)])
    layers = {"dense": from_dense(VALUES[:20]), "bias": from_dense(VALUES[:1])}
    return nc.Model({"words": table}, nc.Network("tensors", {}, layers))


def test_a_table_and_its_figures() -> None:
    made = factorize(model(), FactorizeOptions(rank=3, weight="none"))
    matrix = made.table().matrix
    assert isinstance(matrix, Product)
    assert (matrix.left.shape, matrix.right.shape) == ((60, 3), (3, 8))
    figures = made.history[-1]["figures"]["words"]
    error = np.linalg.norm(matrix.rows(np.arange(60)) - VALUES) / np.linalg.norm(VALUES)
    assert figures["relative_error"] == pytest.approx(error, rel=1e-5)
    assert figures["retained_energy"] == pytest.approx(1 - error**2, rel=1e-5)
    assert figures["rank"] == 3
    assert (figures["parameters"], figures["parameters_after"]) == (480, 204)
    assert made.table().find(KEYS).tolist() == list(range(60))
    assert made.table().counts is not None


def test_the_rank_follows_ratio_or_energy() -> None:
    def rank(**options: float) -> int:
        made = factorize(model(), FactorizeOptions(weight="none", **options))  # type: ignore[arg-type]
        result: int = made.history[-1]["figures"]["words"]["rank"]
        return result

    assert rank(ratio=0.5) == int(0.5 * 480 / 68) == 3
    assert rank(ratio=0.85) == 1
    singular = np.linalg.svd(VALUES, compute_uv=False) ** 2
    kept = np.cumsum(singular) / singular.sum()
    assert rank(energy=0.9) == int(np.argmax(kept >= 0.9)) + 1


def test_layers_and_tables_together() -> None:
    made = factorize(model(), FactorizeOptions(rank=2, tensors=("dense",)))
    assert made.network is not None
    assert made.network.tensors["dense"].kind == "product"
    assert made.table().matrix.kind == "dense"
    made = factorize(model(), FactorizeOptions(rank=2, tables=("words",), tensors=("dense",)))
    assert made.table().matrix.kind == "product"
    assert set(made.history[-1]["figures"]) == {"words", "network.dense"}


def test_frequent_words_are_kept_better() -> None:
    def error(options: FactorizeOptions) -> float:
        rows = factorize(model(), options).table().matrix.rows(np.arange(60))
        return float((COUNTS[:, None] * (rows - VALUES) ** 2).sum())

    alike = error(FactorizeOptions(rank=2, weight="none"))
    assert error(FactorizeOptions(rank=2, weight="frequency")) < alike
    assert error(FactorizeOptions(rank=2)) < alike


def test_rows_count_alike_where_no_counts_are_known() -> None:
    table = nc.Table(Strings.of(KEYS), from_dense(VALUES))
    auto, alike = (
        factorize(nc.Model({"words": table}), FactorizeOptions(rank=2, weight=weight))
        for weight in ("auto", "none")
    )
    rows = np.arange(60)
    assert np.array_equal(auto.table().matrix.rows(rows), alike.table().matrix.rows(rows))


@pytest.mark.parametrize(
    ("options", "problem"),
    [
        ({}, "exactly one"),
        ({"rank": 2, "ratio": 0.5}, "exactly one"),
        ({"rank": 0}, "at least 1"),
        ({"rank": 8}, "a rank below 8"),
        ({"ratio": 0.0}, "above 0 and below 1"),
        ({"ratio": 1.0}, "above 0 and below 1"),
        ({"ratio": float("nan")}, "ratio: nan is not finite"),
        ({"ratio": 0.86}, "at most 0.8583"),
        ({"energy": 1.5}, "above 0 and below 1"),
        ({"energy": 0.9999999}, "full rank"),
        ({"rank": 2, "power": 0.0}, "power"),
        ({"rank": 2, "weight": "length"}, "weight: 'length' is not one of auto, frequency, none"),
        ({"rank": 2, "tables": ("others",)}, "no table 'others'"),
        ({"rank": 2, "tensors": ("others",)}, "no tensor 'others'"),
        ({"rank": 1, "tensors": ("bias",)}, "vector"),
    ],
)
def test_options_are_checked(options: dict[str, object], problem: str) -> None:
    with pytest.raises(UsageError, match=problem):
        factorize(model(), FactorizeOptions(**options))  # type: ignore[arg-type]


def test_a_table_must_be_named_where_there_are_several() -> None:
    two = model().with_tables({"a": model().table(), "b": model().table()})
    with pytest.raises(UsageError, match="name what to factorize"):
        factorize(two, FactorizeOptions(rank=2))
    with pytest.raises(UsageError, match="no network"):
        factorize(nc.Model(model().tables), FactorizeOptions(rank=2, tensors=("dense",)))


def test_the_order_of_stages() -> None:
    once = factorize(model(), FactorizeOptions(rank=2))
    for before, problem in (
        (once, "made a product by factorize already"),
        (nc.phash(model()), "was hashed by phash"),
        (nc.quantize(model()), "was quantized by quantize"),
        (nc.pack(nc.phash(model())), "was sealed by pack"),
    ):
        with pytest.raises(StageOrderError, match=problem):
            factorize(before, FactorizeOptions(rank=2))
    assert nc.pack(nc.phash(once)).table().matrix.kind == "product"


def test_bad_data_are_refused() -> None:
    for bad, problem in ((np.nan, "NaN"), (np.inf, "NaN or infinite"), (1e31, "beyond")):
        values = VALUES.copy()
        values[3, 3] = bad
        with pytest.raises(DataError, match=problem):
            factorize(model(values), FactorizeOptions(rank=2))
    with pytest.raises(DataError, match="zeros"):
        factorize(model(0 * VALUES), FactorizeOptions(rank=2))
    uncounted = replace(model().table(), counts=None)
    for table in (uncounted, replace(uncounted, counts=0 * COUNTS)):
        with pytest.raises(DataError, match="how often"):
            factorize(nc.Model({"words": table}), FactorizeOptions(rank=2, weight="frequency"))
