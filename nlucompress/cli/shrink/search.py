"""`nlucompress search`."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any

import click

from nlucompress.cli import main
from nlucompress.cli.learn.train.review import review
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
from nlucompress.cli.shared.gated_writing import written_gates
from nlucompress.cli.shared.options.command import GroupedCommand
from nlucompress.cli.shared.options.data_options import data_options
from nlucompress.cli.shared.options.declared import given, options_of
from nlucompress.progress import tell
from nlucompress.stages.shrink.search.students import SearchOptions

if TYPE_CHECKING:
    from nlucompress.stages.shrink.search.stage import Candidate, SearchReport


@click.command(name="search", cls=GroupedCommand)
@model_argument
@click.option("--data", required=True, metavar="FILE", help="Training data; the gallery.")
@click.option("--dev", required=True, metavar="FILE", help="Development data; the queries.")
@options_of(SearchOptions)
@data_options
@written_gates
@stage_options
def command(target: Target, model: str, data: str, dev: str, **options: Any) -> int:
    """Find the cheapest student that answers queries against a large model's gallery.

    Students are narrower, of a lower rank, of fewer bits; each is trained in the large model's
    space (as by `finetune --compatible-with`), hashed and packed. They are tried from the smallest
    up, and the first one whose queries find a text of their label in the large model's gallery, the
    training data, within `--max-drop` points as often as the large model's, is written. If there
    is none, nothing is written and the exit code is 1.

    \b
    Example:
      nlucompress search network.nlu --data train.tsv --dev dev.tsv --max-drop 2% -o student.nlu
    """
    from nlucompress.stages.shrink.search.stage import search

    streams.check_inputs(model, data, dev)
    streams.check_output(target.output, [model, data, dev], target.force)
    chosen = SearchOptions.of(given(options))
    large, examples, held_out = read_model(model), read_data(data), read_data(dev)
    review(data, examples, held_out, target)
    tried = None if target.as_json else lambda each: streams.note(_line(each), target.quiet)
    student, report = search(large, examples, held_out, chosen, tell, tried)
    if student is not None:
        write_model(student, target.output)
    figures = {"met": student is not None, **dataclasses.asdict(report)}
    target.report(figures, [_summary(report, chosen.max_drop)])
    if student is not None:
        return 0
    streams.note(
        f"nlucompress: gate missed: --max-drop {100 * chosen.max_drop:g} points by every student"
    )
    return main.GATE_MISSED


def _line(each: Candidate) -> str:
    return (
        f"width {each.width}, rank {each.rank}, {each.bits} bits: {bytes_text(each.size_bytes)}, "
        f"top-1 {100 * each.top1:.2f} %, {-100 * each.drop:+.2f} points"
    )


def _summary(report: SearchReport, bound: float) -> str:
    large = f"large model: {bytes_text(report.large_bytes)}, top-1 {100 * report.large_top1:.2f} %"
    last = report.candidates[-1]
    if not last.met:
        return f"{large}; no student is within {100 * bound:g} points"
    share = 100 * last.size_bytes / report.large_bytes
    return f"{large}; student: {bytes_text(last.size_bytes)}, {share:.2f} % of that"
