"""factorize: a dense matrix becomes the product of two thin ones."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal, get_args

import numpy as np
from numpy.typing import NDArray

from nlucompress.algo import lowrank
from nlucompress.errors import DataError, StageOrderError, UsageError
from nlucompress.format.indexes.kinds import Strings
from nlucompress.format.matrices.kinds import Matrix, Product, from_dense, leaves
from nlucompress.format.matrices.numbers import Floats
from nlucompress.format.matrices.packing import MAX_FILLED
from nlucompress.format.matrices.product import MAX_WHOLE, whole
from nlucompress.format.model import Model, Table, require_model
from nlucompress.options import Options, option
from nlucompress.stages.history import stage_of, with_record

LARGEST = 1e30  # a weight beyond this is not a weight; its square would leave float64's range soon

Weight = Literal["auto", "frequency", "none"]


@dataclass(frozen=True)
class FactorizeOptions(Options):
    """Options of ``factorize``; exactly one of rank, ratio and energy.

    With ``weight="frequency"`` the squared error of each row is weighted by count^power, where
    count is how often its key was seen; ``auto`` does so for tables that know the counts.
    """

    rank: int | None = option(None, "Columns of the left factor", kind=int, least=1, metavar="K")
    ratio: float | None = option(
        None,
        "Share of the numbers to save: the largest rank that saves it",
        kind=float,
        unit="share",
        above=0,
        below=1,
    )
    energy: float | None = option(
        None,
        "Share of the sum of squares to keep: the smallest rank that keeps it",
        kind=float,
        unit="share",
        above=0,
        below=1,
    )
    weight: Weight = option(
        "auto",
        "Weight the error of each row by how often its key was seen, or all rows alike; auto: by "
        "frequency where it is known",
        choices=get_args(Weight),
    )
    power: float = option(
        1.0, "Where rows are weighted, the weight is the count to this power", above=0, most=4
    )
    tables: tuple[str, ...] = option(
        (),
        "Factorize this table (may be repeated)",
        kind=str,
        flag="table",
        many=True,
        absent="the only one",
    )
    tensors: tuple[str, ...] = option(
        (),
        "Factorize this dense layer of the network (may be repeated)",
        kind=str,
        flag="tensor",
        many=True,
    )

    def __post_init__(self) -> None:
        """Check every range.

        Raises:
            UsageError: An option is out of range, or there is more or less than one measure.
        """
        super().__post_init__()
        if sum(each is not None for each in (self.rank, self.ratio, self.energy)) != 1:
            raise UsageError("factorize takes exactly one of --rank, --ratio and --energy")


def factorize(model: Model, options: FactorizeOptions) -> Model:
    """Replace matrices of floats by their best products of two factors of a small rank.

    The truncated singular value decomposition, as for the embeddings of Acharya et al. 2019
    (Online Embedding Compression for Text Classification using Low Rank Matrix Factorization).
    The record in the history holds, per matrix: rank, retained energy (of the weighted squares),
    relative Frobenius error, and the number of parameters before and after.

    Raises:
        UsageError: An option is out of range or fits no matrix, or a name is unknown.
        StageOrderError: A table is hashed, a matrix is quantized or a product already, or the model
            is sealed.
        DataError: A weight is NaN, infinite or absurdly large, or no counts are known.
    """
    require_model(model)
    figures: dict[str, Mapping[str, Any]] = {}
    tables = dict(model.tables)
    names = options.tables or (() if options.tensors else _only(model))
    for name in names:
        table, where = model.table(name), f"table {name!r}"
        _refuse(model, where, table.matrix, table)
        weights = _weights(where, table, options)
        product, figures[name] = _factored(where, table.matrix, weights, options)
        tables[name] = replace(table, matrix=product)
    network = model.network
    if options.tensors:
        if network is None:
            raise UsageError("the model has no network, so --tensor names nothing")
        tensors = dict(network.tensors)
        for name in options.tensors:
            if name not in tensors:
                raise UsageError(f"no tensor {name!r} in the network; it has {sorted(tensors)}")
            where = f"tensor {name!r}"
            _refuse(model, where, tensors[name])
            product, figures[f"network.{name}"] = _factored(where, tensors[name], None, options)
            tensors[name] = product
        network = replace(network, tensors=tensors)
    result = replace(model, tables=tables, network=network)
    return with_record("factorize", options, model, result, figures)


def _only(model: Model) -> tuple[str, ...]:
    if len(model.tables) != 1:
        raise UsageError(f"name what to factorize: --table, of {sorted(model.tables)}, or --tensor")
    return tuple(model.tables)


def _refuse(model: Model, where: str, matrix: Matrix, table: Table | None = None) -> None:
    if model.sealed:
        raise StageOrderError(f"{where} was sealed by pack; start from the model before it")
    if table is not None and not isinstance(table.keys, Strings):
        stage = stage_of(model, "phash")
        raise StageOrderError(f"{where} was hashed by {stage}; factorize before phash")
    if any(not isinstance(leaf.numbers, Floats) for leaf in leaves(matrix).values()):
        stage = stage_of(model, "quantize")
        raise StageOrderError(f"{where} was quantized by {stage}; factorize before quantize")
    if isinstance(matrix, Product):
        stage = stage_of(model, "factorize")
        raise StageOrderError(f"{where} was made a product by {stage} already")


def _weights(where: str, table: Table, options: FactorizeOptions) -> NDArray[np.float64] | None:
    counted = table.counts is not None and bool(table.counts.any())
    if options.weight == "none" or (options.weight == "auto" and not counted):
        return None
    if table.counts is None or not counted:
        raise DataError(f"{where} does not know how often its keys were seen; use --weight none")
    weights: NDArray[np.float64] = (table.counts / table.counts.max()) ** options.power
    return weights


def _factored(
    where: str, matrix: Matrix, weights: NDArray[np.float64] | None, options: FactorizeOptions
) -> tuple[Product, dict[str, Any]]:
    """The product nearest to a matrix, and the figures of what that lost."""
    rows, columns = matrix.shape
    if rows * columns > MAX_FILLED:
        raise DataError(f"{where}: {rows:,} x {columns:,} numbers are too many to factorize")
    if min(rows, columns) < 2:
        raise UsageError(f"{where} is a vector of {rows} x {columns}, which has no smaller rank")
    rank = _rank(where, matrix.shape, options)
    values = whole(matrix)
    if not np.isfinite(values).all():
        raise DataError(f"{where} holds NaN or infinite weights; repair the model first")
    if float(np.abs(values).max()) > LARGEST:
        raise DataError(f"{where} holds weights beyond {LARGEST:g}; repair the model first")
    found = lowrank.spectrum(values, weights)
    if not found.energy.any():
        raise DataError(f"{where} holds nothing but zeros, which no factor reproduces")
    if options.energy is not None:
        rank = found.rank_of(options.energy)
        if rank >= min(rows, columns):
            raise UsageError(
                f"--energy {options.energy}: {where} needs its full rank of {rank} for that; "
                f"rank {rank - 1} keeps {found.retained(rank - 1):.6f}"
            )
    if rank * columns > MAX_WHOLE:
        raise UsageError(
            f"{where}: a right factor of {rank:,} x {columns:,} is too large to be read whole; "
            f"take a rank of at most {MAX_WHOLE // columns}"
        )
    left, right = lowrank.factors(values, found, rank)
    figures = {
        "rank": rank,
        "retained_energy": found.retained(rank),
        "relative_error": lowrank.relative_error(values, left, right),
        "parameters": rows * columns,
        "parameters_after": rank * (rows + columns),
    }
    return Product(from_dense(left), from_dense(right)), figures


def _rank(where: str, shape: tuple[int, int], options: FactorizeOptions) -> int:
    """The rank that --rank or --ratio asks for; 0 for --energy."""
    if options.ratio is not None:
        rank = lowrank.rank_of_ratio(shape, options.ratio)
        if rank < 1:
            most = math.floor(lowrank.largest_ratio(shape) * 1e4) / 1e4
            raise UsageError(
                f"--ratio {options.ratio}: {where} of {shape[0]:,} x {shape[1]:,} cannot save that "
                + (f"much; at most {most}" if most > 0 else "much, nor anything")
            )
        return rank
    rank = options.rank or 0
    if rank >= min(shape):
        raise UsageError(
            f"--rank {rank}: {where} of {shape[0]:,} x {shape[1]:,} needs a rank below {min(shape)}"
        )
    return rank
