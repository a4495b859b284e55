"""What a search found, in words."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from nlucompress.cli.shared.common import bytes_text
from nlucompress.cli.shared.show.grid import Grid
from nlucompress.cli.shared.show.printable import printable

if TYPE_CHECKING:
    from nlucompress.stages.shrink.compress.pipeline import Pipeline
    from nlucompress.stages.shrink.compress.report import Candidate, CompressReport, HeldGate

SHOWN = 12  # candidates of the front


def settings(steps: Pipeline) -> str:
    """The options of a pipeline without the names of its stages."""
    return " ".join(word for step in steps for word in step.words()[1:]) or "the defaults"


def front(report: CompressReport, most: int | None = SHOWN) -> Grid:
    """The candidates that none beats, the chosen one marked; the smallest ones at most."""
    shown = report.front[:most]
    if report.chosen is not None and report.chosen not in shown:
        shown = tuple(sorted((*shown, report.chosen), key=lambda each: each.size_bytes))
    return candidates("Candidates that none beats in both bytes and loss", report, shown)


def candidates(title: str, report: CompressReport, shown: Sequence[Candidate]) -> Grid:
    """Some candidates as a table."""
    rows = []
    for each in shown:
        interval = report.interval(each)
        own = each.references[0]
        gates = "chosen" if each is report.chosen else "met" if each.met else "missed"
        rows.append(
            (
                settings(each.steps),
                gates,
                f"{each.size_bytes:,}",
                f"{100 * each.accuracy:.2f} %",
                f"{100 * interval.low:.2f} to {100 * interval.high:.2f}",
                f"{100 * own.accuracy_drop:+.2f}",
                f"{100 * own.nfr:.2f} %",
            )
        )
    columns = ("settings", "gates", "bytes", "accuracy", "95 % interval", "drop", "NFR")
    return Grid(title, columns, tuple(rows), left=2)


def gate(each: HeldGate) -> str:
    """A gate, what was measured, and what decided."""
    option = "--" + each.name.replace("_", "-")
    if each.name == "max_size":
        return f"{option} {each.limit:,.0f} bytes, measured {each.value:,.0f}"
    unit = "points" if each.name.endswith("_drop") else "%"
    text = f"{option} {100 * each.limit:g} {unit}, measured {100 * each.value:.3f}"
    if each.bound != each.value:
        side = "least" if each.name.startswith("min_") else "most"
        text += f", at {side} {100 * each.bound:.3f} on unseen ones"
    return text + (f", against {printable(each.reference)}" if each.reference else "")


def summary(report: CompressReport, commands: str) -> list[str]:
    """What came out, for people."""
    tried = f"{len(report.candidates):,} candidates on {report.units:,} "
    tried += _units(report)
    if report.stopped_by_budget:
        tried += f"; the budget was spent after candidate {len(report.candidates):,}"
    if report.bounded:
        tried += f"; bounds hold for as many unseen ones but for a risk of {100 * report.risk:g} %"
    lines = [tried, *front(report).lines()]
    chosen = report.chosen
    if chosen is None:
        return lines
    times = report.original_bytes / chosen.size_bytes
    lines.append(
        f"model: {bytes_text(report.original_bytes)} -> {bytes_text(chosen.size_bytes)}, "
        f"{times:.1f} times smaller; accuracy {100 * report.original_accuracy:.2f} -> "
        f"{100 * chosen.accuracy:.2f} %"
    )
    lines += [f"gate met: {gate(each)}" for each in chosen.gates]
    if chosen.binding is not None and len(chosen.gates) > 1:
        lines.append(f"the gate that binds: --{chosen.binding.name.replace('_', '-')}")
    return [*lines, f"the same file: {commands}"]


def missed(report: CompressReport) -> list[str]:
    """Why nothing was chosen: the nearest candidates and what each of them misses."""
    lines = []
    for each in report.nearest:
        lines.append(f"nearest: {bytes_text(each.size_bytes)} by {settings(each.steps)}")
        lines += [f"nlucompress: gate missed: {gate(at)}" for at in each.gates if not at.met]
    best = report.nearest[0]
    without = [at for at in best.gates if not at.met]
    if report.bounded and report.units < report.needed:
        lines.append(
            f"{report.units:,} {_units(report)} are too few for gates so narrow: even a file that "
            f"changes no answer needs {report.needed:,.0f}. Give more development data, wider "
            "gates, or a higher --risk"
        )
    elif any(_would_do(at) for at in without):
        lines.append(
            "some of these are met as measured, not with their bound for unseen examples: more "
            "development data bring the bound nearer, or a higher --risk"
        )
    return lines


def _units(report: CompressReport) -> str:
    return "examples" if report.units == report.answers else "sentences"


def _would_do(gate: HeldGate) -> bool:
    lower = gate.name.startswith("min_")
    return not gate.met and (
        gate.value >= gate.limit if lower else gate.name != "max_size" and gate.value <= gate.limit
    )
