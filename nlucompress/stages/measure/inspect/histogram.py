"""Histograms of a table's numbers and of the codes that stand for them."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from nlucompress.format.matrices.kinds import Plain, leaves
from nlucompress.format.matrices.numbers import Floats
from nlucompress.format.model import Model

BARS = 24
MOST_SINGLE = 40  # different values that still get a bar each


@dataclass(frozen=True)
class Bar:
    """How many lie in [low, high]; one value has low = high."""

    low: float
    high: float
    count: int


@dataclass(frozen=True)
class Histogram:
    """Everything but the zeros, which would dwarf the rest.

    Attributes:
        table: Its name, and behind a point the matrix where the rows are made of several.
        what: ``values``, or ``codes`` counted from the code of zero.
        zeros: How many are zero, listed in the file or not.
        total: Numbers of the table, zeros included.
        bars: In ascending order.
    """

    table: str
    what: Literal["values", "codes"]
    zeros: int
    total: int
    bars: tuple[Bar, ...]


def histograms(model: Model) -> tuple[Histogram, ...]:
    """Values of every table, and codes of those that are quantized."""
    return tuple(
        each
        for name, table in model.tables.items()
        for part, matrix in leaves(table.matrix).items()
        for each in _of_matrix(f"{name}.{part}" if part else name, matrix)
    )


def _of_matrix(name: str, matrix: Plain) -> Iterator[Histogram]:
    rows, columns, codes = matrix.entries()
    total = math.prod(matrix.shape)
    values = matrix.numbers.decode(codes, rows, columns)
    values = values[values != 0].astype(np.float64)
    yield Histogram(name, "values", total - len(values), total, _bars(values, False))
    if not isinstance(matrix.numbers, Floats):
        steps = codes.astype(np.int64) - matrix.numbers.zero(
            matrix.numbers.partition.of(rows, columns)
        )
        steps = steps[steps != 0]
        yield Histogram(name, "codes", total - len(steps), total, _bars(steps, True))


def _bars(values: NDArray[Any], whole: bool) -> tuple[Bar, ...]:
    distinct, counts = np.unique(values, return_counts=True)
    if len(distinct) <= MOST_SINGLE:
        return tuple(
            Bar(float(value), float(value), int(count))
            for value, count in zip(distinct, counts, strict=True)
        )
    low, high = float(distinct[0]), float(distinct[-1])
    if whole:
        # Bars of whole codes, each of the same number of them.
        width = math.ceil((high - low + 1) / BARS)
        edges = np.arange(low, high + width + 1, width) - 0.5
    else:
        edges = np.linspace(low, high, BARS + 1)
    tops = edges[1:] - 0.5 if whole else edges[1:]
    bottoms = edges[:-1] + 0.5 if whole else edges[:-1]
    heights = np.histogram(distinct, edges, weights=counts)[0].astype(np.int64)
    return tuple(
        Bar(float(bottom), float(top), int(count))
        for bottom, top, count in zip(bottoms, tops, heights, strict=True)
    )
