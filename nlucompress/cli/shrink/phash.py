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
    write_stage,
)
from nlucompress.cli.shared.gated_writing import written_gates
from nlucompress.cli.shared.options.command import GroupedCommand
from nlucompress.cli.shared.options.declared import given, options_of
from nlucompress.stages.shrink.phash import PhashOptions


def cells_and_bits(value: str) -> tuple[int, int]:
    """Cells of a group x bits of its seed, such as 16x4."""
    match = re.fullmatch("([0-9]{1,4})x([0-9]{1,4})", value)
    if match is None:
        raise click.BadParameter(f"{value!r} is no CELLSxBITS such as 16x4 or 32x8")
    return int(match[1]), int(match[2])


@click.command(name="phash", cls=GroupedCommand)
@model_argument
@options_of(PhashOptions, parse={"groups": cells_and_bits})
@written_gates
@stage_options
def command(target: Target, model: str, **options: Any) -> None:
    """Replace the keys' strings by a static function or a perfect hash; rows move to its order.

    Either leads every unseen key to some row. Fingerprints of r bits reject all but 2^-r of
    them; with 0 bits every unseen key is given the weights of another one. A table of n-grams is
    closed: most unseen n-grams are refused by a part that is not a key, so that shorter ones do.

    \b
    Example:
      nlucompress phash quantized.nlu --fingerprint-bits 8 -o hashed.nlu
    """
    from nlucompress.stages.shrink.phash import phash

    streams.check_output(target.output, [model], target.force)
    write_stage(target, phash(read_model(model), PhashOptions.of(given(options))), _line)


def _line(name: str, figures: Mapping[str, Any]) -> str:
    bits = figures["fingerprint_bits"]
    added = f" ({figures['keys_without_weights']:,} added)" if figures["closed"] else ""
    whose = " whose parts are keys" if figures["closed"] else ""
    if "hash_bits_per_key" not in figures:
        return (
            f"{name}: {figures['keys']:,} keys{added}, for pack to seal as a static function with "
            f"{bits} bits for fingerprints: {100 * 2.0**-bits:.4g} % of unseen keys{whose} pass "
            "for known ones"
        )
    return (
        f"{name}: {figures['keys']:,} keys{added}, {figures['hash_bits_per_key']:.3f} bits per key "
        f"for the hash ({figures['levels']} levels) + {bits} for fingerprints: "
        f"{100 * 2.0**-bits:.4g} % of unseen keys{whose} pass for known ones"
    )
