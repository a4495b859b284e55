"""`nlucompress evaluate --gallery`: the report on retrieval across two models."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from nlucompress.cli.shared import streams
from nlucompress.cli.shared.common import bytes_text, counts, read_data, read_model
from nlucompress.cli.shared.gated import gate_text, tell
from nlucompress.cli.shared.option_group import option_group
from nlucompress.cli.shared.shares import Points, Share
from nlucompress.errors import UsageError

if TYPE_CHECKING:
    from nlucompress.stages.evaluate.gates import Gate
    from nlucompress.stages.evaluate.retrieval_report import Retrieval, RetrievalReport


retrieval_options = option_group(
    "retrieval",
    "gallery",
    {
        "--gallery": ("OLD", None, "Measure retrieval: the model that has embedded the gallery."),
        "--query": ("NEW", None, "The model that embeds the queries; the same as MODEL."),
        "--gallery-data": (
            "FILE",
            None,
            "Labelled texts of the gallery; default: those of --data, each query without itself.",
        ),
        "--paragon": (
            "MODEL",
            None,
            "A new model trained without compatibility: the update gain is relative to it.",
        ),
        "--recall": ("K,K", counts, "Look among so many nearest items. [default: 1,5,10]"),
        "--min-update-gain": (
            "SHARE",
            Share(gate=True),
            "Gate: least share of what an update can gain, 0.5 or 50% (Shen et al. 2020, "
            "section 3).",
        ),
        "--max-cross-drop": (
            "POINTS",
            Points(),
            "Gate: most points of top-1 below old queries in the old gallery: 0.6% or 0.6pp.",
        ),
    },
)


def compare_retrieval(
    model: str, data: str | None, max_size: int | None, as_json: bool, quiet: bool, **given: Any
) -> int:
    """Measure, print and return the exit code."""
    from nlucompress.stages.evaluate.retrieval import retrieve
    from nlucompress.stages.evaluate.retrieval_report import RetrievalOptions

    query = given.pop("query", None)
    if query is not None and model != streams.STANDARD:
        raise UsageError("--query is the model that asks: name it there or as MODEL, not twice")
    if data is None:
        raise UsageError("--gallery needs labelled texts that ask: --data")
    old, new = given.pop("gallery"), query or model
    items, best = given.pop("gallery_data", None), given.pop("paragon", None)
    streams.check_inputs(*(path for path in (old, new, data, items, best) if path))
    found = retrieve(
        read_model(old),
        read_model(new),
        read_data(data),
        read_data(items) if items else None,
        read_model(best) if best else None,
        RetrievalOptions(max_size=max_size, **given),
    )
    return tell(found, _lines(found), as_json, quiet, lambda gate: _gate(gate, found))


def _lines(found: RetrievalReport) -> list[str]:
    absent = f", {found.absent:,} of labels that the gallery lacks" if found.absent else ""
    lines = [
        f"queries           {found.queries:,}{absent}",
        f"gallery           {found.gallery:,}",
        f"old in old        {_rates(found.old)}",
        f"new in old        {_rates(found.cross)}",
        f"new in new        {_rates(found.new)}",
    ]
    if found.paragon is not None:
        lines.append(f"paragon alone     {_rates(found.paragon)}")
    if found.head is not None:
        lines.append(
            f"old classifier    {100 * found.head.old:.2f} % on its own representations, "
            f"{100 * found.head.cross:.2f} % on the new ones"
        )
    apart = 100 * (found.cross.top1 - found.old.top1)
    lines += [
        f"compatible        {'yes' if found.compatible else 'no'}: new in old is "
        f"{apart:+.2f} points from old in old",
        f"update gain       {_gain(found)}",
        f"size              {bytes_text(found.size_bytes)}; gallery model "
        f"{bytes_text(found.gallery_bytes)} ({found.gallery_bytes / found.size_bytes:.1f} times)",
    ]
    return lines


def _rates(found: Retrieval) -> str:
    parts = [f"recall@{k} {100 * share:.2f} %" for k, share in found.recall.items() if k > 1]
    return ", ".join((f"top-1 {100 * found.top1:.2f} %", *parts))


def _gain(found: RetrievalReport) -> str:
    if found.update_gain is None:
        rival = "new in new" if found.paragon is None else "the paragon"
        return f"undefined: {rival} is not above old in old"
    return f"{100 * found.update_gain:.1f} %"


def _gate(gate: Gate, found: RetrievalReport) -> str:
    if gate.name == "min_update_gain":
        return f"--min-update-gain {100 * gate.limit:g} %, measured {_gain(found)}"
    return gate_text(gate)
