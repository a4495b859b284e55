"""`nlucompress merge`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from nlucompress.cli.shared import streams
from nlucompress.cli.shared.common import (
    Target,
    read_data,
    read_model,
    read_tagged_data,
    stage_options,
    write_stage,
)
from nlucompress.cli.shared.gated_writing import written_gates
from nlucompress.cli.shared.options.command import GroupedCommand
from nlucompress.cli.shared.options.data_options import data_options
from nlucompress.cli.shared.options.declared import given, options_of
from nlucompress.cli.shared.overlays import overlay_option, read_overlaid
from nlucompress.errors import UsageError
from nlucompress.stages.learn.merge.stage import MergeOptions

if TYPE_CHECKING:
    from nlucompress.data.examples import Examples
    from nlucompress.data.tagged import Tagged


@click.command(name="merge", cls=GroupedCommand)
@click.argument("old", metavar="OLD")
@click.argument("new", default=streams.STANDARD, metavar="[NEW]")
@options_of(MergeOptions)
@click.option("--search", metavar="FILE", help="Development data: take the best share there.")
@overlay_option
@click.option(
    "--data",
    metavar="FILE",
    help="--fisher: labelled texts that it is measured on; --overlay: the texts that hashed models "
    "were trained with, whose keys are looked up.",
)
@data_options
@written_gates
@stage_options
def command(
    target: Target,
    old: str,
    new: str,
    search: str | None,
    data: str | None,
    overlays: tuple[str, ...],
    **options: Any,
) -> None:
    """Mix the weights of an older model and of a newer one that was trained from it.

    Between the two there is often a model that is as accurate as the newer one and breaks less of
    what the older one got right. NEW is read from stdin by default. Linear models of the same
    features can always be merged. The result has float weights: quantize it afterwards.

    With --overlay there is no NEW: the overlays are folded into OLD, for the next full release.

    \b
    Example:
      nlucompress merge older.nlu full.nlu --search dev.tsv --max-nfr 0.5% -o merged.nlu
    """
    from nlucompress.stages.learn.merge.stage import merge

    if overlays:
        if new != streams.STANDARD or search or given(options):
            raise UsageError("--overlay folds overlays into OLD: it takes no NEW, and only --data")
        _fold(target, old, overlays, data)
        return
    inputs = [old, new, *(path for path in (search, data) if path)]
    streams.check_inputs(*inputs)
    streams.check_output(target.output, inputs, target.force)
    chosen = MergeOptions.of(given(options))
    models = read_model(old), read_model(new)
    texts = read_data(data) if data else None
    dev = read_data(search) if search else None
    write_stage(target, merge(*models, chosen, texts, dev), _line)


def _fold(target: Target, old: str, overlays: tuple[str, ...], data: str | None) -> None:
    from nlucompress.networks.tagger import is_tagger
    from nlucompress.stages.learn.merge.fold import fold
    from nlucompress.stages.measure.evaluate.tags import layout_of

    inputs = [old, *overlays, *([data] if data else [])]
    streams.check_inputs(*inputs)
    streams.check_output(target.output, inputs, target.force)
    model = read_overlaid(old, overlays)
    texts: Examples | Tagged | None = None
    if data:
        tags = is_tagger(model)
        texts = read_tagged_data(data, layout_of(model)) if tags else read_data(data)
    names = [streams.named(old), *map(streams.named, overlays)]

    def line(_: str, figures: Any) -> str:
        reached = (
            f"{each['keys']:,} of {each['of']:,} of {name}"
            for name, each in zip(names, figures["tables"], strict=True)
        )
        return f"{figures['keys']:,} keys: {', '.join(reached)}"

    write_stage(target, fold(model, texts), line)


def _line(name: str, figures: Any) -> str:
    text = f"{name}: {figures['share']:g} of the newer model"
    if "dev_accuracy" in figures:
        accuracy, flips = 100 * figures["dev_accuracy"], 100 * figures["dev_nfr"]
        text += f", dev accuracy {accuracy:.2f} %, negative flips {flips:.2f} %"
    return text
