"""`nlucompress evaluate`."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any

import click

from nlucompress.cli import main, streams
from nlucompress.cli.common import (
    bytes_text,
    dump_json,
    json_option,
    model_argument,
    percent,
    printable,
    quiet_option,
    read_data,
    read_model,
    size,
)
from nlucompress.cli.neighbours import compare_tables
from nlucompress.cli.retrieval import compare_retrieval, retrieval_options
from nlucompress.errors import UsageError

if TYPE_CHECKING:
    from nlucompress.stages.evaluate import Gate, Report
    from nlucompress.stages.evaluate_tags import TagReport


@click.command(name="evaluate")
@model_argument
@click.option(
    "--data",
    metavar="TEST.TSV",
    help="Lines of `label<TAB>text`; for taggers, tagged tokens.",
)
@click.option("--reference", metavar="OLD", help="The model that this one is to replace.")
@click.option(
    "--min-accuracy", type=percent, metavar="PERCENT", help="Gate: least accuracy in percent."
)
@click.option(
    "--max-accuracy-drop",
    type=percent,
    metavar="POINTS",
    help="Gate: most absolute percentage points below the reference's accuracy.",
)
@click.option(
    "--max-nfr",
    type=percent,
    metavar="PERCENT",
    help="Gate: most negative flips, in percent of all examples.",
)
@click.option(
    "--confidence",
    type=click.FloatRange(0, 1, True, True),
    metavar="SHARE",
    help="Flips and drop miss their gate only if an interval of this confidence, such as 0.95, "
    "lies above it.",
)
@click.option("--max-size", type=size, metavar="SIZE", help="Gate: largest file, such as 150K.")
@click.option("--per-label", is_flag=True, help="Precision, recall and F1 of every label.")
@click.option(
    "--show-flips",
    default=0,
    type=click.IntRange(0),
    metavar="N",
    help="Print N examples that the reference got right and the model gets wrong.",
)
@click.option(
    "--neighbours",
    type=click.IntRange(1),
    metavar="N",
    help="Instead of --data: compare every key's N nearest neighbours with the reference's.",
)
@click.option("--queries", type=click.IntRange(1), help="Neighbours of so many keys; default all.")
@click.option("--seed", default=1, show_default=True, help="Of the draw of --queries.")
@click.option("--table", metavar="NAME", help="The table whose neighbours are compared.")
@click.option(
    "--min-agreement",
    type=percent,
    metavar="PERCENT",
    help="Gate: least share of the neighbours that are the same.",
)
@json_option
@quiet_option
@retrieval_options
def command(
    model: str,
    data: str | None,
    reference: str | None,
    per_label: bool,
    show_flips: int,
    as_json: bool,
    quiet: bool,
    neighbours: int | None,
    queries: int | None,
    seed: int,
    table: str | None,
    min_agreement: float | None,
    retrieval: dict[str, Any],
    **gates: Any,
) -> int:
    """Measure accuracy and, against a reference, what the model breaks; check gates.

    A negative flip is an example that the reference got right and the model gets wrong. All rates
    and drops are in percentage points of the examples here, and fractions in the JSON. Exit code 1
    says that a gate was missed; every figure is printed all the same. --neighbours compares tables,
    --gallery measures retrieval: a new model's queries in the gallery that an old one has indexed.

    A tagger is measured on lines of `token<TAB>tag` with a blank line behind each sentence, or, if
    it reads attributes, of `tag<TAB>attribute<TAB>...`. Accuracy, drop and flips are then those of
    tokens.

    \b
    Example:
      nlucompress evaluate small.nlu --data test.tsv --reference full.nlu --max-nfr 1.2
    """
    from nlucompress.cli import evaluate_tags
    from nlucompress.networks.tagger import is_tagger
    from nlucompress.stages.evaluate import Gates, evaluate

    if retrieval:
        own = (neighbours, reference, queries, table, min_agreement, per_label or None, show_flips)
        if any(own) or any(gates[each] is not None for each in gates if each != "max_size"):
            raise UsageError("--gallery measures retrieval alone, and of the gates only its own")
        return compare_retrieval(model, data, gates["max_size"], as_json, quiet, **retrieval)
    if neighbours is not None:
        needless = data or any(gates[each] is not None for each in gates if each != "max_size")
        if needless:
            raise UsageError("--neighbours takes no --data, and of the gates only its own")
        chosen = {"count": neighbours, "queries": queries, "seed": seed, "table": table}
        limits = {"min_agreement": min_agreement, "max_size": gates["max_size"]}
        return compare_tables(model, reference, as_json, quiet, **chosen, **limits)
    if queries is not None or table is not None or min_agreement is not None:
        raise UsageError("--queries, --table and --min-agreement are for --neighbours")
    if data is None:
        raise UsageError("name --data to measure accuracy on, or --neighbours to compare tables")
    streams.check_inputs(model, data, reference)
    measured = read_model(model)
    old = read_model(reference) if reference else None
    report: Report | TagReport
    if is_tagger(measured):
        if gates["confidence"] is not None:
            raise UsageError("--confidence is for texts: the tokens of a sentence flip together")
        report = tags = evaluate_tags.measure(measured, data, old, Gates(**gates))
        lines = evaluate_tags.lines(tags)
    else:
        report = found = evaluate(measured, read_data(data), old, Gates(**gates))
        lines = _lines(found)
    if report.unknown_labels:
        names = ", ".join(printable(label) for label in report.unknown_labels[:5])
        streams.note(
            f"nlucompress: warning: {len(report.unknown_labels)} labels of the data are unknown to "
            f"the model, which can only get them wrong: {names}",
            quiet,
        )
    if as_json:
        streams.say(dump_json(_figures(report, per_label, show_flips)))
    elif not quiet:
        for line in [*lines, *_gate_lines(report)]:
            streams.say(line)
        if per_label:
            _print_labels(report)
        for flip in report.flips[:show_flips]:
            answer, label = printable(flip.answer), printable(flip.label)
            streams.say(f"flip\t{label}\t{answer}\t{printable(flip.text)}")
    for gate in report.gates:
        if not gate.met:
            streams.note(f"nlucompress: gate missed: {_gate(gate)}")
    return 0 if report.passed else main.GATE_MISSED


def _figures(report: Report | TagReport, per_label: bool, show_flips: int) -> dict[str, Any]:
    figures = dataclasses.asdict(report)
    labels, flips = figures.pop("labels"), figures.pop("flips")
    figures["gates"] = list(figures["gates"])
    if per_label:
        figures["labels"] = list(labels)
    if show_flips and report.reference:
        figures["reference"]["flips"] = list(flips[:show_flips])
    return figures


def _lines(report: Report) -> list[str]:
    lines = [
        f"examples          {report.examples:,}",
        f"accuracy          {100 * report.accuracy:.2f} %",
        f"macro F1          {100 * report.macro_f1:.2f} %",
        f"size              {bytes_text(report.size_bytes)}",
    ]
    old = report.reference
    if old is not None:
        relative = "undefined" if old.relative_nfr is None else f"{old.relative_nfr:.3f}"
        flips = len(report.flips)
        smaller = old.size_bytes / report.size_bytes
        sure = old.significance
        lines += [
            f"reference         {100 * old.accuracy:.2f} %, {bytes_text(old.size_bytes)} "
            f"({smaller:.1f} times the size)",
            f"accuracy drop     {100 * old.accuracy_drop:+.2f} points",
            f"negative flips    {flips:,} = {100 * old.nfr:.2f} % (relative {relative})",
            f"positive flips    {100 * old.pfr:.2f} %",
            f"agreement         {100 * old.agreement:.2f} %",
            f"by chance         {100 * sure.confidence:g} % of resamples: drop "
            f"{100 * sure.drop.low:+.2f} to {100 * sure.drop.high:+.2f} points, flips "
            f"{100 * sure.nfr.low:.2f} to {100 * sure.nfr.high:.2f} %; "
            f"McNemar p {sure.p_value:.3g}",
        ]
    return lines


def _gate_lines(report: Report | TagReport) -> list[str]:
    return [
        f"gate              {'met' if gate.met else 'MISSED'}: {_gate(gate)}"
        for gate in report.gates
    ]


def _gate(gate: Gate) -> str:
    option = "--" + gate.name.replace("_", "-")
    if gate.name == "max_size":
        return f"{option} {gate.limit:,.0f} bytes, measured {gate.value:,.0f}"
    unit = "points" if gate.name == "max_accuracy_drop" else "%"
    return f"{option} {100 * gate.limit:g} {unit}, measured {100 * gate.value:.3f}"


def _print_labels(report: Report | TagReport) -> None:
    width = max(len(printable(figures.label)) for figures in report.labels)
    streams.say(f"{'label':<{width}}  precision  recall      F1  examples")
    for each in report.labels:
        streams.say(
            f"{printable(each.label):<{width}}  {100 * each.precision:9.2f}  "
            f"{100 * each.recall:6.2f}  {100 * each.f1:6.2f}  {each.examples:8,}"
        )
