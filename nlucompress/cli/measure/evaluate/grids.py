"""The tables of an evaluation, for the terminal and for a page."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nlucompress.cli.shared.show.grid import Grid

if TYPE_CHECKING:
    from nlucompress.algo.metrics import Change
    from nlucompress.cli.measure.evaluate.text import AnyReport
    from nlucompress.stages.measure.evaluate.comparison import Comparison


def models(report: AnyReport) -> Grid:
    """The references beside each other, a row each."""
    rows = [
        (
            old.name,
            f"{old.size_bytes:,}",
            f"{old.size_bytes / report.size_bytes:.1f}",
            f"{100 * old.accuracy:.2f}",
            f"{100 * old.accuracy_drop:+.2f}",
            f"{len(old.flips):,}",
            f"{100 * old.nfr:.2f}",
            "undefined" if old.relative_nfr is None else f"{old.relative_nfr:.3f}",
            f"{100 * old.agreement:.2f}",
            f"{old.left_out:,}",
        )
        for old in report.references
    ]
    names = ("reference", "bytes", "times the size", "accuracy %", "drop", "flips", "NFR %")
    return Grid("References", (*names, "relative NFR", "agreement %", "left out"), tuple(rows))


def label_figures(report: AnyReport) -> Grid:
    """Precision, recall and F1 of every label."""
    rows = [
        (
            each.label,
            f"{100 * each.precision:.2f}",
            f"{100 * each.recall:.2f}",
            f"{100 * each.f1:.2f}",
            f"{each.examples:,}",
        )
        for each in report.labels
    ]
    return Grid("Labels", ("label", "precision", "recall", "F1", "examples"), tuple(rows))


def flips_by_label(old: Comparison) -> Grid:
    """Negative and positive flips of every label that has any, and where the former went."""
    most = max((each.negative for each in old.flips_by_label), default=0)
    rows = [
        (
            each.label,
            ", ".join(f"{to} {count:,}" for to, count in each.to.items()),
            f"{each.negative:,}",
            f"{each.positive:,}",
            f"{each.examples:,}",
        )
        for each in old.flips_by_label
    ]
    bars = tuple(each.negative / max(most, 1) for each in old.flips_by_label)
    columns = ("label", "flipped to", "negative", "positive", "examples")
    return Grid("Flips by label", columns, tuple(rows), 2, bars)


def changes(old: Comparison, limit: int) -> Grid:
    """The cells of the confusion matrix that answers moved between, up to a limit."""
    shown = old.changes[:limit]
    rows = [
        (each.label, each.before, each.after, _kind(each), f"{each.examples:,}") for each in shown
    ]
    bars = tuple(each.examples / shown[0].examples for each in shown)
    columns = ("label", "old answer", "new answer", "what it is", "examples")
    more = len(old.changes) - len(shown)
    return Grid("Changes in the confusion matrix", columns, tuple(rows), 4, bars, more)


def flips(old: Comparison, limit: int) -> Grid:
    """The negative flips, the reference's surest first, up to a limit."""
    rows = [
        (each.label, each.answer, each.text, f"{each.score:.4f}", f"{each.margin:.4f}")
        for each in old.flips[:limit]
    ]
    columns = ("label, the old answer", "new answer", "text", "old score", "margin")
    return Grid("Flipped examples", columns, tuple(rows), 3, (), len(old.flips) - len(rows))


def _kind(change: Change) -> str:
    if change.label == change.before:
        return "negative flip"
    return "positive flip" if change.label == change.after else "wrong both times"
