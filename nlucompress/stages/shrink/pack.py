"""pack: the sealed form of a model, laid out for reading in place."""

from __future__ import annotations

from dataclasses import dataclass, replace

from nlucompress.errors import DataError, StageOrderError
from nlucompress.format.indexes.kinds import Hashed
from nlucompress.format.indexes.static_keys import Hashes
from nlucompress.format.matrices import packing
from nlucompress.format.matrices.coded import MAX_BLOCK_ROWS
from nlucompress.format.model import Model, Network, Table, require_model
from nlucompress.options import Options, option
from nlucompress.stages.history import with_record


@dataclass(frozen=True)
class PackOptions(Options):
    """Options of ``pack``; ``block_rows`` is the one trade of size against speed."""

    block_rows: int | None = option(
        None,
        "Rows in prefix codes that share one offset: more are smaller and slower to read",
        kind=int,
        least=1,
        most=MAX_BLOCK_ROWS,
        absent="8 that list their entries, else about 32 numbers",
    )
    keep_history: bool = option(False, "Keep the record of the stages in the file")


def pack(model: Model, options: PackOptions | None = None) -> Model:
    """Seal a model: every matrix in its smallest encoding, and nothing that lookup does not need.

    Raises:
        UsageError: An option is out of range.
        StageOrderError: A table still has its strings, or the model is sealed already.
        DataError: The rows of a table cannot be values of a static function.
    """
    require_model(model)
    options = options or PackOptions()
    if model.sealed:
        raise StageOrderError("the model was sealed by pack already")
    tables = {}
    for name, table in model.tables.items():
        if isinstance(table.keys, Hashes):
            try:
                sealed_parts = packing.static_function(table.keys, table.matrix)
            except ValueError as error:
                raise DataError(
                    f"table {name!r}: {error}; hash it by phash --method grouped"
                ) from None
            tables[name] = Table(*sealed_parts, closed=table.closed)
            continue
        if not isinstance(table.keys, Hashed):
            raise StageOrderError(f"table {name!r} still has its strings; run phash before pack")
        matrix = packing.smallest(table.matrix, options.block_rows)
        tables[name] = Table(table.keys, matrix, closed=table.closed)
    network = model.network
    if network is not None:
        tensors = {
            name: packing.smallest(matrix, options.block_rows)
            for name, matrix in network.tensors.items()
        }
        network = Network(network.kind, network.settings, tensors)
    sealed = replace(model, tables=tables, network=network, sealed=True)
    if options.keep_history:
        return with_record("pack", options, model, sealed, {})
    return replace(sealed, history=())
