"""quantize: float weights to codes of 1 to 8 bits; what rounds to zero is dropped."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nlucompress.errors import StageOrderError, UsageError
from nlucompress.format.indexes.kinds import Strings
from nlucompress.format.matrices import kinds as matrices
from nlucompress.format.matrices.kinds import Matrix, Product, ProductQuantized, Sparse
from nlucompress.format.matrices.numbers import Floats
from nlucompress.format.model import Model, Table, require_model
from nlucompress.format.names import trait
from nlucompress.stages.history import stage_of, with_record
from nlucompress.stages.shrink.quantize import distortion, scalar, subvectors
from nlucompress.stages.shrink.quantize.options import QuantizeOptions

__all__ = ["QuantizeOptions", "quantize"]

WEIGHTS = ("features",)  # of them; other tables beside lose no keys


def quantize(model: Model, options: QuantizeOptions | None = None) -> Model:
    """Quantize tables and the named tensors of the network.

    Linear levels are those of Strimel et al. 2018, section 3.1. Both factors of a product are
    quantized, each on its own. The history's record of the stage holds, per table and tensor:
    squared and relative error, signal-to-noise ratio in decibels, share of zeros, and rows before
    and after.

    Raises:
        UsageError: An option does not fit a matrix, or a name is unknown.
        StageOrderError: The numbers are codes already, or the keys are hashed.
        DataError: A weight is NaN, infinite or absurdly large.
    """
    require_model(model)
    options = options or QuantizeOptions()
    names = tuple(model.tables) if options.tables is None else options.tables
    labelling = trait(model.network.kind if model.network else "").labelling
    figures: dict[str, Mapping[str, Any]] = {}
    tables = dict(model.tables)
    for name in names:
        table = model.table(name)
        where = f"table {name!r}"
        _refuse_coded(model, where, table.matrix)
        if not isinstance(table.keys, Strings):
            stage = stage_of(model, "phash")
            raise StageOrderError(
                f"{where} was hashed by {stage}: rows cannot leave it; quantize before phash"
            )
        chosen = options.filled(not labelling)
        if labelling and name not in WEIGHTS:
            chosen = replace(chosen, keep=None, threshold=0.0, keep_zero_rows=True)
        matrix = _quantized(where, table.matrix, options, chosen, table.counts)
        figures[name] = distortion.figures(table.matrix, matrix)
        tables[name] = Table(table.keys, matrix, table.counts, table.closed)
        if not chosen.keep_zero_rows:
            tables[name] = _without_zero_rows(tables[name])
        figures[name] = {**figures[name], "rows_after": tables[name].matrix.shape[0]}
    network = model.network
    if options.tensors:
        if network is None:
            raise UsageError("the model has no network, so --tensor names nothing")
        tensors = dict(network.tensors)
        for name in options.tensors:
            if name not in tensors:
                raise UsageError(f"no tensor {name!r} in the network; it has {sorted(tensors)}")
            where = f"tensor {name!r}"
            _refuse_coded(model, where, tensors[name])
            matrix = _quantized(where, tensors[name], options, options.filled(False))
            figures[f"network.{name}"] = distortion.figures(tensors[name], matrix)
            tensors[name] = matrix
        network = replace(network, tensors=tensors)
    result = replace(model, tables=tables, network=network)
    return with_record("quantize", options, model, result, figures)


def _refuse_coded(model: Model, where: str, matrix: Matrix) -> None:
    quantized = any(
        not isinstance(leaf.numbers, Floats) for leaf in matrices.leaves(matrix).values()
    )
    if quantized or isinstance(matrix, ProductQuantized):
        stage = stage_of(model, "quantize", "pack")
        raise StageOrderError(f"{where} was quantized by {stage} already; start from the floats")
    if model.sealed:
        raise StageOrderError(f"{where} was sealed by pack; start from the model before it")


def _quantized(
    where: str,
    matrix: Matrix,
    options: QuantizeOptions,
    chosen: QuantizeOptions,
    counts: NDArray[np.uint32] | None = None,
) -> Matrix:
    """A float matrix by the chosen options; the factors of a product by the given ones.

    The right factor of a product has few rows: it is linear where the left is product-quantized.
    """
    if isinstance(matrix, Product):
        factor = options.filled(True)
        left = _quantized(f"{where}, left factor", matrix.left, options, factor, counts)
        if options.method == "pq":
            factor = QuantizeOptions(range=options.range).filled(True)
        return Product(left, _quantized(f"{where}, right factor", matrix.right, options, factor))
    assert isinstance(matrix, matrices.Plain)
    if chosen.method == "pq":
        return subvectors.quantized(where, matrix, chosen)
    return scalar.quantized(where, matrix, chosen, counts)


def _without_zero_rows(table: Table) -> Table:
    alive = np.zeros(table.matrix.shape[0], np.bool_)
    if isinstance(table.matrix, Sparse):
        rows, _, values = matrices.values_of(table.matrix)
        alive[rows[values != 0]] = True
    else:
        for index, block in distortion.blocks(table.matrix):
            alive[index] = block.any(axis=1)
    return table if alive.all() else table.take(np.flatnonzero(alive))
