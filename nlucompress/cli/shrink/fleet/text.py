"""What came out of a fleet, as lines and as JSON."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from nlucompress.cli.shared.common import bytes_text
from nlucompress.cli.shared.gated import gate_text
from nlucompress.cli.shared.show.printable import printable

if TYPE_CHECKING:
    from nlucompress.fleet.job.row import Row
    from nlucompress.fleet.summary import Summary

FAILURES, WORST = 10, 5  # lines that are shown


def lines(summary: Summary) -> list[str]:
    """The report for people."""
    counts = summary.counts
    rows = [
        (
            "models",
            f"{summary.models:,}: {counts['done']:,} done, {counts['missed']:,} missed a gate, "
            f"{counts['failed']:,} failed; {summary.stood:,} stood already",
        ),
        *figures(summary),
    ]
    shown = [f"{name:<18}{text}" for name, text in rows]
    for each in summary.worst()[:WORST]:
        if "accuracy_drop" in each.figures and lost(each.figures):
            shown.append(f"{'lost most':<18}{printable(each.name)}: {loss(each.figures)}")
    for name, gates in sorted(summary.misses, key=lambda each: each[0])[:WORST]:
        told = "; ".join(map(outcome_text, gates))
        shown.append(f"{'missed':<18}{printable(name)}: {printable(told)}")
    for reason, count, first in summary.reasons()[:FAILURES]:
        shown.append(f"{'failed':<18}{count:,} such as {printable(first)}: {printable(reason)}")
    return shown


def figures(summary: Summary) -> list[tuple[str, str]]:
    """Totals and distributions of what was measured."""
    before, after = summary.total("size_before"), summary.total("size_after")
    rows = []
    size, accuracy = summary.spread("size_after"), summary.spread("accuracy")
    if size is not None:
        rows += [
            (
                "size",
                f"{bytes_text(before)} -> {bytes_text(after)} ({before / after:.1f} times smaller)",
            ),
            ("size of a model", spread_text(size, bytes_text)),
        ]
    if accuracy is not None:
        was = summary.spread("accuracy_before")
        assert was is not None  # they are measured together
        rows.append(
            ("accuracy", f"mean {100 * was['mean']:.2f} % -> {100 * accuracy['mean']:.2f} %")
        )
    for title, name in (("accuracy drop", "accuracy_drop"), ("negative flips", "nfr")):
        spread = summary.spread(name)
        if spread is not None:
            unit = "points" if name == "accuracy_drop" else "%"
            rows.append((title, f"{spread_text(spread, _hundredths)} {unit}"))
    return rows


def spread_text(spread: dict[str, float], text: Any) -> str:
    """Median, 95th percentile and greatest."""
    return (
        f"median {text(spread['median'])}, 95 % up to {text(spread['p95'])}, "
        f"greatest {text(spread['greatest'])}"
    )


def lost(model: Any) -> bool:
    """Whether figures of a model say that it lost anything."""
    return bool(model["accuracy_drop"] > 0 or model["nfr"] > 0)


def loss(model: Any) -> str:
    """What one model lost."""
    return (
        f"accuracy {100 * model['accuracy_before']:.2f} -> {100 * model['accuracy']:.2f} %, "
        f"flips {100 * model['nfr']:.2f} %"
    )


def ended(row: Row) -> str:
    """A line for a model that has ended."""
    missed = [outcome_text(gate) for gate in row.gates if not gate["met"]]
    said = "".join(f", {each}" for each in [*missed, *([row.error] if row.error else [])])
    return f"{printable(row.name)}: {row.status} in {row.seconds:.3f} s{printable(said)}"


def outcome_text(gate: Mapping[str, Any]) -> str:
    """A gate of a row: its bound and what was measured."""
    from nlucompress.stages.measure.evaluate.gates import Gate, ReferenceGate

    told = {key: value for key, value in gate.items() if key != "bound"}
    text = gate_text((ReferenceGate if "reference" in gate else Gate)(**told))
    if gate.get("bound", gate["value"]) != gate["value"]:  # the bound decided: see `compress`
        text += f", bound for unseen ones {100 * gate['bound']:.3f}"
    return text


def _hundredths(value: float) -> str:
    return f"{100 * value:.2f}"


def as_json(summary: Summary) -> dict[str, Any]:
    """The report as plain values; the manifest has every row."""
    from nlucompress.fleet.summary import MEASURED

    return {
        "models": summary.models,
        **summary.counts,
        "stood": summary.stood,
        "seconds": summary.seconds,
        "size_before": int(summary.total("size_before")),
        "size_after": int(summary.total("size_after")),
        "distributions": {name: summary.spread(name) for name in MEASURED},
        "worst": [
            {
                "name": each.name,
                "status": each.status,
                "figures": dict(each.figures),
                "gates": [dict(gate) for gate in each.gates],
            }
            for each in summary.worst()
        ],
        "misses": [
            {"name": name, "gates": [dict(gate) for gate in gates]}
            for name, gates in sorted(summary.misses, key=lambda each: each[0])
        ],
        "failures": [{"name": name, "error": error} for name, error in sorted(summary.failures)],
    }
