"""`nlucompress retrieval`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from nlucompress.cli.shared import streams
from nlucompress.cli.shared.common import (
    bytes_text,
    json_option,
    model_argument,
    quiet_option,
    read_data,
    read_model,
)
from nlucompress.cli.shared.gated import gate_text, max_size_option, tell
from nlucompress.cli.shared.options.command import GroupedCommand
from nlucompress.cli.shared.options.data_options import data_options
from nlucompress.cli.shared.options.declared import given, options_of
from nlucompress.stages.measure.evaluate.retrieval_report import RetrievalOptions

if TYPE_CHECKING:
    from nlucompress.stages.measure.evaluate.gates import Gate
    from nlucompress.stages.measure.evaluate.retrieval_report import Retrieval, RetrievalReport


@click.command(name="retrieval", cls=GroupedCommand)
@model_argument
@click.option(
    "--gallery", required=True, metavar="OLD", help="The model that has embedded the gallery."
)
@click.option("--data", required=True, metavar="FILE", help="Labelled texts that ask.")
@click.option(
    "--gallery-data",
    metavar="FILE",
    help="Labelled texts of the gallery; default: those of --data, each query without itself.",
)
@click.option(
    "--reference",
    metavar="MODEL",
    help="A new model trained without compatibility: the update gain is relative to it.",
)
@options_of(RetrievalOptions)
@max_size_option
@data_options
@json_option
@quiet_option
def command(
    model: str,
    gallery: str,
    data: str,
    gallery_data: str | None,
    reference: str | None,
    max_size: int | None,
    as_json: bool,
    quiet: bool,
    **options: Any,
) -> int:
    """Measure whether a model's queries find what an older model has indexed; check gates.

    MODEL embeds the queries, OLD has embedded the gallery. An item is relevant that has the query's
    label; figures are shares of the queries whose nearest item is. Exit code 1 says that a gate was
    missed.

    \b
    Example:
      nlucompress retrieval network.nlu --gallery network.nlu --data test.tsv
    """
    from nlucompress.stages.measure.evaluate.retrieval import retrieve

    streams.check_inputs(*(p for p in (model, gallery, data, gallery_data, reference) if p))
    found = retrieve(
        read_model(gallery),
        read_model(model),
        read_data(data),
        read_data(gallery_data) if gallery_data else None,
        read_model(reference) if reference else None,
        RetrievalOptions.of({**given(options), "max_size": max_size}),
    )
    return tell(found, _lines(found), as_json, quiet, lambda gate: _gate(gate, found))


def _lines(found: RetrievalReport) -> list[str]:
    absent = f", {found.absent:,} of labels that the gallery lacks" if found.absent else ""
    lines = [
        f"queries           {found.queries:,}{absent}",
        f"gallery           {found.gallery:,}",
        f"old in old        {_rates(found.old)}",
        f"new in old        {_rates(found.cross)}",
        f"new in new        {_rates(found.new)}",
    ]
    if found.reference is not None:
        lines.append(f"reference alone   {_rates(found.reference)}")
    if found.head is not None:
        lines.append(
            f"old classifier    {100 * found.head.old:.2f} % on its own representations, "
            f"{100 * found.head.cross:.2f} % on the new ones"
        )
    apart = 100 * (found.cross.top1 - found.old.top1)
    lines += [
        f"compatible        {'yes' if found.compatible else 'no'}: new in old is "
        f"{apart:+.2f} points from old in old",
        f"update gain       {_gain(found)}",
        f"size              {bytes_text(found.size_bytes)}; gallery model "
        f"{bytes_text(found.gallery_bytes)} ({found.gallery_bytes / found.size_bytes:.1f} times)",
    ]
    return lines


def _rates(found: Retrieval) -> str:
    parts = [f"recall@{k} {100 * share:.2f} %" for k, share in found.recall.items() if k > 1]
    return ", ".join((f"top-1 {100 * found.top1:.2f} %", *parts))


def _gain(found: RetrievalReport) -> str:
    if found.update_gain is None:
        rival = "new in new" if found.reference is None else "the reference"
        return f"undefined: {rival} is not above old in old"
    return f"{100 * found.update_gain:.1f} %"


def _gate(gate: Gate, found: RetrievalReport) -> str:
    if gate.name == "min_update_gain":
        return f"--min-update-gain {100 * gate.limit:g} %, measured {_gain(found)}"
    return gate_text(gate)
