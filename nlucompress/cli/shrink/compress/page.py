"""A search as one page that stands alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nlucompress.cli.shared.common import bytes_text
from nlucompress.cli.shared.show.page import document, figures, grid, text
from nlucompress.cli.shrink.compress import text as compress_text
from nlucompress.cli.shrink.compress.plot import STYLE, plot

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from nlucompress.stages.shrink.compress.report import CompressReport


def page(report: CompressReport, name: str, made: Mapping[int, str]) -> bytes:
    """The page of a search.

    Args:
        report: What was found.
        name: Of the model that was compressed.
        made: Commands by the number of the candidate.
    """
    title = f"Compression of {name}"
    limits = {gate.name: gate.limit for gate in report.candidates[0].gates}
    bounds = [limits.get("max_accuracy_drop"), limits.get("max_nfr")]
    most_loss = None if None in bounds else sum(each for each in bounds if each is not None)
    parts = [
        f"<style>{STYLE}</style>",
        f"<h1>{text(title)}</h1>",
        *_outcome(report, made),
        "<h2>Bytes against loss</h2>",
        plot(report, limits.get("max_size"), most_loss),
        '<p class="soft">Losses beyond the upper edge stand at it. A point tells its settings '
        "when the pointer rests on it.</p>",
        grid(compress_text.front(report, None)),
        "<h2>All candidates</h2><details><summary>In the order of trial</summary>",
        grid(compress_text.candidates("Candidates", report, report.candidates)),
        "</details>",
    ]
    return document(title, parts)


def _outcome(report: CompressReport, made: Mapping[int, str]) -> Iterator[str]:
    best = report.nearest[0]
    word = "Chosen" if report.chosen else "No candidate met every gate; the nearest"
    yield f'<p class="{"met" if report.chosen else "missed"}">{word}</p>'
    yield figures(
        (
            ("settings", compress_text.settings(best.steps)),
            ("size", f"{bytes_text(report.original_bytes)} -> {bytes_text(best.size_bytes)}"),
            ("accuracy", f"{100 * report.original_accuracy:.2f} -> {100 * best.accuracy:.2f} %"),
            ("risk", f"{100 * report.risk:g} %"),
            ("commands", made[best.number]),
        )
    )
    items = (
        f'<li><span class="{"met" if gate.met else "missed"}">{"met" if gate.met else "missed"}'
        f"</span> {text(compress_text.gate(gate))}</li>"
        for gate in best.gates
    )
    yield f"<ul>{''.join(items)}</ul>"
