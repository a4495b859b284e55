"""An evaluation as one page that stands alone."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from nlucompress.cli.measure.evaluate import grids as evaluation_grids
from nlucompress.cli.measure.evaluate import text as evaluation_text
from nlucompress.cli.shared.gated import gate_text
from nlucompress.cli.shared.show.page import bar, document, figures, grid, table, text, whisker

if TYPE_CHECKING:
    from nlucompress.algo.significance import Interval
    from nlucompress.cli.measure.evaluate.origin import Origin
    from nlucompress.cli.measure.evaluate.text import AnyReport
    from nlucompress.stages.measure.evaluate.comparison import Comparison

CHANGES, FLIPS = 200, 100  # rows that are shown, unless told


def page(
    report: AnyReport, name: str, show_flips: int | None, made_of: Origin | None = None
) -> bytes:
    """The page of a report on the model of this name, with so many flips of each reference."""
    title = f"Evaluation of {name}"
    parts = [f"<h1>{text(title)}</h1>", *_gates(report), figures(evaluation_text.summary(report))]
    parts += ["<h2>Size and accuracy</h2>", _models(report, name)]
    if report.references:
        parts.append(grid(evaluation_grids.models(report)))
    for old in report.references:
        parts += _against(report, old, FLIPS if show_flips is None else show_flips)
    labels = grid(evaluation_grids.label_figures(report))
    parts.append(f"<h2>Labels</h2><details><summary>Figures of each</summary>{labels}</details>")
    if made_of is not None:
        parts += ["<h2>Made of</h2>", figures(made_of.rows())]
    return document(title, parts)


def _gates(report: AnyReport) -> Iterator[str]:
    missed = sum(not gate.met for gate in report.gates)
    if not report.gates:
        yield '<p class="soft">No gate was set.</p>'
    elif missed:
        yield f'<p class="missed">Gates missed: {missed:,} of {len(report.gates):,}</p>'
    else:
        yield '<p class="met">Every gate met</p>'
    items = (
        f'<li><span class="{"met" if gate.met else "missed"}">'
        f"{'met' if gate.met else 'missed'}</span> {text(gate_text(gate))}</li>"
        for gate in report.gates
    )
    yield f"<ul>{''.join(items)}</ul>"


def _models(report: AnyReport, name: str) -> str:
    """A bar for the size and a point for the accuracy of the model and of each reference."""
    from nlucompress.stages.measure.evaluate.texts import Report

    own = report.accuracy_interval if isinstance(report, Report) else None
    rows: list[tuple[str, int, float, Interval | None]] = [
        (name, report.size_bytes, report.accuracy, own),
        *(
            (old.name, old.size_bytes, old.accuracy, old.accuracy_interval)
            for old in report.references
        ),
    ]
    largest = max(size for _, size, _, _ in rows)
    ends = [(each.low, each.high) if each else (value, value) for _, _, value, each in rows]
    low, high = min(low for low, _ in ends), max(high for _, high in ends)
    low, high = (low, high) if high > low else (low - 0.005, high + 0.005)

    def placed(value: float) -> float:
        return (value - low) / (high - low)

    lines = [
        f'<td>{text(named)}</td><td class="number">{size:,}</td>'
        f'<td class="chart">{bar(size / largest)}</td>'
        f'<td class="number">{text(evaluation_text.rate(value))}</td>'
        f'<td class="chart">{whisker(placed(end[0]), placed(value), placed(end[1]))}</td>'
        for (named, size, value, _), end in zip(rows, ends, strict=True)
    ]
    axis = f"{100 * low:.2f} % to {100 * high:.2f} %"
    head = (
        '<th>model</th><th class="number">bytes</th><th class="chart"></th>'
        f'<th class="number">accuracy</th><th class="chart">{axis}</th>'
    )
    return table(head, lines)


def _against(report: AnyReport, old: Comparison, show_flips: int) -> Iterator[str]:
    yield f"<h2>Against {text(old.name)}</h2>"
    yield figures(evaluation_text.against(report, old))
    yield grid(evaluation_grids.flips_by_label(old))
    yield grid(evaluation_grids.flips(old, show_flips))
    yield grid(evaluation_grids.changes(old, CHANGES))
