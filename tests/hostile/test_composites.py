"""Files whose matrices are made of matrices and lie about them: both readers refuse them."""

from __future__ import annotations

import tracemalloc
from typing import Any

import numpy as np
import pytest

import nlucompress as nc
from nlucompress.errors import FormatError
from nlucompress.format.fields import Tensors
from tests.golden.sources import factored, product_quantized
from tests.hostile.lies import Change, cast, changed, cut, grown, put
from tests.hostile.samples import Description, answers, model_bytes
from tests.reference.decoder import open_model

P = "tables.embeddings.matrix"
PRODUCT, PQ = model_bytes(factored()), model_bytes(product_quantized())


def matrix(description: Description) -> Any:
    """The matrix of the table as the description tells of it."""
    return description["tables"]["embeddings"]["matrix"]


def field(name: str, value: object) -> Change:
    """Set a field of the matrix, or of a child of it such as ``codes.levels``."""

    def change(description: Description, _: Tensors) -> None:
        inner: Any = matrix(description)
        *path, last = name.split(".")
        for step in path:
            inner = inner[step]
        inner[last] = value

    return change


def without(name: str) -> Change:
    """Leave a field of the matrix out."""
    return lambda description, _: matrix(description).pop(name)


def shaped(name: str, *shape: int) -> Change:
    """Give a tensor zeros of another shape."""
    return lambda _, tensors: tensors.update({name: np.zeros(shape, tensors[name].dtype)})


def bomb(field_name: str, depth: int) -> Change:
    """Nest a child within many products, none of which has a second factor."""

    def change(description: Description, _: Tensors) -> None:
        inner = matrix(description)[field_name]
        for _level in range(depth):
            inner = {"kind": "product", "left": inner, "right": []}
        matrix(description)[field_name] = inner

    return change


def claims(rank: int, columns: int) -> Change:
    """Factors of few bytes that claim to be large."""

    def change(description: Description, tensors: Tensors) -> None:
        for side, rows, width in (("left", 12, rank), ("right", rank, columns)):
            tensors[f"{P}.{side}.starts"] = np.zeros(rows + 1, np.int64)
            tensors[f"{P}.{side}.columns"] = np.zeros(0, np.uint32)
            tensors[f"{P}.{side}.codes"] = np.zeros(0, np.float32)
            numbers = {"kind": "float"}
            sparse = {"kind": "sparse", "columns": width, "numbers": numbers}
            matrix(description)[side] = sparse

    return change


OF_PRODUCT: dict[str, Change] = {
    "no left": without("left"),
    "no right": without("right"),
    "numbers": field("numbers", {"kind": "float"}),
    "columns": field("columns", 4),
    "left is a list": field("left", []),
    "right is text": field("right", "left"),
    "right is unknown": field("right.kind", "of_2031"),
    "rank differs": shaped(f"{P}.right.codes", 3, 4),
    "left is narrow": shaped(f"{P}.left.codes", 12, 1),
    "left is short": shaped(f"{P}.left.codes", 11, 2),
    "left is flat": shaped(f"{P}.left.codes", 24),
    "left holds NaN": put(f"{P}.left.codes", 3, np.nan),
    "right holds infinity": put(f"{P}.right.codes", 0, np.inf),
    "sums leave float32": lambda _, tensors: [put(f"{P}.{side}.codes", 0, 3e38)(_, tensors)
                                              for side in ("left", "right")],
    "nested": bomb("left", 7),
    "nested deeply": bomb("right", 40),
    "right claims much": claims(5, 1 << 20),
    "right claims more": claims(2, 1 << 40),
}  # fmt: skip

OF_PQ: dict[str, Change] = {
    "no codes": without("codes"),
    "no centroids": without("centroids"),
    "no columns": without("columns"),
    "norms unsaid": without("norms"),
    "columns none": field("columns", 0),
    "columns more": field("columns", 7),
    "columns huge": field("columns", 1 << 21),
    "columns negative": field("columns", -5),
    "columns a flag": field("columns", True),
    "codes scaled": field("codes.numbers.scale", 0.5),
    "codes shifted": field("codes.numbers.zero_point", 1),
    "codes by row": field("codes.numbers.per", "row"),
    "codes by group": lambda d, t: matrix(d)["codes"]["numbers"].update(per="group", group=3),
    "codes of a codebook": field("codes.numbers.kind", "codebook"),
    "levels without centroids": field("codes.numbers.levels", 6),
    "levels fewer than codes": field("codes.numbers.levels", 4),
    "a code beyond": put(f"{P}.codes.codes", 5, 5),
    "a code far beyond": put(f"{P}.codes.codes", 5, 255),
    "codes as floats": cast(f"{P}.codes.codes", "float32"),
    "codes cut": cut(f"{P}.codes.codes"),
    "codes grown": grown(f"{P}.codes.codes"),
    "codes of none": shaped(f"{P}.codes.codes", 12, 0),
    "codes of many": shaped(f"{P}.codes.codes", 12, 15),
    "centroids cut": cut(f"{P}.centroids.codes"),
    "centroids grown": grown(f"{P}.centroids.codes"),
    "centroids none": shaped(f"{P}.centroids.codes", 0, 2),
    "centroids wide": shaped(f"{P}.centroids.codes", 15, 3),
    "centroids NaN": put(f"{P}.centroids.codes", 9, np.nan),
    "norms cut": cut(f"{P}.norms.codes"),
    "norms wide": shaped(f"{P}.norms.codes", 12, 2),
    "norms huge": put(f"{P}.norms.codes", 3, 3e38),
    "rotation cut": cut(f"{P}.rotation.codes"),
    "rotation narrow": shaped(f"{P}.rotation.codes", 5, 4),
    "rotation larger": shaped(f"{P}.rotation.codes", 6, 6),
    "norms nested": bomb("norms", 7),
    "codes nested": bomb("codes", 1),
}
ALL = {**{f"product: {name}": (PRODUCT, change) for name, change in OF_PRODUCT.items()},
       **{f"pq: {name}": (PQ, change) for name, change in OF_PQ.items()}}  # fmt: skip


def whole(file: bytes) -> list[list[float]]:
    """All rows, read by the second reader."""
    table = open_model(file).tables["embeddings"]
    return [table.row(i) for i in range(table.matrix.rows)]


@pytest.mark.parametrize("file", [PRODUCT, PQ], ids=["product", "pq"])
def test_the_neighbour_is_accepted(file: bytes) -> None:
    said = answers(file)
    assert said[2] == whole(file)


@pytest.mark.parametrize("name", ALL)
def test_lies_are_refused_by_both_readers(name: str) -> None:
    file, change = ALL[name]
    hostile = changed(file, change)
    assert hostile != file
    tracemalloc.start()
    try:
        with pytest.raises(FormatError):
            answers(hostile)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 8 << 20
    with pytest.raises(ValueError):  # noqa: PT011 (any refusal will do)
        whole(hostile)


def test_few_bytes_do_not_take_much_memory() -> None:
    """A wide left factor of empty rows is read in small parts."""
    file = changed(PRODUCT, claims(1 << 20, 1))
    tracemalloc.start()
    rows: Any = answers(file)[2]
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert rows == [[0]] * 12
    assert peak < 64 << 20


def test_what_is_quantized_is_refused_by_name() -> None:
    with pytest.raises(nc.StageOrderError, match="quantized"):
        nc.quantize(product_quantized())
