"""`nlucompress neighbours`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from nlucompress.cli.shared import streams
from nlucompress.cli.shared.common import (
    bytes_text,
    json_option,
    model_argument,
    quiet_option,
    read_model,
)
from nlucompress.cli.shared.gated import max_size_option, tell
from nlucompress.cli.shared.options.command import GroupedCommand
from nlucompress.cli.shared.options.declared import given, options_of
from nlucompress.stages.measure.evaluate.neighbours import NeighbourOptions

if TYPE_CHECKING:
    from nlucompress.stages.measure.evaluate.neighbours import NeighbourReport


@click.command(name="neighbours", cls=GroupedCommand)
@model_argument
@click.option("--reference", required=True, metavar="OLD", help="The model with the table before.")
@options_of(NeighbourOptions)
@max_size_option
@json_option
@quiet_option
def command(
    model: str, reference: str, max_size: int | None, as_json: bool, quiet: bool, **options: Any
) -> int:
    """Compare the nearest neighbours in a table with those in its reference; check gates.

    What `evaluate` is for classifiers, this is for tables of embeddings: every key's neighbours by
    cosine are looked for in both, and the share that is the same is told. Exit code 1 says that a
    gate was missed.

    \b
    Example:
      nlucompress neighbours vectors.nlu --reference vectors.nlu --count 1
    """
    from nlucompress.stages.measure.evaluate.neighbours import compare

    streams.check_inputs(model, reference)
    chosen = NeighbourOptions.of({**given(options), "max_size": max_size})
    old = read_model(reference)
    found = compare(read_model(model), old, chosen)
    return tell(found, _lines(found), as_json, quiet)


def _lines(found: NeighbourReport) -> list[str]:
    size, before = found.size_bytes, found.reference_bytes
    return [
        f"keys              {found.keys:,}, of which {found.missing:,} are missing",
        f"queries           {found.queries:,}, {found.neighbours} neighbours each",
        f"agreement         {100 * found.agreement:.2f} % of the neighbours",
        f"nearest           {100 * found.first:.2f} % the same",
        f"cosine            {found.cosine:.6f} between a key's rows",
        f"size              {bytes_text(size)}",
        f"reference         {bytes_text(before)} ({before / size:.1f} times the size)",
    ]
