"""`nlucompress pack`."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any

import click

from nlucompress.cli import main
from nlucompress.cli.measure.evaluate.command import measure
from nlucompress.cli.measure.inspect.tables import bounds_text, harm_text
from nlucompress.cli.shared import streams
from nlucompress.cli.shared.common import (
    Target,
    bytes_text,
    model_argument,
    read_data,
    read_model,
    stage_options,
    write_model,
)
from nlucompress.cli.shared.gated import gate_options, gate_text, max_size_option
from nlucompress.cli.shared.options.command import GroupedCommand
from nlucompress.cli.shared.options.data_options import data_options
from nlucompress.cli.shared.options.declared import given, names_of, options_of
from nlucompress.errors import UsageError
from nlucompress.stages.shrink.pack import PackOptions

if TYPE_CHECKING:
    from nlucompress.stages.measure.inspect.harm import Harm


@click.command(name="pack", cls=GroupedCommand)
@model_argument
@max_size_option
@click.option(
    "--data", metavar="TEST.TSV", help="Measure the packed model on it, for the gates of evaluate."
)
@click.option(
    "--reference",
    "references",
    multiple=True,
    metavar="OLD",
    help="A model that drop and flips are measured against; may be repeated.",
)
@gate_options
@options_of(PackOptions)
@data_options
@stage_options
def command(
    target: Target,
    model: str,
    max_size: int | None,
    data: str | None,
    references: tuple[str, ...],
    **others: Any,
) -> int:
    """Seal a model: each table in its smallest encoding, nothing in it that lookup does not need.

    Prints where every byte goes and, beside it, two bounds per key: log2(1 / false-positive rate)
    plus the entropy of the values, taken as independent, or as the code takes them. With `--data`
    the gates of `evaluate` are checked on the packed model: when one is missed, nothing is written.

    \b
    Example:
      nlucompress pack hashed.nlu --max-size 150K -o small.nlu
    """
    from nlucompress.format import codec
    from nlucompress.networks.tagger import is_tagger
    from nlucompress.stages.measure.evaluate.gates import Gates, within_size
    from nlucompress.stages.measure.inspect.account import account
    from nlucompress.stages.measure.inspect.harm import harm_of, median_margin
    from nlucompress.stages.shrink.pack import pack

    inputs = [model, *references, *([data] if data else [])]
    streams.check_inputs(*inputs)
    streams.check_output(target.output, inputs, target.force)
    options = PackOptions.of(given(others))
    bounds = {name: others[name] for name in others.keys() - names_of(PackOptions)}
    if data is None and (references or any(bound is not None for bound in bounds.values())):
        raise UsageError("gates on accuracy and flips need --data to be measured on")
    before = read_model(model)
    sealed = pack(before, options)
    counted = account(sealed)
    sizes = within_size(max_size, counted.total)
    texts = read_data(data) if data and not is_tagger(sealed) else None
    measured = (
        () if data is None else measure(sealed, texts or data, references, Gates(**bounds)).gates
    )
    harm = harm_of(sealed)
    margin = None
    if harm and texts is not None:
        margin = median_margin(sealed, texts.texts)
    met = all(gate.met for gate in (*sizes, *measured))
    if met:
        write_model(sealed, target.output)
    figures = {
        "size_before": codec.size(before),
        "size_bytes": counted.total,
        "parts": {part.name: part.bytes for part in counted.parts},
        "tables": [dataclasses.asdict(table) for table in counted.tables],
        "unseen": None if harm is None else {**dataclasses.asdict(harm), "median_margin": margin},
        "gates": [dataclasses.asdict(gate) for gate in (*sizes, *measured)],
    }
    lines = [f"{part.bytes:>12,}  {part.name}" for part in counted.parts]
    lines.append(f"{counted.total:>12,}  bytes in all ({bytes_text(counted.total)})")
    for table in counted.tables:
        bound = f", {bounds_text(table)}" if table.bound_bits is not None else ""
        what = f"keys {table.key_bits:.2f} + values {table.value_bits:.2f}"
        if table.stored_bits is not None and table.overhead is not None:
            what = f"{table.stored_bits:.2f} stored, {100 * table.overhead:.2f} % above"
        lines.append(
            f"{table.name}: {table.keys:,} keys, {table.key_bits + table.value_bits:.2f} bits per "
            f"key ({what}){bound}"
        )
    if harm is not None:
        lines.append(f"unseen keys: {harm_text(harm)}{_of_margin(harm, margin)}")
    lines += [f"gate met: {gate_text(gate)}" for gate in measured if gate.met]
    target.report(figures, lines)
    for gate in measured:
        if not gate.met:
            streams.complain(f"gate missed: {gate_text(gate)}; nothing was written")
    for gate in sizes:
        if not gate.met:
            streams.complain(
                f"gate missed: --max-size {max_size:,} bytes, but the file takes "
                f"{counted.total:,}; nothing was written"
            )
    return 0 if met else main.GATE_MISSED


def _of_margin(harm: Harm, margin: float | None) -> str:
    """The harm in units of the model's median margin, where that is known."""
    if not margin:
        return ""
    return f", {100 * harm.expected / margin:.2g} % of the median margin {margin:.3g}"
