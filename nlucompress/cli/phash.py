"""`nlucompress phash`."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import click

from nlucompress.cli.shared import streams
from nlucompress.cli.shared.common import (
    Target,
    model_argument,
    read_model,
    stage_options,
    tables_option,
    write_stage,
)


def cells_and_bits(value: str) -> tuple[int, int]:
    """Cells of a group x bits of its seed, such as 16x4."""
    match = re.fullmatch("([0-9]{1,4})x([0-9]{1,4})", value)
    if match is None:
        raise click.BadParameter(f"{value!r} is no CELLSxBITS such as 16x4 or 32x8")
    return int(match[1]), int(match[2])


@click.command(name="phash")
@model_argument
@click.option(
    "--method",
    type=click.Choice(["grouped", "cascade"]),
    default="grouped",
    show_default=True,
    help="Keep the best seed per group of cells, or the plain cascade of bit arrays.",
)
@click.option("--gamma", default=1.0, show_default=True, help="Cells per key and level, 0.5 to 10.")
@click.option(
    "--groups",
    type=cells_and_bits,
    default="16x4",
    show_default=True,
    metavar="CELLSxBITS",
    help="Cells of a group (1 to 40) and bits of its seed (0 to 8); 32x8 is smaller and slower.",
)
@click.option(
    "--fingerprint-bits",
    default=8,
    show_default=True,
    help="Bits that tell known keys from unseen ones, 0 to 16.",
)
@tables_option
@stage_options
def command(target: Target, model: str, tables: tuple[str, ...], **options: Any) -> None:
    """Replace the keys' strings by a minimal perfect hash; rows move to slot order.

    A perfect hash leads every unseen key to some row. Fingerprints of r bits reject all but 2^-r of
    them; with 0 bits every unseen key is given the weights of another one.

    \b
    Example:
      nlucompress phash quantized.nlu --fingerprint-bits 8 -o hashed.nlu
    """
    from nlucompress.stages.phash import PhashOptions, phash

    streams.check_output(target.output, [model], target.force)
    chosen = PhashOptions(tables=tables or None, **options)
    write_stage(target, phash(read_model(model), chosen), _line)


def _line(name: str, figures: Mapping[str, Any]) -> str:
    bits = figures["fingerprint_bits"]
    return (
        f"{name}: {figures['keys']:,} keys, {figures['hash_bits_per_key']:.3f} bits per key for "
        f"the hash ({figures['levels']} levels) + {bits} for fingerprints: "
        f"{100 * 2.0**-bits:.4g} % of unseen keys pass for known ones"
    )
