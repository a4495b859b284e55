"""`nlucompress evaluate` for models that tag tokens."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nlucompress.cli.common import bytes_text, read_tagged_data

if TYPE_CHECKING:
    from nlucompress.format.model import Model
    from nlucompress.stages.evaluate import Gates
    from nlucompress.stages.evaluate_tags import TagReport


def measure(model: Model, data: str, reference: Model | None, gates: Gates) -> TagReport:
    """The report of a tagger on a file of tagged sentences."""
    from nlucompress.stages.evaluate_tags import evaluate_tags, layout_of

    return evaluate_tags(model, read_tagged_data(data, layout_of(model)), reference, gates)


def lines(report: TagReport) -> list[str]:
    """The report for people, without its gates."""
    spans = report.spans
    shown = [
        f"sentences         {report.sentences:,}, {report.tokens:,} tokens",
        f"accuracy          {100 * report.accuracy:.2f} % of tokens, "
        f"{100 * report.sentence_accuracy:.2f} % of sentences",
        f"span F1           {100 * spans.f1:.2f} % (precision {100 * spans.precision:.2f} %, "
        f"recall {100 * spans.recall:.2f} %, {spans.spans:,} spans)",
        f"size              {bytes_text(report.size_bytes)}",
    ]
    old = report.reference
    if old is not None:
        relative = "undefined" if old.relative_nfr is None else f"{old.relative_nfr:.3f}"
        shown += [
            f"reference         {100 * old.accuracy:.2f} % of tokens, span F1 "
            f"{100 * old.span_f1:.2f} %, {bytes_text(old.size_bytes)} "
            f"({old.size_bytes / report.size_bytes:.1f} times the size)",
            f"accuracy drop     {100 * old.accuracy_drop:+.2f} points",
            f"span F1 drop      {100 * old.span_f1_drop:+.2f} points",
            f"negative flips    {len(report.flips):,} = {100 * old.nfr:.2f} % of tokens "
            f"(relative {relative}), {100 * old.sentence_nfr:.2f} % of sentences",
            f"positive flips    {100 * old.pfr:.2f} %",
            f"agreement         {100 * old.agreement:.2f} %",
        ]
    return shown
