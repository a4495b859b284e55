"""quantize: float weights to codes of 1 to 8 bits; what rounds to zero is dropped."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from nlucompress.algo import affine, codebook, metrics
from nlucompress.errors import DataError, StageOrderError, UsageError
from nlucompress.format import matrices
from nlucompress.format.indexes import Hashed
from nlucompress.format.matrices import Dense, Matrix, Plain, Product, ProductQuantized
from nlucompress.format.model import Model, Table
from nlucompress.format.numbers import (
    PARTS,
    Codebook,
    Floats,
    Int64,
    Linear,
    Numbers,
    Partition,
    Per,
)
from nlucompress.stages.history import stage_of, with_record

Floating = NDArray[np.floating]

LARGEST = 1e30  # a weight beyond this is no weight; its levels would leave float32
SPARSE_BELOW = 0.5  # share of non-zeros under which rows list their entries


@dataclass(frozen=True)
class QuantizeOptions:
    """Options of ``quantize``.

    Attributes:
        bits: 1 to 8; 2^bits levels.
        method: ``linear`` for evenly spaced levels, ``kmeans`` for a Lloyd-Max codebook.
        per: What has a range or codebook of its own: ``tensor``, ``row``, ``label`` (column) or
            ``group`` of columns.
        group: Columns per group, for ``per="group"``.
        range: ``minmax``, ``percentile`` or ``mse`` (least squared error), for ``linear``.
        percentile: Share in percent of the weights that the range of ``percentile`` covers.
        threshold: Weights of a smaller absolute value are dropped first.
        keep: Fraction of the non-zero weights to keep, the most important ones, or None.
        importance: A weight's importance is |w| * count^importance, where count is the number of
            training texts with its key (1 where unknown).
        keep_zero_rows: Keep keys whose whole row became zero.
        tables: Names of tables to quantize; None for all.
        tensors: Names of tensors of the network to quantize too.
    """

    bits: int = 8
    method: Literal["linear", "kmeans"] = "linear"
    per: Per = "tensor"
    group: int = 0
    range: affine.RangeRule = "minmax"
    percentile: float = 99.9
    threshold: float = 0.0
    keep: float | None = None
    importance: float = 0.25
    keep_zero_rows: bool = False
    tables: tuple[str, ...] | None = None
    tensors: tuple[str, ...] = ()


def quantize(model: Model, options: QuantizeOptions | None = None) -> Model:
    """Quantize tables and the named tensors of the network.

    Linear levels are those of Strimel et al. 2018, section 3.1. The history's record of the stage
    holds, per table and tensor: squared error, signal-to-noise ratio in decibels, share of zeros,
    and rows before and after.

    Raises:
        UsageError: An option is out of range, or a name is unknown.
        StageOrderError: The numbers are codes already, or the keys are hashed.
        DataError: A weight is NaN, infinite or absurdly large.
    """
    options = options or QuantizeOptions()
    _check(options)
    names = tuple(model.tables) if options.tables is None else options.tables
    figures: dict[str, Mapping[str, Any]] = {}
    tables = dict(model.tables)
    for name in names:
        table = model.table(name)
        where = f"table {name!r}"
        _refuse_coded(model, where, table.matrix)
        if isinstance(table.keys, Hashed):
            stage = stage_of(model, "phash")
            raise StageOrderError(
                f"{where} was hashed by {stage}: rows cannot leave it; quantize before phash"
            )
        matrix, figures[name] = _quantized(where, table.matrix, options, table.counts)
        tables[name] = Table(table.keys, matrix, table.counts)
        if not options.keep_zero_rows:
            tables[name] = _without_zero_rows(tables[name])
        figures[name] = {**figures[name], "rows_after": tables[name].matrix.shape[0]}
    network = model.network
    if options.tensors:
        if network is None:
            raise UsageError("the model has no network, so --tensors names nothing")
        tensors = dict(network.tensors)
        for name in options.tensors:
            if name not in tensors:
                raise UsageError(f"no tensor {name!r} in the network; it has {sorted(tensors)}")
            where = f"tensor {name!r}"
            _refuse_coded(model, where, tensors[name])
            tensors[name], figures[f"network.{name}"] = _quantized(where, tensors[name], options)
        network = replace(network, tensors=tensors)
    result = replace(model, tables=tables, network=network)
    return with_record("quantize", options, model, result, figures)


def _check(options: QuantizeOptions) -> None:
    if not 1 <= options.bits <= 8:
        raise UsageError(f"--bits {options.bits} is not within 1 to 8")
    if options.method not in ("linear", "kmeans") or options.per not in PARTS:
        raise UsageError(f"unknown method {options.method!r} or part {options.per!r}")
    if options.range not in ("minmax", "percentile", "mse"):
        raise UsageError(f"unknown range rule {options.range!r}")
    if (options.per == "group") != (options.group > 0):
        raise UsageError("groups of columns need their size, and only they: --per group:N")
    if options.keep is not None and not 0 < options.keep <= 1:
        raise UsageError(f"--keep {options.keep} is not a fraction above 0 and up to 1")
    if not (options.threshold >= 0 and 0 < options.percentile <= 100):
        raise UsageError("the threshold must not be negative, the percentile within 0 to 100")


def _refuse_coded(model: Model, where: str, matrix: Matrix) -> None:
    if any(not isinstance(leaf.numbers, Floats) for leaf in matrices.leaves(matrix).values()):
        stage = stage_of(model, "quantize", "pack")
        raise StageOrderError(f"{where} was quantized by {stage} already; start from the floats")
    if model.sealed:
        raise StageOrderError(f"{where} was sealed by pack; start from the model before it")


def _quantized(
    where: str,
    matrix: Matrix,
    options: QuantizeOptions,
    counts: NDArray[np.uint32] | None = None,
) -> tuple[Matrix, dict[str, Any]]:
    """Codes of a float matrix, and the figures of what that lost."""
    if isinstance(matrix, (Product, ProductQuantized)):
        raise DataError(f"{where} is made of several matrices, which cannot be quantized yet")
    rows, columns, values = matrices.values_of(matrix)
    if not np.isfinite(values).all():
        raise DataError(f"{where} holds NaN or infinite weights; repair the model first")
    if values.size and float(np.abs(values).max()) > LARGEST:
        raise DataError(f"{where} holds weights beyond {LARGEST:g}; repair the model first")
    kept = _pruned(values, rows, options, counts)
    partition = Partition(options.per, options.group)
    numbers, codes = _fit(matrix, partition, rows, columns, kept, options)
    decoded = numbers.decode(codes, rows, columns)
    error = float(((values.astype(np.float64) - decoded) ** 2).sum())
    power = float((values.astype(np.float64) ** 2).sum())
    nonzero = int(np.count_nonzero(decoded))
    total = matrix.shape[0] * matrix.shape[1]
    figures = {
        "squared_error": error,
        "signal_to_noise_db": metrics.signal_to_noise(power, error),
        "weights": int(np.count_nonzero(values)),
        "weights_after": nonzero,
        "zeros": 1 - nonzero / total if total else 0.0,
        "rows": matrix.shape[0],
    }
    if nonzero >= SPARSE_BELOW * total and isinstance(matrix, Dense):
        return Dense(numbers, codes), figures
    at = np.nonzero(decoded)
    flat_rows = np.broadcast_to(rows, decoded.shape)[at]
    flat_columns = np.broadcast_to(columns, decoded.shape)[at]
    sparse = matrices.sparse_from(numbers, matrix.shape, flat_rows, flat_columns, codes[at])
    return sparse, figures


def _pruned(
    values: Floating,
    rows: Int64,
    options: QuantizeOptions,
    counts: NDArray[np.uint32] | None,
) -> Floating:
    """The values with the small and the unimportant ones set to zero."""
    kept = np.where(np.abs(values) < options.threshold, 0, values)
    if options.keep is None or not kept.any():
        return kept
    importance = np.abs(kept).astype(np.float64)
    if counts is not None:
        importance *= (np.maximum(counts, 1).astype(np.float64) ** options.importance)[rows]
    nonzero = importance[kept != 0]
    wanted = max(1, round(options.keep * len(nonzero)))
    bar = np.partition(nonzero, len(nonzero) - wanted)[len(nonzero) - wanted]
    return np.where(importance >= bar, kept, 0)


def _fit(
    matrix: Plain,
    partition: Partition,
    rows: Int64,
    columns: Int64,
    values: Floating,
    options: QuantizeOptions,
) -> tuple[Numbers, NDArray[np.uint8]]:
    part = partition.of(rows, columns)
    parts = _by_part(matrix, partition, part, values)
    if options.method == "linear":
        grid = affine.fit(parts, options.bits, options.range, options.percentile)
        return Linear.of_grid(partition, grid), grid.codes(values, part)
    books = [codebook.lloyd_max(each[~np.isnan(each)], options.bits) for each in parts]
    width = max((len(book) for book in books), default=1)
    padded = np.zeros((len(books), width), np.float32)
    for row, book in zip(padded, books, strict=True):
        row[:] = np.pad(book, (0, width - len(book)), "edge")
    numbers = Codebook(partition, padded)
    codes = np.zeros(values.shape, np.uint8)
    wide = np.broadcast_to(part, values.shape)
    for index, book in enumerate(books):
        of_part = wide == index if len(books) > 1 else np.ones(values.shape, np.bool_)
        codes[of_part] = codebook.nearest(values[of_part], book)
    return numbers, codes


def _by_part(matrix: Plain, partition: Partition, part: Int64, values: Floating) -> Floating:
    """Values by part, shape (parts, most values of a part), NaN where a part has fewer."""
    count = partition.count(matrix.shape)
    if partition.per == "tensor":
        return values.reshape(1, -1)
    if partition.per == "row" and isinstance(matrix, Dense):
        return values
    owner = np.broadcast_to(part, values.shape).reshape(-1)
    order = np.argsort(owner, kind="stable")
    sizes = np.bincount(owner, minlength=count)
    result = np.full((count, int(sizes.max(initial=0))), np.nan)
    within = np.arange(len(owner)) - np.repeat(np.cumsum(sizes) - sizes, sizes)
    result[owner[order], within] = values.reshape(-1)[order]
    return result


def _without_zero_rows(table: Table) -> Table:
    if isinstance(table.matrix, (Product, ProductQuantized)):
        return table
    rows, _, values = matrices.values_of(table.matrix)
    alive = np.zeros(table.matrix.shape[0], np.bool_)
    alive[np.broadcast_to(rows, values.shape)[values != 0]] = True
    return table if alive.all() else table.take(np.flatnonzero(alive))
