"""The figures of an evaluation in words, for the terminal and for a page."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from nlucompress.cli.shared.common import bytes_text
from nlucompress.cli.shared.show.printable import printable

if TYPE_CHECKING:
    from nlucompress.algo.significance import Interval
    from nlucompress.stages.measure.evaluate.comparison import Comparison
    from nlucompress.stages.measure.evaluate.scope import Scope
    from nlucompress.stages.measure.evaluate.tags import TagReport
    from nlucompress.stages.measure.evaluate.texts import Report

    AnyReport = Report | TagReport

Rows = list[tuple[str, str]]
NAMED, LABELS_NAMED = 5, 3  # labels that a line of text names at most


def summary(report: AnyReport) -> Rows:
    """The figures of the model alone."""
    from nlucompress.stages.measure.evaluate.texts import Report

    size = ("size", bytes_text(report.size_bytes))
    if isinstance(report, Report):
        sure = f"{100 * report.confidence:g} % interval {interval(report.accuracy_interval)}"
        return [
            ("examples", f"{report.examples:,}"),
            ("accuracy", f"{rate(report.accuracy)} ({sure})"),
            ("macro F1", rate(report.macro_f1)),
            *_scope(report.scope),
            size,
        ]
    spans = report.spans
    return [
        ("sentences", f"{report.sentences:,}, {report.tokens:,} tokens"),
        (
            "accuracy",
            f"{rate(report.accuracy)} of tokens, {rate(report.sentence_accuracy)} of sentences",
        ),
        (
            "span F1",
            f"{rate(spans.f1)} (precision {rate(spans.precision)}, recall {rate(spans.recall)}, "
            f"{spans.spans:,} spans)",
        ),
        size,
    ]


def against(report: AnyReport, old: Comparison) -> Rows:
    """The figures of the comparison with one reference."""
    from nlucompress.stages.measure.evaluate.tags import TagComparison

    tags = old if isinstance(old, TagComparison) else None
    of_tokens = f" of tokens, span F1 {rate(tags.span_f1)}" if tags else ""
    smaller = f"{old.size_bytes / report.size_bytes:.1f} times the size"
    size = f"{bytes_text(old.size_bytes)} ({smaller})"
    relative = "undefined" if old.relative_nfr is None else f"{old.relative_nfr:.3f}"
    flips = f"{len(old.flips):,} = {rate(old.nfr)}"
    flips += f" of tokens (relative {relative})" if tags else f" (relative {relative})"
    sure = f" ({interval(old.accuracy_interval)})" if old.accuracy_interval else ""
    accuracy = f"{rate(old.accuracy)}{sure}{of_tokens}"
    rows = [("reference", f"{printable(old.name)}: {accuracy}, {size}")]
    if old.new_labels or old.gone_labels:
        rows.append(("labels", _label_sets(old, "tokens" if tags else "examples")))
    rows += _scope(old.scope)
    rows.append(("accuracy drop", f"{100 * old.accuracy_drop:+.2f} points"))
    if tags:
        rows.append(("span F1 drop", f"{100 * tags.span_f1_drop:+.2f} points"))
        flips += f", {rate(tags.sentence_nfr)} of sentences"
    rows.append(("negative flips", flips))
    rows += [("positive flips", rate(old.pfr)), ("agreement", rate(old.agreement))]
    found = old.significance
    if found is not None:
        chance = (
            f"{100 * found.confidence:g} % of resamples: drop {100 * found.drop.low:+.2f} to "
            f"{100 * found.drop.high:+.2f} points, flips {interval(found.nfr)}; "
            f"McNemar p {found.p_value:.3g}"
        )
        rows.append(("by chance", chance))
    return rows


def _scope(found: Scope | None) -> Rows:
    """In-scope accuracy and out-of-scope recall."""
    if found is None:
        return []
    label = printable(found.label)
    inside = "none" if found.accuracy is None else f"{rate(found.accuracy)} of {found.in_scope:,}"
    if found.recall is None:
        outside = f"no text of {label} in the data"
    else:
        outside = f"{rate(found.recall)} of {found.out_of_scope:,} answered {label}"
        if found.precision is not None:
            outside += f", which is right {rate(found.precision)} of the time"
    below = "no threshold" if found.threshold is None else f"threshold {found.threshold:g}"
    return [("in scope", inside), ("out of scope", f"{outside} ({below})")]


def most_flips(old: Comparison) -> str:
    """The labels with most negative flips, and where these went."""
    named = [each for each in old.flips_by_label if each.negative]
    parts = [
        f"{printable(each.label)} {each.negative:,} of {each.examples:,} (to "
        + _names([f"{to} {count:,}" for to, count in each.to.items()], LABELS_NAMED)
        + ")"
        for each in named[:LABELS_NAMED]
    ]
    rest = len(named) - len(parts)
    return "; ".join(parts) + (f"; {rest:,} more labels (--per-label)" if rest else "")


def rate(value: float) -> str:
    """A rate in percent."""
    return f"{100 * value:.2f} %"


def interval(found: Interval) -> str:
    """An interval of a rate in percent."""
    return f"{100 * found.low:.2f} to {100 * found.high:.2f} %"


def _label_sets(old: Comparison, what: str) -> str:
    sets = (("new", old.new_labels), ("gone", old.gone_labels))
    parts = [f"{len(names):,} {word} ({_names(names, NAMED)})" for word, names in sets if names]
    return (
        f"{', '.join(parts)}; {old.left_out:,} {what} of theirs left out; of the {old.examples:,} "
        f"others the model gets {rate(old.model_accuracy)} right"
    )


def _names(names: Sequence[str], most: int) -> str:
    return ", ".join((*map(printable, names[:most]), *(["..."] if len(names) > most else [])))
