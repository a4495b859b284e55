"""The report of a fleet as a page, with a page for each of the models that lost most."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from pathlib import PurePosixPath
from typing import TYPE_CHECKING
from urllib.parse import quote

from nlucompress.cli.shared.common import bytes_text
from nlucompress.cli.shared.show.grid import Grid
from nlucompress.cli.shared.show.page import document, figures, grid, table, text
from nlucompress.cli.shrink.fleet import text as fleet_text
from nlucompress.errors import NluCompressError
from nlucompress.format import files

if TYPE_CHECKING:
    from nlucompress.fleet.plan import Plan
    from nlucompress.fleet.recipe.recipe import Recipe
    from nlucompress.fleet.summary import Summary, Worst

WIDTH, HEIGHT, BINS = 640, 100, 40  # of a chart
LISTED = 1000  # models in a list of failures or missed gates


def write_pages(html: str, name: str, recipe: Recipe, plan: Plan, summary: Summary) -> None:
    """Write the page of a fleet, and those of its worst models in the folder beside it.

    Args:
        html: The page's file; the folder is called as it is, with ``.models`` for its suffix.
        name: Of the recipe.
        recipe: What was done.
        plan: To find the files of a model.
        summary: What came out.

    Raises:
        OutputError: A page cannot be written.
    """
    folder = f"{os.path.splitext(html)[0]}.models"
    links = {}
    for each in summary.worst():
        made = _own_page(recipe, plan, each)
        if made is not None:
            below = f"{PurePosixPath(each.name).with_suffix('')}.html"
            files.write_whole(f"{folder}/{below}", [made])
            links[each.name] = quote(f"{os.path.basename(folder)}/{below}")
    files.write_whole(html, [page(summary, name, links)])


def _own_page(recipe: Recipe, plan: Plan, model: Worst) -> bytes | None:
    """The evaluation of a model; None where there is nothing to evaluate."""
    from nlucompress.cli.measure.evaluate.page import page as evaluation_page
    from nlucompress.fleet.job.measuring import report_on

    if model.status != "done" or "accuracy" not in model.figures:
        return None
    try:
        return evaluation_page(report_on(recipe, plan.item(model.name)), model.name, None)
    except NluCompressError:  # its files were changed meanwhile: there is nothing to show
        return None


def page(summary: Summary, name: str, links: dict[str, str]) -> bytes:
    """The page: totals, distributions, the worst with links, what missed and what failed."""
    title = f"Fleet by {name}"
    first, *_ = fleet_text.lines(summary)
    counts = first.removeprefix("models").strip()
    totals = [("models", counts), *fleet_text.figures(summary)]
    totals.append(("worked", f"{summary.seconds:,.1f} seconds in this run"))
    parts = [f"<h1>{text(title)}</h1>", figures(totals), "<h2>Distributions</h2>"]
    parts += [*_charts(summary), "<h2>Models that lost most</h2>", _worst(summary, links)]
    parts += ["<h2>Missed gates</h2>", grid(_misses(summary))]
    parts += ["<h2>Failures</h2>", grid(_reasons(summary)), grid(_failures(summary))]
    return document(title, parts)


def _charts(summary: Summary) -> Iterator[str]:
    kinds: tuple[tuple[str, str, Callable[[float], str]], ...] = (
        ("size_before", "Bytes before", bytes_text),
        ("size_after", "Bytes after", bytes_text),
        ("accuracy_before", "Accuracy before", _percent),
        ("accuracy", "Accuracy after", _percent),
        ("accuracy_drop", "Accuracy drop", _points),
        ("nfr", "Negative flips", _percent),
    )
    for name, heading, told in kinds:
        counts, edges = summary.histogram(name, BINS)
        spread = summary.spread(name)
        if spread is not None:
            said = fleet_text.spread_text(spread, told)
            yield f"<h3>{text(heading)}</h3>{chart(heading, counts, edges, told)}"
            yield f'<p class="soft">{text(said)}</p>'


def chart(
    name: str, counts: Sequence[int], edges: Sequence[float], told: Callable[[float], str]
) -> str:
    """A histogram; the parts tell their figures when they are pointed at."""
    step, top = WIDTH / len(counts), max(counts)
    bars = "".join(
        f'<rect class="full" x="{at * step:.1f}" y="{HEIGHT * (1 - count / top):.1f}" '
        f'width="{step - 1:.1f}" height="{HEIGHT * count / top:.1f}">'
        f"<title>{told(edges[at])} to {told(edges[at + 1])}: {count:,} models</title></rect>"
        for at, count in enumerate(counts)
        if count
    )
    label = f"{name}, {told(edges[0])} to {told(edges[-1])}"
    return (
        f'<svg width="{WIDTH}" height="{HEIGHT}" role="img" aria-label="{label}">'
        f'<rect class="track" y="{HEIGHT - 1}" width="{WIDTH}" height="1"/>{bars}</svg>'
        f'<p class="soft">{text(told(edges[0]))} to {text(told(edges[-1]))}, '
        f"at most {top:,} models in a bar</p>"
    )


def _worst(summary: Summary, links: dict[str, str]) -> str:
    columns = ("accuracy before", "after", "drop", "flips", "bytes before", "after")
    head = "<th>model</th><th></th>" + "".join(
        f'<th class="number">{each}</th>' for each in columns
    )
    rows = []
    for each in summary.worst():
        found = each.figures
        named = text(each.name)
        if each.name in links:
            named = f'<a href="{links[each.name]}">{named}</a>'
        cells = ["", "", "", ""]
        if "accuracy" in found:
            cells = [_percent(found["accuracy_before"]), _percent(found["accuracy"])]
            cells += [_points(found["accuracy_drop"]), _percent(found["nfr"])]
        cells += [f"{found[size]:,.0f}" for size in ("size_before", "size_after")]
        status = "" if each.status == "done" else f'<span class="missed">{each.status}</span>'
        numbers = "".join(f'<td class="number">{text(cell)}</td>' for cell in cells)
        rows.append(f"<td>{named}</td><td>{status}</td>{numbers}")
    return table(head, rows) if rows else '<p class="soft">none</p>'


def _misses(summary: Summary) -> Grid:
    misses = sorted(summary.misses, key=lambda each: each[0])
    rows = [(name, "; ".join(map(fleet_text.outcome_text, gates))) for name, gates in misses]
    return _listed("Every model that missed one", ("model", "gate"), rows, 2)


def _reasons(summary: Summary) -> Grid:
    rows = [(reason, first, f"{count:,}") for reason, count, first in summary.reasons()]
    return _listed("Reasons", ("reason", "such as", "models"), rows, 2)


def _failures(summary: Summary) -> Grid:
    return _listed("Every model that failed", ("model", "reason"), sorted(summary.failures), 2)


def _listed(
    title: str, columns: tuple[str, ...], rows: Sequence[tuple[str, ...]], left: int
) -> Grid:
    return Grid(title, columns, tuple(rows[:LISTED]), left=left, more=max(0, len(rows) - LISTED))


def _percent(value: float) -> str:
    return f"{100 * value:.2f} %"


def _points(value: float) -> str:
    return f"{100 * value:+.2f} points"
