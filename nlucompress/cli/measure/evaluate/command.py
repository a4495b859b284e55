"""`nlucompress evaluate`."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import click

from nlucompress.cli.measure.evaluate import grids as evaluation_grids
from nlucompress.cli.measure.evaluate import text as evaluation_text
from nlucompress.cli.measure.evaluate.origin import origin
from nlucompress.cli.shared import streams
from nlucompress.cli.shared.bundled import bundled_option
from nlucompress.cli.shared.common import (
    force_option,
    json_option,
    model_argument,
    quiet_option,
    read_data,
    read_model,
    read_tagged_data,
)
from nlucompress.cli.shared.gated import gate_options, max_size_option, tell
from nlucompress.cli.shared.options.command import GroupedCommand
from nlucompress.cli.shared.options.data_options import data_options
from nlucompress.cli.shared.overlays import overlay_option, read_overlaid
from nlucompress.cli.shared.show.cells import named_examples, named_tags
from nlucompress.cli.shared.show.printable import printable
from nlucompress.cli.shared.show.progress import watched
from nlucompress.errors import UsageError

if TYPE_CHECKING:
    from nlucompress.cli.measure.evaluate.text import AnyReport
    from nlucompress.data.examples import Examples
    from nlucompress.format.model import Model
    from nlucompress.stages.measure.evaluate.gates import Gates

FORMATS = ("text", "json", "markdown", "junit", "github")
SCHEMA_VERSION = 2  # 1 had one reference


@click.command(name="evaluate", cls=GroupedCommand)
@model_argument
@click.option(
    "--data",
    required=True,
    metavar="TEST.TSV",
    help="Lines of `label<TAB>text`; for taggers, tagged tokens.",
)
@click.option(
    "--reference",
    "references",
    multiple=True,
    metavar="OLD",
    help="A model that this one is to replace; may be repeated for every release in use.",
)
@overlay_option
@bundled_option
@gate_options
@max_size_option
@click.option(
    "--per-label", is_flag=True, help="Precision, recall and F1 of every label, and its flips."
)
@click.option(
    "--show-flips",
    type=click.IntRange(0),
    metavar="N",
    help="Print N examples that a reference got right and the model gets wrong, those first of "
    "which the reference was most sure.",
)
@click.option(
    "--format",
    "form",
    type=click.Choice(FORMATS),
    default="text",
    show_default=True,
    help="What is printed; junit: gates as test cases; github: annotations, and markdown for the "
    "job's summary.",
)
@click.option("--html", metavar="FILE", help="Write the report as a page that needs nothing else.")
@force_option
@json_option
@quiet_option
@data_options
@watched
def command(
    model: str,
    data: str,
    references: tuple[str, ...],
    overlays: tuple[str, ...],
    per_label: bool,
    show_flips: int | None,
    form: str,
    html: str | None,
    max_size: int | None,
    force: bool,
    as_json: bool,
    quiet: bool,
    **bounds: Any,
) -> int:
    """Measure accuracy and, against references, what the model breaks; check gates.

    A negative flip is an example that the reference got right and the model gets wrong. All rates
    and drops are in percentage points of the examples here, and fractions in the JSON. Exit code 1
    says that a gate was missed; every figure is printed all the same. `neighbours`
    does the same for tables, `retrieval` for galleries.

    A tagger is measured on lines of `token<TAB>tag` with a blank line behind each sentence, or, if
    it reads attributes, of `tag<TAB>attribute<TAB>...`. Accuracy, drop and flips are then those of
    tokens.

    \b
    Example:
      nlucompress evaluate small.nlu --data test.tsv --reference full.nlu --max-nfr 1.5%
    """
    from nlucompress.stages.measure.evaluate.gates import Gates

    if show_flips is not None and not references:
        raise UsageError("--show-flips shows what breaks against a --reference; name one")
    for name in references:
        if references.count(name) > 1:
            raise UsageError(f"--reference {name} is named twice")
    streams.check_inputs(model, data, *references, *overlays)
    if as_json and form not in ("text", "json"):
        raise UsageError(f"--json and --format {form} would both be printed; leave one out")
    as_json = as_json or form == "json"
    if html is not None:
        _check_page(html, [model, data, *references, *overlays], force, as_json or form != "text")
    gates = Gates(max_size=max_size, **bounds)
    measured = read_overlaid(model, overlays)
    old = {streams.named(name): read_model(name) for name in references}
    # What only pages and programs are told of costs a second look at the data.
    made_of = origin(model, measured, old, data) if html or as_json or form != "text" else None
    report = report_on(measured, data, old, gates)
    _warn(report, quiet)
    if html is not None:
        from nlucompress.cli.measure.evaluate.page import page

        streams.write_output(html, [page(report, streams.named(model), show_flips, made_of)])
    quiet = quiet or html == streams.STANDARD
    figures = None
    if made_of is not None and as_json:
        figures = made_of.added({**dataclasses.asdict(report), "passed": report.passed})
    if made_of is None or form in ("text", "json"):
        shown = _lines(report, per_label, show_flips or 0)
    else:
        from nlucompress.cli.measure.evaluate.formats import rendered

        shown = rendered(form, report, made_of).split("\n")
    return tell(
        report,
        shown,
        as_json,
        quiet,
        schema_version=SCHEMA_VERSION,
        figures=figures,
        bare=form != "text",
    )


def _check_page(html: str, inputs: list[str], force: bool, printed: bool) -> None:
    if html == streams.STANDARD and printed:
        raise UsageError(
            "--html - and --json or --format would both go to stdout; name a file for the page"
        )
    streams.check_output(html, inputs, force, binary=False)


def measure(
    measured: Model, data: str | Examples, references: tuple[str, ...], gates: Gates
) -> AnyReport:
    """A model's report on a file of data, or on texts that were read, against references.

    Raises:
        DataError: The data are malformed, or the models do not fit them.
    """
    return report_on(
        measured, data, {streams.named(name): read_model(name) for name in references}, gates
    )


def report_on(
    measured: Model, data: str | Examples, old: Mapping[str, Model], gates: Gates | None = None
) -> AnyReport:
    """A model's report on a file of data, against references by name."""
    from nlucompress.networks.tagger import is_tagger
    from nlucompress.stages.measure.evaluate.tags import evaluate_tags, layout_of
    from nlucompress.stages.measure.evaluate.texts import evaluate

    if isinstance(data, str) and is_tagger(measured):
        tagged = named_tags(read_tagged_data(data, layout_of(measured)), measured.labels)
        return evaluate_tags(measured, tagged, old, gates)
    texts = read_data(data) if isinstance(data, str) else data
    return evaluate(measured, named_examples(texts, measured.labels), old, gates)


def _warn(report: AnyReport, quiet: bool) -> None:
    if report.unknown_labels:
        names = ", ".join(printable(label) for label in report.unknown_labels[:5])
        streams.note(
            f"nlucompress: warning: {len(report.unknown_labels)} labels of the data are unknown to "
            f"the model, which can only get them wrong: {names}",
            quiet,
        )


def _lines(report: AnyReport, per_label: bool, show_flips: int) -> list[str]:
    """The report for people, without its gates; flips are lines of words with tabs between."""
    lines = _rows(evaluation_text.summary(report))
    if per_label:
        lines += evaluation_grids.label_figures(report).lines()
    if len(report.references) > 1:
        lines += evaluation_grids.models(report).lines()
    for old in report.references:
        lines += _rows(evaluation_text.against(report, old))
        if per_label:
            lines += evaluation_grids.flips_by_label(old).lines()
        elif old.flips:
            lines += _rows([("most flips", evaluation_text.most_flips(old))])
        for label, answer, text, *sure in evaluation_grids.flips(old, show_flips).rows:
            shown = map(printable, (label, answer, *sure, text))
            lines.append("\t".join(("flip", *shown)))
    return lines


def _rows(rows: evaluation_text.Rows) -> list[str]:
    return [f"{name:<18}{text}" for name, text in rows]
