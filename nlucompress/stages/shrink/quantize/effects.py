"""Options of quantize that were given and changed nothing, in words."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

from nlucompress.format import codec
from nlucompress.format.model import Model
from nlucompress.stages.shrink.quantize.options import QuantizeOptions
from nlucompress.stages.shrink.quantize.stage import quantize


def without_effect(
    before: Model, options: QuantizeOptions, after: Model, given: Collection[str]
) -> list[str]:
    """A line for each of these options of pruning that is among ``given`` and changed nothing.

    Whether ``keep`` did is found by quantizing without it.

    Args:
        before: The model that was quantized.
        options: How.
        after: What came out.
        given: Names of the options that somebody asked for.
    """
    found = []
    if "importance" in given:
        names = before.tables if options.tables is None else options.tables
        if options.keep is None:
            found.append("--importance says what --keep keeps, and has no effect without it")
        elif all(before.table(name).counts is None for name in names):
            found.append(
                "--importance has no effect: the model does not know how often its keys were seen, "
                "which only `train` counts"
            )
    if "key_bits" in given and options.keep is None:
        found.append("--key-bits says what --keep keeps, and has no effect without it")
    if options.keep is not None and "keep" in given:
        plain = quantize(before, replace(options, keep=None))
        if _contents(plain) == _contents(after):
            found.append(
                f"--keep {options.keep:g} has no effect: rounding to {options.bits} bits drops at "
                "least as many weights; keep fewer, or round finer"
            )
    return found


def _contents(model: Model) -> str:
    """Digest of a model but for its history."""
    return codec.serialize(replace(model, history=())).digest
