"""`nlucompress train --near`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import click

from nlucompress.cli.learn.train.review import review
from nlucompress.cli.shared.common import (
    Target,
    bytes_text,
    read_data,
    read_tagged_data,
    write_model,
)
from nlucompress.cli.shared.options.command import Grouped
from nlucompress.cli.shared.options.declared import names_of
from nlucompress.cli.shared.overlays import read_overlaid
from nlucompress.cli.shared.show.printable import printable
from nlucompress.errors import UsageError
from nlucompress.options import spelled
from nlucompress.progress import tell
from nlucompress.stages.learn.train.near.stage import NearOptions

if TYPE_CHECKING:
    from nlucompress.format.model import Model

near_option = click.option(
    "--near",
    metavar="OLD",
    cls=Grouped,
    group=NearOptions.title,
    help="The linear model or CRF whose loss and features are taken; --l2 or --l1, if given, are "
    "then penalties on the change.",
)


def run(target: Target, data: str, dev: str | None, options: Mapping[str, Any]) -> None:
    """Train, write and report; ``options`` are those on the command line."""
    from nlucompress.networks.tagger import is_tagger
    from nlucompress.stages.learn.train.near.stage import train_near

    chosen = NearOptions.of(options)
    model = read_overlaid(options["near"], options.get("overlays", ()))
    if is_tagger(model):
        near = _tagger(model, data, dev, options)
    else:
        examples = read_data(data)
        held_out = read_data(dev) if dev else None
        review(data, examples, held_out, target)
        near = train_near(model, examples, held_out, chosen, tell)
    size = write_model(near, target.output)
    figures = near.history[-1]["figures"]
    lines = [*_lines(figures), f"model: {bytes_text(size)}"]
    target.report({"labels": len(near.labels), "size_bytes": size, **figures}, lines)


def _tagger(model: Model, data: str, dev: str | None, options: Mapping[str, Any]) -> Model:
    from nlucompress.stages.learn.train.near.crf import NearCrfOptions, train_near_crf
    from nlucompress.stages.measure.evaluate.tags import layout_of

    for name in sorted((names_of(NearOptions) - names_of(NearCrfOptions)) & options.keys()):
        raise UsageError(f"{spelled(name)} is for linear models, but OLD tags tokens")
    layout = layout_of(model)
    tagged = read_tagged_data(data, layout)
    held_out = read_tagged_data(dev, layout) if dev else None
    return train_near_crf(model, tagged, held_out, NearCrfOptions.of(options), tell)


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
