"""`nlucompress train --near`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from nlucompress.cli.shared.common import (
    Target,
    bytes_text,
    printable,
    read_data,
    write_model,
)
from nlucompress.cli.shared.option_group import option_group
from nlucompress.cli.shared.overlays import read_overlaid
from nlucompress.cli.shared.shares import Points, Share
from nlucompress.cli.train.review import review
from nlucompress.errors import UsageError
from nlucompress.progress import tell

FROM_OLD = {"ngrams", "chars", "counts", "loss"}
OWN = ("l2", "l1", "min_count", "distinct", "class_weight", "iterations", "step", "max_nfr")


near_options = option_group(
    "near",
    "near",
    {
        "--near": (
            "OLD",
            None,
            "Stay near the weights of this linear model, whose loss and features are taken; --l2 "
            "and --l1 are then penalties on the change.",
        ),
        "--step": (
            "SHARE",
            Share(),
            "--near: share of the change that is taken, 0.5 or 50%; default: by --dev, or all.",
        ),
        "--max-nfr": (
            "POINTS",
            Points(),
            "--near: most negative flips against OLD on --dev, such as 1%; default: fewest at no "
            "accuracy lost.",
        ),
    },
)


def run(
    target: Target,
    old: tuple[str, ...],
    data: str,
    dev: str | None,
    given: Mapping[str, Any],
) -> None:
    """Train, write and report.

    Args:
        target: Where model and report go.
        old: Files of the older model and of the overlays on it.
        data: Training data.
        dev: Development data.
        given: The options on the command line.
    """
    from nlucompress.stages.train.near import NearOptions, train_near

    for name in sorted(FROM_OLD & given.keys()):
        raise UsageError(f"--{name} comes from the model of --near; leave it out")
    chosen = NearOptions(**{name: given[name] for name in OWN if name in given})
    model = read_overlaid(old[0], old[1:])
    examples = read_data(data)
    held_out = read_data(dev) if dev else None
    review(data, examples, held_out, target)
    near = train_near(model, examples, held_out, chosen, tell)
    size = write_model(near, target.output)
    figures = near.history[-1]["figures"]
    lines = [*_lines(figures), f"model: {bytes_text(size)}"]
    target.report({"labels": len(near.labels), "size_bytes": size, **figures}, lines)


def _lines(figures: Mapping[str, Any]) -> list[str]:
    lines = []
    if "front" in figures:
        lines.append("    L2      L1  step  dev accuracy  negative flips")
        lines += [_row(each, "") for each in figures["front"]]
        lines.append(_row(figures["untreated"], "  untreated"))
        taken = {
            "l2": figures["near_l2"],
            "l1": figures["near_l1"],
            "step": figures["step"],
            "accuracy": figures["dev_accuracy"],
            "nfr": figures["dev_nfr"],
        }
        lines.append(_row(taken, "  taken"))
    for what in ("new", "gone"):
        names = figures[f"{what}_labels"]
        if names:
            shown = ", ".join(printable(name) for name in names[:5])
            more = f" and {len(names) - 5} more" if len(names) > 5 else ""
            lines.append(f"{what} labels: {shown}{more}")
    lines.append(
        f"{figures['keys']:,} features, {figures['new_keys']:,} of them new; "
        f"{figures['changed_weights']:,} weights changed"
    )
    return lines


def _row(point: Mapping[str, Any], behind: str) -> str:
    l2, l1 = ("-" if point[name] is None else f"{point[name]:g}" for name in ("l2", "l1"))
    accuracy, nfr = 100 * point["accuracy"], 100 * point["nfr"]
    return f"{l2:>6}{l1:>8}{point['step']:>6g}{accuracy:>12.2f} %{nfr:>14.2f} %{behind}"
