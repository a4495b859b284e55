"""`nlucompress quantize`."""

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
from nlucompress.stages.shrink.quantize.options import QuantizeOptions


@click.command(name="quantize", cls=GroupedCommand)
@model_argument
@options_of(QuantizeOptions)
@written_gates
@stage_options
def command(target: Target, model: str, **options: Any) -> None:
    """Round weights to 2^bits levels, zero always one of them; drop what rounds to zero.

    In a table of weights for labels, a key whose whole row becomes zero leaves it; an embedding
    table keeps its keys. The errors and what is left are reported on stderr.

    \b
    Example:
      nlucompress quantize full.nlu --bits 5 -o quantized.nlu
    """
    from nlucompress.stages.shrink.quantize.effects import without_effect
    from nlucompress.stages.shrink.quantize.stage import quantize

    streams.check_output(target.output, [model], target.force)
    said = given(options)
    chosen = QuantizeOptions.of(said)
    before = read_model(model)
    after = quantize(before, chosen)
    for line in without_effect(before, chosen, after, said):
        streams.note(f"nlucompress: warning: {line}", target.quiet)
    write_stage(target, after, _line)


def _line(name: str, figures: Mapping[str, Any]) -> str:
    noise = figures["signal_to_noise_db"]
    rows = (
        f", rows {figures['rows']:,} -> {figures['rows_after']:,}"
        if "rows_after" in figures
        else ""
    )
    return (
        f"{name}: weights {figures['weights']:,} -> {figures['weights_after']:,}{rows}, "
        f"zeros {100 * figures['zeros']:.2f} %, squared error {figures['squared_error']:.6g}, "
        f"signal to noise {'exact' if noise is None else f'{noise:.1f} dB'}"
    )
