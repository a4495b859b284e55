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
from nlucompress.cli.shared.gated_writing import written_gates
from nlucompress.cli.shared.options.command import GroupedCommand
from nlucompress.cli.shared.options.declared import given, options_of
from nlucompress.stages.shrink.factorize import FactorizeOptions


@click.command(name="factorize", cls=GroupedCommand)
@model_argument
@options_of(FactorizeOptions)
@written_gates
@stage_options
def command(target: Target, model: str, **options: Any) -> None:
    """Replace a table or dense layer by the product of two thin matrices: truncated SVD.

    A table of V x d becomes V x k times k x d, for the k that --rank, --ratio or --energy asks for.
    What is kept and what is lost is reported on stderr.

    \b
    Example:
      nlucompress factorize vectors.nlu --rank 2 -o factored.nlu
    """
    from nlucompress.stages.shrink.factorize import factorize

    streams.check_output(target.output, [model], target.force)
    chosen = FactorizeOptions.of(given(options))
    write_stage(target, factorize(read_model(model), chosen), _line)


def _line(name: str, figures: Mapping[str, Any]) -> str:
    before, after = figures["parameters"], figures["parameters_after"]
    return (
        f"{name}: rank {figures['rank']:,}, parameters {before:,} -> {after:,} "
        f"({100 * (1 - after / before):.2f} % saved), retained energy "
        f"{100 * figures['retained_energy']:.3f} %, relative error {figures['relative_error']:.4f}"
    )
