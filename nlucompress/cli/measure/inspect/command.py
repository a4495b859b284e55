"""`nlucompress inspect`."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any

import click

from nlucompress.cli import main
from nlucompress.cli.measure.inspect import bundles
from nlucompress.cli.shared import bundled, streams
from nlucompress.cli.shared.bundled import bundled_option
from nlucompress.cli.shared.common import (
    dump_json,
    json_option,
    model_argument,
    quiet_option,
    read_model,
)
from nlucompress.cli.shared.options.command import GroupedCommand
from nlucompress.cli.shared.overlays import overlay_option

if TYPE_CHECKING:
    from nlucompress.stages.measure.inspect.histogram import Histogram
    from nlucompress.stages.measure.inspect.stage import Inspection


@click.command(name="inspect", cls=GroupedCommand)
@model_argument
@click.option(
    "--verify",
    is_flag=True,
    help="Besides the digests, decode every key, slot and row; a file without digests fails.",
)
@click.option(
    "--keys",
    metavar="MODEL",
    help="The model that pack read: a static function tells of its rows once its keys are known.",
)
@click.option("--labels", "all_labels", is_flag=True, help="List every label, one a line.")
@overlay_option
@bundled_option
@click.option("--plot", is_flag=True, help="Draw histograms of each table's values and codes.")
@json_option
@quiet_option
def command(
    model: str,
    verify: bool,
    keys: str | None,
    all_labels: bool,
    plot: bool,
    overlays: tuple[str, ...],
    as_json: bool,
    quiet: bool,
) -> int:
    """Describe a model or any safetensors file: what is in it, where its bytes go, is it whole.

    The digests are checked in any case. A damaged file is described as far as it can be read, each
    problem on a line, and the exit code is 3. --quiet leaves one line on stderr if there is any.

    Of a bundle the models are listed, or with --model one is described.

    With --overlay each overlay is described behind the model, and whether it fits what is under it.

    \b
    Example:
      nlucompress inspect small.nlu --verify
    """
    from nlucompress.cli.measure.inspect.text import lines_of
    from nlucompress.stages.measure.inspect.histogram import histograms
    from nlucompress.stages.measure.inspect.stage import inspect, stacked

    streams.check_inputs(model, *overlays, *([keys] if keys else []))
    if bundled.named() is None and not overlays and bundles.tell(model, as_json, quiet):
        return 0
    paths = (model, *overlays)
    before = read_model(keys) if keys else None
    first = inspect(streams.read_input(model), verify, before)
    every = stacked([first, *(inspect(streams.read_input(path), verify) for path in overlays)])
    plots = [histograms(each.model) if plot and each.model is not None else () for each in every]
    if as_json:
        figures, *others = (
            _figures(each, drawn if plot else None)
            for each, drawn in zip(every, plots, strict=True)
        )
        streams.say(dump_json({**figures, **({"overlays": others} if others else {})}))
    elif not quiet:
        for number, (path, found, drawn) in enumerate(zip(paths, every, plots, strict=True)):
            if number:
                streams.say("")
            for line in lines_of(streams.named(path), found, all_labels):
                streams.say(line)
            if plot:
                _plot(drawn)
    code = 0
    for path, found in zip(paths, every, strict=True):
        if found.problems:
            problems = f"{len(found.problems)} problem{'s' * (len(found.problems) > 1)}"
            more = "" if as_json or not quiet else f", the first: {found.problems[0]}"
            streams.complain(f"{streams.named(path)}: {problems} found{more}")
            code = main.BAD_INPUT
    return code


def _plot(drawn: tuple[Histogram, ...]) -> None:
    from nlucompress.cli.measure.inspect import plot

    for each in drawn:
        streams.say("")
        for line in plot.lines(each, plot.columns(), plot.ascii_only()):
            streams.say(line)
    if not drawn:
        streams.note("nlucompress: nothing to plot: no table of this file can be read")


def _figures(found: Inspection, drawn: tuple[Histogram, ...] | None) -> dict[str, Any]:
    """Everything but the model itself as JSON's types; accounts stand with their tables."""
    plain = dataclasses.replace(found, model=None, account=None)
    figures = dataclasses.asdict(plain)
    del figures["model"], figures["account"]
    accounts = found.account.tables if found.account else ()
    for table in figures["tables"]:
        table["account"] = next(
            (dataclasses.asdict(each) for each in accounts if each.name == table["name"]), None
        )
    parts = found.account.parts if found.account else ()
    figures["parts"] = {part.name: part.bytes for part in parts}
    for tensor, info in zip(figures["tensors"], found.tensors, strict=True):
        tensor["bytes"] = info.bytes
    if drawn is not None:
        figures["histograms"] = [dataclasses.asdict(each) for each in drawn]
    return figures
