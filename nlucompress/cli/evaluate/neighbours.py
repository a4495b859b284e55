"""`nlucompress evaluate --neighbours`: the report on a table's nearest neighbours."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from nlucompress.cli.shared import streams
from nlucompress.cli.shared.common import bytes_text, read_model
from nlucompress.cli.shared.gated import tell
from nlucompress.cli.shared.option_group import option_group
from nlucompress.cli.shared.shares import Share
from nlucompress.errors import UsageError

if TYPE_CHECKING:
    from nlucompress.stages.evaluate.neighbours import NeighbourReport


neighbour_options = option_group(
    "nearest",
    "neighbours",
    {
        "--neighbours": (
            "N",
            click.IntRange(1),
            "Instead of --data: compare every key's N nearest neighbours with the reference's.",
        ),
        "--queries": ("N", click.IntRange(1), "Neighbours of so many keys; default all."),
        "--seed": ("N", click.IntRange(0), "Of the draw of --queries. [default: 1]"),
        "--table": ("NAME", None, "The table whose neighbours are compared."),
        "--min-agreement": (
            "SHARE",
            Share(gate=True),
            "Gate: least share of the neighbours that are the same: 0.9 or 90%.",
        ),
    },
)


def compare_tables(
    model: str,
    references: tuple[str, ...],
    as_json: bool,
    quiet: bool,
    neighbours: int,
    **options: Any,
) -> int:
    """Compare, print and return the exit code."""
    from nlucompress.stages.evaluate.neighbours import NeighbourOptions, compare

    if len(references) != 1:
        raise UsageError("--neighbours compares with one --reference")
    (reference,) = references
    streams.check_inputs(model, reference)
    old = read_model(reference)
    found = compare(read_model(model), old, NeighbourOptions(neighbours, **options))
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
