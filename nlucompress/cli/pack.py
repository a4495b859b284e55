"""`nlucompress pack`."""

from __future__ import annotations

import dataclasses

import click

from nlucompress.cli import main
from nlucompress.cli.shared import streams
from nlucompress.cli.shared.common import (
    Target,
    bytes_text,
    model_argument,
    read_model,
    size,
    stage_options,
    write_model,
)


@click.command(name="pack")
@model_argument
@click.option(
    "--max-size",
    type=size,
    metavar="SIZE",
    help="Gate: exit with 1 and write nothing when the file is larger, such as 150K or 64Ki.",
)
@click.option(
    "--block-rows",
    type=int,
    metavar="N",
    help="Rows in prefix codes that share one offset: more are smaller and slower to read; by "
    "default 8 that list their entries, else about 32 numbers.",
)
@click.option("--keep-history", is_flag=True, help="Keep the record of the stages in the file.")
@stage_options
def command(
    target: Target, model: str, max_size: int | None, block_rows: int | None, keep_history: bool
) -> int:
    """Seal a model: each table in its smallest encoding, nothing in it that lookup does not need.

    Prints where every byte goes and, beside it, the bound: the entropy of the values plus
    log2(1 / false-positive rate) per key.

    \b
    Example:
      nlucompress pack hashed.nlu --max-size 150K -o small.nlu
    """
    from nlucompress.format import codec
    from nlucompress.stages.inspect.account import account
    from nlucompress.stages.pack import PackOptions, pack

    streams.check_output(target.output, [model], target.force)
    before = read_model(model)
    sealed = pack(before, PackOptions(block_rows, keep_history))
    counted = account(sealed)
    fits = max_size is None or counted.total <= max_size
    if fits:
        write_model(sealed, target.output)
    figures = {
        "size_before": codec.size(before),
        "size_bytes": counted.total,
        "parts": {part.name: part.bytes for part in counted.parts},
        "tables": [dataclasses.asdict(table) for table in counted.tables],
        "gates": [
            {"name": "max_size", "limit": max_size, "value": counted.total, "met": fits}
            for _ in range(max_size is not None)
        ],
    }
    lines = [f"{part.bytes:>12,}  {part.name}" for part in counted.parts]
    lines.append(f"{counted.total:>12,}  bytes in all ({bytes_text(counted.total)})")
    for table in counted.tables:
        bound = f", bound {table.bound_bits:.2f}" if table.bound_bits is not None else ""
        lines.append(
            f"{table.name}: {table.keys:,} keys, {table.key_bits + table.value_bits:.2f} bits per "
            f"key (keys {table.key_bits:.2f} + values {table.value_bits:.2f}){bound}"
        )
    target.report(figures, lines)
    if not fits:
        streams.complain(
            f"gate missed: --max-size {max_size:,} bytes, but the file takes {counted.total:,}; "
            "nothing was written"
        )
        return main.GATE_MISSED
    return 0
