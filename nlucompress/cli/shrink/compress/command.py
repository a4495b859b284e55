"""`nlucompress compress`."""

from __future__ import annotations

import dataclasses
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import click

from nlucompress.cli import main
from nlucompress.cli.shared import streams
from nlucompress.cli.shared.common import (
    Target,
    bytes_text,
    model_argument,
    read_data,
    read_model,
    read_tagged_data,
    stage_options,
    write_model,
)
from nlucompress.cli.shared.gated import bound_options, max_size_option
from nlucompress.cli.shared.options.command import GroupedCommand
from nlucompress.cli.shared.options.data_options import data_options
from nlucompress.cli.shared.options.declared import given, options_of
from nlucompress.cli.shared.options.durations import seconds
from nlucompress.cli.shrink.compress import text as compress_text
from nlucompress.cli.shrink.compress.source import read_any
from nlucompress.errors import UsageError
from nlucompress.importers.formats import FORMATS
from nlucompress.stages.shrink.compress.options import DEFAULT_GATES, PRESETS, CompressOptions

if TYPE_CHECKING:
    from nlucompress.format.model import Model
    from nlucompress.stages.measure.evaluate.gates import Gates
    from nlucompress.stages.shrink.compress.report import Candidate, CompressReport


@click.command(name="compress", cls=GroupedCommand)
@model_argument
@click.option(
    "--dev",
    metavar="DEV.TSV",
    help="Development data, not those of the training: what the candidates are measured on.",
)
@click.option(
    "--reference",
    "references",
    multiple=True,
    metavar="OLD",
    help="A further model that drop and flips are measured against; may be repeated.",
)
@bound_options
@max_size_option
@click.option(
    "--preset",
    type=click.Choice(PRESETS),
    help="Without data: settings that are known; default balanced, or the most faithful one "
    "within --max-size.",
)
@options_of(CompressOptions, parse={"budget": seconds})
@click.option("--html", metavar="FILE", help="Write a page with a plot of bytes against loss.")
@click.option(
    "--format",
    "kind",
    type=click.Choice(list(FORMATS)),
    help="Of a foreign file, which is imported first; by default its content tells.",
)
@data_options
@stage_options
def command(
    target: Target,
    model: str,
    dev: str | None,
    references: tuple[str, ...],
    max_size: int | None,
    preset: str | None,
    html: str | None,
    kind: str | None,
    **options: Any,
) -> int:
    """Find the smallest file that meets gates on development data.

    Pipelines of `factorize`, `quantize`, `phash` and `pack` are tried, from a few all over to the
    neighbours of the best; with `--max-size` alone that is the file that loses least within it. A
    development set flatters what is chosen by it, so what decides is a bound: how bad a figure may
    be on as many unseen examples, but for `--risk`. The command that makes the same file again is
    told. If no candidate meets the gates, nothing is written, the nearest are named and the exit
    code is 1. Without any gate: at most 0.5 points and 1 % of flips against the model itself, or
    the narrowest gates that so few examples can be sure of.

    \b
    Example:
      nlucompress compress full.nlu --dev dev.tsv --max-accuracy-drop 2pp --max-nfr 3% -o tiny.nlu
    """
    bounds = {name: options.pop(name) for name in ("min_accuracy", "max_accuracy_drop", "max_nfr")}
    inputs = [model, *references, *([dev] if dev else [])]
    streams.check_inputs(*inputs)
    streams.check_output(target.output, inputs, target.force)
    _check(dev, preset, html, references, bounds)
    if html is not None:
        streams.check_output(html, [*inputs, target.output], target.force, binary=False)
    if dev is None:
        return _by_preset(target, model, kind, preset, max_size)
    gates = _gates(bounds, max_size)
    chosen = replace(CompressOptions.of(given(options)), gates=gates or DEFAULT_GATES)
    full, words = read_any(model, kind, target.quiet)
    return _search(target, full, words, model, dev, references, chosen, gates is not None, html)


def _check(
    dev: str | None,
    preset: str | None,
    html: str | None,
    references: tuple[str, ...],
    bounds: dict[str, Any],
) -> None:
    if dev is not None and preset is not None:
        raise UsageError("--preset is for a model without data; with --dev candidates are measured")
    gated = any(each is not None for each in bounds.values())
    if dev is None and (references or html or gated):
        raise UsageError("gates on accuracy and flips, --reference and --html need --dev")
    for name in references:
        if references.count(name) > 1:
            raise UsageError(f"--reference {name} is named twice")


def _gates(bounds: dict[str, Any], max_size: int | None) -> Gates | None:
    """Those that were named, None where none was."""
    from nlucompress.stages.measure.evaluate.gates import Gates

    if max_size is None and all(each is None for each in bounds.values()):
        return None
    return Gates(max_size=max_size, **bounds)


def _told_default(gates: Gates, units: int, quiet: bool) -> Gates:
    from nlucompress.stages.shrink.compress.options import DEFAULT_GATES

    drop, nfr = (100 * (each or 0) for each in (gates.max_accuracy_drop, gates.max_nfr))
    why = ", as none was named"
    if gates != DEFAULT_GATES:
        why += f": the narrowest that {units:,} examples can be sure of"
    streams.note(f"gates: --max-accuracy-drop {drop:.3g}pp --max-nfr {nfr:.3g}%{why}", quiet)
    return gates


def _search(
    target: Target,
    model: Model,
    words: tuple[str, ...],
    path: str,
    dev: str,
    references: tuple[str, ...],
    options: CompressOptions,
    gated: bool,
    html: str | None,
) -> int:
    from nlucompress.networks.tagger import is_tagger
    from nlucompress.stages.measure.evaluate.tags import layout_of
    from nlucompress.stages.shrink.compress.options import default_gates
    from nlucompress.stages.shrink.compress.pipeline import commands
    from nlucompress.stages.shrink.compress.stage import compress

    data = read_tagged_data(dev, layout_of(model)) if is_tagger(model) else read_data(dev)
    if not gated:
        gates = _told_default(default_gates(len(data), options.risk), len(data), target.quiet)
        options = dataclasses.replace(options, gates=gates)
    others = {name: read_model(name) for name in references}
    name = streams.named(path)
    small, report = compress(model, data, others, options, name)
    made = {
        each.number: commands(each.steps, path, target.output, words) for each in report.candidates
    }
    if html is not None:
        from nlucompress.cli.shrink.compress.page import page

        streams.write_output(html, [page(report, name, made)])
    best = report.nearest[0]
    if small is not None:
        write_model(small, target.output)
    target.report(_figures(report, made), compress_text.summary(report, made[best.number]))
    if small is not None:
        return 0
    for line in compress_text.missed(report):
        streams.note(line)
    return main.GATE_MISSED


def _figures(report: CompressReport, made: dict[int, str]) -> dict[str, Any]:
    """The report for JSON: every trial with its commands; front and choice by number."""

    def figures(each: Candidate) -> dict[str, Any]:
        left_out = {"steps"}
        found = {k: v for k, v in dataclasses.asdict(each).items() if k not in left_out}
        interval = dataclasses.asdict(report.interval(each))
        return {**found, "accuracy_interval": interval, "commands": made[each.number]}

    chosen, best = report.chosen, report.nearest[0]
    return {
        "met": chosen is not None,
        "chosen": chosen.number if chosen else None,
        "size_bytes": chosen.size_bytes if chosen else None,
        "commands": made[best.number] if chosen else None,
        "binding": best.binding.name if best.binding else None,
        "original_bytes": report.original_bytes,
        "original_accuracy": report.original_accuracy,
        "answers": report.answers,
        "units": report.units,
        "risk": report.risk,
        "needed_units": report.needed,
        "stopped_by_budget": report.stopped_by_budget,
        "front": [each.number for each in report.front],
        "nearest": [each.number for each in report.nearest],
        "candidates": [figures(each) for each in report.candidates],
    }


def _by_preset(
    target: Target, path: str, kind: str | None, preset: str | None, max_size: int | None
) -> int:
    """Without data: the named preset, or the most faithful one within the size."""
    from nlucompress.format import codec
    from nlucompress.stages.shrink.compress.pipeline import commands
    from nlucompress.stages.shrink.compress.stage import by_preset

    full, words = read_any(path, kind, target.quiet)
    names = (preset,) if preset else ("balanced",) if max_size is None else PRESETS
    for name in names:
        small, steps = by_preset(full, name)
        made = codec.size(small)
        if max_size is None or made <= max_size:
            write_model(small, target.output)
            before = codec.size(full)
            line = commands(steps, path, target.output, words)
            figures = {"preset": name, "size_before": before, "size_bytes": made, "commands": line}
            lines = [
                f"preset {name}: nothing was measured; --dev does",
                f"model: {bytes_text(before)} -> {bytes_text(made)}",
                f"the same file: {line}",
            ]
            target.report(figures, lines)
            return 0
    streams.note(
        f"nlucompress: gate missed: --max-size {max_size:,} bytes, measured {made:,} by preset "
        f"{name}"
    )
    return main.GATE_MISSED
