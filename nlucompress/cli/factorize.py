"""`nlucompress factorize`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import click

from nlucompress.cli.shared import streams
from nlucompress.cli.shared.common import (
    Target,
    model_argument,
    read_model,
    stage_options,
    write_stage,
)
from nlucompress.cli.shared.shares import Share


@click.command(name="factorize")
@model_argument
@click.option("--rank", type=int, metavar="K", help="Columns of the left factor.")
@click.option(
    "--ratio",
    type=Share(above=True, below=True),
    metavar="SHARE",
    help="Share of the numbers to save, 0.9 or 90%: the largest rank that saves it.",
)
@click.option(
    "--energy",
    type=Share(above=True, below=True),
    metavar="SHARE",
    help="Share of the sum of squares to keep, 0.95 or 95%: the smallest rank that keeps it.",
)
@click.option(
    "--weight",
    type=click.Choice(["frequency", "none"]),
    default="none",
    show_default=True,
    help="Weight the error of each row by how often its key was seen, or all rows alike.",
)
@click.option(
    "--power",
    default=0.5,
    show_default=True,
    help="With --weight frequency, the weight is the count to the power of this.",
)
@click.option(
    "--table",
    "tables",
    multiple=True,
    metavar="NAME",
    help="Factorize this table (may be repeated); default the only one.",
)
@click.option(
    "--tensor",
    "tensors",
    multiple=True,
    metavar="NAME",
    help="Factorize this dense layer of the network (may be repeated).",
)
@stage_options
def command(target: Target, model: str, **options: Any) -> None:
    """Replace a table or dense layer by the product of two thin matrices: truncated SVD.

    A table of V x d becomes V x k times k x d, for the k that --rank, --ratio or --energy asks for.
    What is kept and what is lost is reported on stderr.

    \b
    Example:
      nlucompress factorize vectors.nlu --rank 2 -o factored.nlu
    """
    from nlucompress.stages.factorize import FactorizeOptions, factorize

    streams.check_output(target.output, [model], target.force)
    chosen = FactorizeOptions(**options)
    write_stage(target, factorize(read_model(model), chosen), _line)


def _line(name: str, figures: Mapping[str, Any]) -> str:
    before, after = figures["parameters"], figures["parameters_after"]
    return (
        f"{name}: rank {figures['rank']:,}, parameters {before:,} -> {after:,} "
        f"({100 * (1 - after / before):.2f} % saved), retained energy "
        f"{100 * figures['retained_energy']:.3f} %, relative error {figures['relative_error']:.4f}"
    )
