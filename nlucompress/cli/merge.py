"""`nlucompress merge`."""

from __future__ import annotations

from typing import Any

import click

from nlucompress.cli.shared import streams
from nlucompress.cli.shared.common import Target, read_data, read_model, stage_options, write_stage
from nlucompress.cli.shared.data_options import data_options
from nlucompress.cli.shared.shares import Points, Share


@click.command(name="merge")
@click.argument("old", metavar="OLD")
@click.argument("new", default=streams.STANDARD, metavar="[NEW]")
@click.option(
    "--weight",
    type=Share(),
    metavar="SHARE",
    help="Share of the newer model, 0.5 or 50%; default 0.5 without --search.",
)
@click.option("--search", metavar="FILE", help="Development data: take the best share there.")
@click.option(
    "--max-nfr",
    type=Points(),
    metavar="POINTS",
    help="--search: most negative flips against OLD, in percent of the examples: 0.5%.",
)
@click.option(
    "--steps",
    default=21,
    show_default=True,
    type=click.IntRange(2),
    help="--search: shares that are tried, evenly spaced.",
)
@click.option(
    "--fisher",
    is_flag=True,
    help="Weight each number by its Fisher information (Matena & Raffel 2022, section 3).",
)
@click.option("--data", metavar="FILE", help="--fisher: labelled texts that it is measured on.")
@data_options
@stage_options
def command(
    target: Target,
    old: str,
    new: str,
    weight: float | None,
    search: str | None,
    data: str | None,
    **options: Any,
) -> None:
    """Mix the weights of an older model and of a newer one that was trained from it.

    Between the two there is often a model that is as accurate as the newer one and breaks less of
    what the older one got right. NEW is read from stdin by default. Linear models of the same
    features can always be merged. The result has float weights: quantize it afterwards.

    \b
    Example:
      nlucompress merge older.nlu full.nlu --search dev.tsv --max-nfr 0.5% -o merged.nlu
    """
    from nlucompress.stages.merge.stage import MergeOptions, merge

    inputs = [old, new, *(path for path in (search, data) if path)]
    streams.check_inputs(*inputs)
    streams.check_output(target.output, inputs, target.force)
    if weight is None and search is None:
        weight = 0.5
    chosen = MergeOptions(weight, **options)
    models = read_model(old), read_model(new)
    texts = read_data(data) if data else None
    dev = read_data(search) if search else None
    write_stage(target, merge(*models, chosen, texts, dev), _line)


def _line(name: str, figures: Any) -> str:
    text = f"{name}: {figures['share']:g} of the newer model"
    if "dev_accuracy" in figures:
        accuracy, flips = 100 * figures["dev_accuracy"], 100 * figures["dev_nfr"]
        text += f", dev accuracy {accuracy:.2f} %, negative flips {flips:.2f} %"
    return text
