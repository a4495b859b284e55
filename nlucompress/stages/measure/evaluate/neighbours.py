"""neighbours: how far a compressed table keeps each key's nearest neighbours."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from nlucompress.algo import neighbours
from nlucompress.errors import DataError
from nlucompress.format import codec
from nlucompress.format.matrices.numbers import Float32, Int64
from nlucompress.format.model import Model, Table, require_model
from nlucompress.options import Options, option
from nlucompress.stages.measure.evaluate.gates import Gate, at_least, within_size
from nlucompress.stages.measure.reported import Reported

BLOCK_VALUES = 1 << 20


@dataclass(frozen=True)
class NeighbourOptions(Options):
    """What to compare, and its gates; ``max_size`` is in bytes of the file."""

    count: int = option(10, "Neighbours of each key that are compared", least=1)
    queries: int | None = option(
        None, "Compare those of so many keys, drawn at random", kind=int, least=1, absent="all"
    )
    seed: int = option(1, "Seed of the draw of --queries", least=0, most=2**63 - 1)
    table: str | None = option(None, "Which table", absent="the only one")
    min_agreement: float | None = option(
        None,
        "Gate: least share of the neighbours that are the same: 0.9 or 90%",
        kind=float,
        unit="gate",
        least=0,
        most=1,
    )
    max_size: int | None = None


@dataclass(frozen=True)
class NeighbourReport(Reported):
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
