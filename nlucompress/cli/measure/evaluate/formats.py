"""An evaluation in the forms that CI systems read: JUnit, Markdown, annotations of GitHub."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING
from xml.sax.saxutils import escape, quoteattr

from nlucompress.cli.measure.evaluate import grids
from nlucompress.cli.measure.evaluate import text as words
from nlucompress.cli.shared.gated import gate_text
from nlucompress.cli.shared.show.printable import printable
from nlucompress.errors import OutputError

if TYPE_CHECKING:
    from nlucompress.cli.measure.evaluate.origin import Origin
    from nlucompress.cli.measure.evaluate.text import AnyReport
    from nlucompress.cli.shared.show.grid import Grid

LABELS = 10  # of which the summary tells the flips
SUMMARY = "GITHUB_STEP_SUMMARY"


def rendered(form: str, report: AnyReport, made_of: Origin) -> str:
    """A report in one of the forms that are not for people at a terminal, without JSON."""
    make = {"markdown": markdown, "junit": junit, "github": github}
    return make[form](report, made_of)


def junit(report: AnyReport, made_of: Origin) -> str:
    """JUnit XML: a test case for each gate, the figures as properties; without gates one case."""
    missed = sum(not gate.met for gate in report.gates)
    figures = [*words.summary(report), *made_of.rows()]
    lines = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        f'<testsuites tests="{len(report.gates) or 1}" failures="{missed}" errors="0">',
        f"<testsuite name={_quoted(f'nlucompress evaluate {made_of.model}')} "
        f'tests="{len(report.gates) or 1}" failures="{missed}" errors="0" skipped="0" '
        f'timestamp="{made_of.time.removesuffix("Z")}">',
        "<properties>",
        *(f"<property name={_quoted(name)} value={_quoted(text)}/>" for name, text in figures),
        "</properties>",
    ]
    suite = quoteattr("nlucompress.evaluate")
    if not report.gates:
        lines.append(f'<testcase classname={suite} name="measured, without gates"/>')
    for gate in report.gates:
        text = gate_text(gate)
        case = f"<testcase classname={suite} name={_quoted(text.split(', measured')[0])}"
        against = text.partition(" against ")[2]
        if against:
            case = f"{case[:-1]} against {_quoted(against)[1:]}"
        if gate.met:
            lines.append(f"{case}/>")
        else:
            message = f"gate missed: {text}"
            failure = f"<failure message={_quoted(message)}>{escape(_clean(message))}</failure>"
            lines.append(f"{case}>{failure}</testcase>")
    return "\n".join([*lines, "</testsuite>", "</testsuites>"])


def markdown(report: AnyReport, made_of: Origin) -> str:
    """Markdown: what was decided, the gates, the figures, most flips, what it was made of."""
    missed = sum(not gate.met for gate in report.gates)
    verdict = "no gate was set"
    if report.gates:
        verdict = f"{missed} of {len(report.gates)} gates missed" if missed else "every gate met"
    lines = [f"## {_cell(made_of.model)}: {verdict}"]
    if report.gates:
        outcomes = [("met" if each.met else "**missed**", gate_text(each)) for each in report.gates]
        lines += ["", "| gate | bound and figure |", "|---|---|"]
        lines += [f"| {met} | {_cell(text)} |" for met, text in outcomes]
    lines += ["", "| figure | value |", "|---|---|"]
    rows = words.summary(report)
    for old in report.references:
        rows += words.against(report, old)
    lines += [f"| {_cell(name)} | {_cell(text)} |" for name, text in rows]
    for old in report.references:
        if old.flips:
            lines += ["", f"### Flips against {_cell(old.name)}", ""]
            lines += _table(grids.flips_by_label(old))
    lines += ["", *(f"- {_cell(name)}: {_cell(text)}" for name, text in made_of.rows())]
    return "\n".join(lines)


def github(report: AnyReport, made_of: Origin) -> str:
    """Annotations of GitHub's actions, an error for each missed gate; the summary goes to its page.

    Raises:
        OutputError: The file that GITHUB_STEP_SUMMARY names cannot be written.
    """
    summary = os.environ.get(SUMMARY)
    if summary:
        try:
            with open(summary, "a", encoding="utf-8", errors="backslashreplace") as file:
                file.write(markdown(report, made_of) + "\n")
        except OSError as error:
            raise OutputError(f"{summary}: cannot write: {error.strerror or error}") from None
    lines = [
        f"::error title=Gate missed::{_command(f'{made_of.model}: {gate_text(gate)}')}"
        for gate in report.gates
        if not gate.met
    ]
    figures = ", ".join(f"{name} {text}" for name, text in words.summary(report))
    told = _command(f"{made_of.model}: {figures}")
    return "\n".join([*lines, f"::notice title=Evaluation::{told}"])


def _table(found: Grid) -> list[str]:
    rule = [":--" if at < found.left else "--:" for at in range(len(found.columns))]
    rows = [f"| {' | '.join(map(_cell, row))} |" for row in found.rows[:LABELS]]
    more = len(found.rows) - LABELS
    end = ["", f"{more:,} more labels"] if more > 0 else []
    return [f"| {' | '.join(found.columns)} |", f"|{'|'.join(rule)}|", *rows, *end]


def _cell(text: str) -> str:
    """A text within a line of Markdown: none of its signs means anything."""
    special = "\\`*_{}[]<>#|~"
    return "".join(f"\\{each}" if each in special else each for each in printable(text))


def _command(text: str) -> str:
    """A text behind an annotation, as the runner reads it back."""
    return printable(text).replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _clean(text: str) -> str:
    """A text of characters that XML allows."""
    return "".join(
        each if each.isprintable() or each == " " else repr(each)[1:-1] for each in printable(text)
    )


def _quoted(text: str) -> str:
    return quoteattr(_clean(text))
