"""Numbers to codes one by one: on linear levels, or by a codebook of Lloyd and Max."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from nlucompress.algo.quantization import affine, codebook, pruning
from nlucompress.errors import DataError
from nlucompress.format.matrices import kinds as matrices
from nlucompress.format.matrices.kinds import Dense, Plain, Sparse
from nlucompress.format.matrices.numbers import (
    Codebook,
    Int64,
    Linear,
    Numbers,
    Partition,
)
from nlucompress.stages.shrink.quantize.options import QuantizeOptions

Floating = NDArray[np.floating]

LARGEST = 1e30  # a weight beyond this is not a weight; its levels would leave float32
SPARSE_BELOW = 0.5  # share of non-zeros under which rows list their entries
BLOCK_ROWS = 1 << 12  # rows that are rounded at once
NORMAL_HALVES = (2.0**-14, 65504.0)  # normal numbers of binary16


def check_finite(where: str, values: Floating) -> None:
    """Refuse what cannot be quantized."""
    if not np.isfinite(values).all():
        raise DataError(f"{where} holds NaN or infinite weights; repair the model first")
    if values.size and max(float(values.max()), -float(values.min())) > LARGEST:
        raise DataError(f"{where} holds weights beyond {LARGEST:g}; repair the model first")


def quantized(
    where: str,
    matrix: Plain,
    options: QuantizeOptions,
    counts: NDArray[np.uint32] | None = None,
) -> Dense | Sparse:
    """Codes of a float matrix.

    Args:
        where: What it is, for a message.
        matrix: Of floats.
        options: With nothing left open.
        counts: How often the key of each row was seen, if known.

    Raises:
        DataError: A weight is NaN, infinite or absurdly large.
    """
    rows, columns, values = matrices.values_of(matrix)
    check_finite(where, values)
    kept = _pruned(values, rows, columns, options, counts)
    partition = Partition(options.per or "tensor", options.group)
    numbers, codes = _fit(matrix, partition, rows, columns, kept, options)
    dense = Dense(numbers, codes) if isinstance(matrix, Dense) else None
    decoded = numbers.decode(codes, rows, columns)
    total = matrix.shape[0] * matrix.shape[1]
    if dense is not None and int(np.count_nonzero(decoded)) >= SPARSE_BELOW * total:
        return dense
    at = np.nonzero(decoded)
    flat_rows = np.broadcast_to(rows, decoded.shape)[at]
    flat_columns = np.broadcast_to(columns, decoded.shape)[at]
    return matrices.sparse_from(numbers, matrix.shape, flat_rows, flat_columns, codes[at])


def _pruned(
    values: Floating,
    rows: Int64,
    columns: Int64,
    options: QuantizeOptions,
    counts: NDArray[np.uint32] | None,
) -> Floating:
    """The values with the small and the unimportant ones set to zero."""
    kept = values
    if options.threshold > 0:
        kept = np.where(np.abs(values) < options.threshold, 0, values)
    if options.keep is None or not kept.any():
        return kept
    importance = np.abs(kept).astype(np.float64)
    if counts is not None:
        importance *= (np.maximum(counts, 1).astype(np.float64) ** options.importance)[rows]
    places = np.nonzero(kept)
    worth = importance[places]
    if not options.keep_zero_rows:
        of = np.broadcast_to(rows, kept.shape)[places]
        worth = pruning.worth(worth, of, options.key_bits, _entry_bits(columns, options))
    wanted = max(1, round(options.keep * len(worth)))
    bar = np.partition(worth, len(worth) - wanted)[len(worth) - wanted]
    result = np.zeros_like(kept)
    chosen = tuple(each[worth >= bar] for each in places)
    result[chosen] = kept[chosen]
    return result


def _entry_bits(columns: Int64, options: QuantizeOptions) -> float:
    """Bits of a weight in a row that lists its entries, about: those of its column and its code,
    of which a gap and a prefix code save some.
    """
    width = int(columns.max(initial=0)) + 1
    return max(1.0, math.log2(width) + options.bits - 2)


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
        grid = affine.fit(parts, options.bits, options.range, 100 * options.percentile)
        scale: Floating = grid.scale
        if options.scale_bits == 16 and partition.per != "tensor":
            scale = _halves(grid.scale)
            grid = replace(grid, scale=scale.astype(np.float32))
        linear = replace(Linear.of_grid(partition, grid), scale=scale)
        return linear, _codes(grid, values, part)
    books = [codebook.lloyd_max(each[~np.isnan(each)], options.bits) for each in parts]
    width = max((len(book) for book in books), default=1)
    padded = np.zeros((len(books), width), np.float32)
    for row, book in zip(padded, books, strict=True):
        row[:] = np.pad(book, (0, width - len(book)), "edge")
    numbers = Codebook(partition, padded)
    codes = np.zeros(values.shape, np.uint8)
    if partition.per == "row" and isinstance(matrix, Dense):
        for row, of_row, book in zip(codes, values, books, strict=True):
            row[:] = codebook.nearest(of_row, book)
        return numbers, codes
    wide = np.broadcast_to(part, values.shape)
    for index, book in enumerate(books):
        of_part = wide == index if len(books) > 1 else np.ones(values.shape, np.bool_)
        codes[of_part] = codebook.nearest(values[of_part], book)
    return numbers, codes


def _halves(scale: NDArray[np.float32]) -> Floating:
    """The scales in binary16 if each is a normal number of it or zero, else as they are."""
    size = np.abs(scale[scale != 0])
    if len(size) and not NORMAL_HALVES[0] <= size.min() <= size.max() <= NORMAL_HALVES[1]:
        return scale
    return scale.astype(np.float16)


def _codes(grid: affine.Grid, values: Floating, part: Int64) -> NDArray[np.uint8]:
    codes = np.empty(values.shape, np.uint8)
    step = BLOCK_ROWS if values.ndim == 2 else BLOCK_ROWS * 64
    for begin in range(0, len(values), step):
        some = slice(begin, begin + step)
        own = part[some] if len(part) == len(values) else part
        codes[some] = grid.codes(values[some], own)
    return codes


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
