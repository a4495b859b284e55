"""`nlucompress quantize`."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import click
from click.core import ParameterSource

from nlucompress.cli.shared import streams
from nlucompress.cli.shared.common import (
    Target,
    model_argument,
    read_model,
    stage_options,
    tables_option,
    write_stage,
)
from nlucompress.cli.shared.shares import Share


def part(value: str) -> tuple[str, int]:
    """tensor, row, label or group:N."""
    name, _, columns = value.partition(":")
    if name in ("tensor", "row", "label") and not columns:
        return name, 0
    if name == "group" and re.fullmatch("[0-9]{1,7}", columns) and int(columns) > 0:
        return name, int(columns)
    raise click.BadParameter(f"{value!r} is none of tensor, row, label, group:N")


@click.command(name="quantize")
@model_argument
@click.option("--bits", default=8, show_default=True, help="Bits per weight, 1 to 8.")
@click.option(
    "--method",
    type=click.Choice(["linear", "kmeans", "pq"]),
    default="linear",
    show_default=True,
    help="Evenly spaced levels, a codebook of least squared error, or product quantization.",
)
@click.option(
    "--per",
    type=part,
    metavar="PART",
    help="What has a range of its own: tensor, row, label (column) or group:N columns; default row "
    "for linear levels of embedding tables, else tensor.",
)
@click.option(
    "--range",
    "range_rule",
    type=click.Choice(["minmax", "percentile", "mse"]),
    default="minmax",
    show_default=True,
    help="The range of the linear levels: all weights, the central ones, or least squared error.",
)
@click.option(
    "--percentile",
    type=Share(above=True),
    default="99.9%",
    show_default=True,
    metavar="SHARE",
    help="Share of the weights within --range percentile: 0.999 or 99.9%.",
)
@click.option(
    "--scale-bits",
    type=click.Choice(["16", "32"]),
    help="Bits of each scale where there are several; default 16 in embedding tables, else 32.",
)
@click.option("--threshold", default=0.0, help="First drop weights of a smaller absolute value.")
@click.option(
    "--keep",
    type=Share(above=True),
    metavar="SHARE",
    help="First drop all but this share of the non-zero weights, 0.3 or 30%: the most important "
    "ones.",
)
@click.option(
    "--importance",
    default=0.25,
    show_default=True,
    help="Importance is |weight| * (training texts with the key) ^ this.",
)
@click.option(
    "--keep-zero-rows/--drop-zero-rows",
    default=None,
    help="Whether keys stay whose whole row became zero; default yes in embedding tables, else no.",
)
@click.option(
    "--subvectors", type=int, metavar="M", help="With --method pq: codes of a row, each of --bits."
)
@click.option(
    "--norms/--no-norms",
    default=True,
    show_default=True,
    help="With --method pq: code directions, and lengths in 8 bits beside them.",
)
@click.option(
    "--rotate", is_flag=True, help="With --method pq: rotate the rows first (slower, nearer)."
)
@click.option("--seed", default=0, show_default=True, help="Of the random numbers of pq.")
@tables_option
@click.option(
    "--tensors",
    multiple=True,
    metavar="NAME",
    help="Also quantize this tensor of the network, such as bias (may be repeated).",
)
@stage_options
def command(
    target: Target,
    model: str,
    per: tuple[str, int] | None,
    range_rule: Any,
    scale_bits: str | None,
    tables: Any,
    **options: Any,
) -> None:
    """Round weights to 2^bits levels, zero always one of them; drop what rounds to zero.

    In a table of weights for labels, a key whose whole row becomes zero leaves it; an embedding
    table keeps its keys. The errors and what is left are reported on stderr.

    \b
    Example:
      nlucompress quantize full.nlu --bits 5 -o quantized.nlu
    """
    from nlucompress.stages.quantize.effects import without_effect
    from nlucompress.stages.quantize.stage import QuantizeOptions, quantize

    streams.check_output(target.output, [model], target.force)
    kind: Any = per[0] if per else None
    chosen = QuantizeOptions(
        per=kind,
        group=per[1] if per else 0,
        range=range_rule,
        scale_bits=int(scale_bits) if scale_bits else None,
        tables=tables or None,
        **options,
    )
    before = read_model(model)
    after = quantize(before, chosen)
    context = click.get_current_context()
    given = [
        name
        for name in ("keep", "importance")
        if context.get_parameter_source(name) is not ParameterSource.DEFAULT
    ]
    for line in without_effect(before, chosen, after, given):
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
