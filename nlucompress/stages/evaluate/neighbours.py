"""evaluate --neighbours: how far a compressed table keeps each key's nearest neighbours."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from nlucompress.algo import neighbours
from nlucompress.errors import DataError, UsageError
from nlucompress.format import codec
from nlucompress.format.matrices.numbers import Float32, Int64
from nlucompress.format.model import Model, Table, require_model
from nlucompress.stages.evaluate.gates import Gate, at_least, check_fractions, within_size

BLOCK_VALUES = 1 << 20


@dataclass(frozen=True)
class NeighbourOptions:
    """What to compare.

    Attributes:
        count: Neighbours of each query.
        queries: How many keys are asked for, drawn at random; None asks for all.
        seed: Of the draw.
        table: The table; None takes the only one.
        min_agreement: Gate: least agreement, as a fraction.
        max_size: Gate: most bytes of the file.
    """

    count: int = 10
    queries: int | None = None
    seed: int = 1
    table: str | None = None
    min_agreement: float | None = None
    max_size: int | None = None

    def __post_init__(self) -> None:
        """Check the bound.

        Raises:
            UsageError: It is no fraction.
        """
        check_fractions(self, "min_agreement")


@dataclass(frozen=True)
class NeighbourReport:
    """Outcome; rates are fractions.

    Attributes:
        keys: Keys of the reference, among which neighbours are found.
        missing: Keys of the reference that the model does not know; they count as zeros.
        agreement: Mean share of the reference's neighbours that are the model's as well.
        first: Share of queries whose very nearest neighbour is the same.
        cosine: Mean cosine between a query's two rows.
    """

    keys: int
    missing: int
    queries: int
    neighbours: int
    agreement: float
    first: float
    cosine: float
    size_bytes: int
    reference_bytes: int
    gates: tuple[Gate, ...]

    @property
    def passed(self) -> bool:
        """Whether every gate was met."""
        return all(gate.met for gate in self.gates)


def compare(
    model: Model, reference: Model, options: NeighbourOptions | None = None
) -> NeighbourReport:
    """Compare the nearest neighbours by cosine in a table and in its reference.

    Both are decoded, and asked by the reference's keys: so a hashed table needs none of its own.

    Raises:
        UsageError: An option is out of range, or there is no such table.
        DataError: The reference has no keys of its own or too few, no key is in both, or their
            rows differ in length.
    """
    require_model(model, reference)
    options = options or NeighbourOptions()
    if options.count < 1 or (options.queries is not None and options.queries < 1):
        raise UsageError("--neighbours and --queries count from 1")
    old, new = reference.table(options.table), model.table(options.table)
    if old.strings is None:
        raise DataError("the reference's keys are hashed: compare with the model before phash")
    if old.matrix.shape[1] != new.matrix.shape[1]:
        widths = f"{new.matrix.shape[1]} and {old.matrix.shape[1]}"
        raise DataError(f"the rows of model and reference have {widths} numbers")
    if len(old.keys) <= options.count:
        raise DataError(
            f"the reference has {len(old.keys)} keys, too few for {options.count} neighbours"
        )
    before = neighbours.unit(_rows(old, np.arange(len(old.keys))))
    index = _found(new, old)
    missing = int((index < 0).sum())
    if missing == len(index):
        raise DataError("no key of the reference is in the model; are they of one table?")
    after = neighbours.unit(_rows(new, index))
    queries = np.arange(len(before))
    if options.queries is not None and options.queries < len(before):
        random = np.random.default_rng(options.seed)
        queries = np.sort(random.choice(len(before), options.queries, replace=False))
    wanted = neighbours.nearest(before, queries, options.count)
    got = neighbours.nearest(after, queries, options.count)
    shared = (wanted[:, :, None] == got[:, None, :]).any(axis=2)
    agreement, size = float(shared.mean()), codec.size(model)
    return NeighbourReport(
        len(before),
        missing,
        len(queries),
        options.count,
        agreement,
        float((wanted[:, 0] == got[:, 0]).mean()),
        float(np.einsum("ij,ij->i", before[queries], after[queries], dtype=np.float64).mean()),
        size,
        codec.size(reference),
        (
            *at_least("min_agreement", options.min_agreement, agreement),
            *within_size(options.max_size, size),
        ),
    )


def _rows(table: Table, index: Int64) -> Float32:
    """Rows of these numbers; zeros where the number is -1."""
    result = np.zeros((len(index), table.matrix.shape[1]), np.float32)
    step = max(1, BLOCK_VALUES // max(1, result.shape[1]))
    for begin in range(0, len(index), step):
        part = index[begin : begin + step]
        result[begin : begin + step][part >= 0] = table.matrix.rows(part[part >= 0])
    return result


def _found(table: Table, reference: Table) -> Int64:
    """Row of each key of the reference, -1 where there is none."""
    strings = reference.strings
    keys = strings.decoded() if strings is not None else []
    return table.find(keys)
