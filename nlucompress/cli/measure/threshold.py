"""`nlucompress threshold`."""

from __future__ import annotations

from typing import Any

import click

from nlucompress.cli.shared import streams
from nlucompress.cli.shared.common import (
    Target,
    model_argument,
    read_data,
    read_model,
    stage_options,
    write_stage,
)
from nlucompress.cli.shared.gated_writing import written_gates
from nlucompress.cli.shared.options.command import GroupedCommand
from nlucompress.cli.shared.options.data_options import data_options
from nlucompress.cli.shared.options.shares import Points
from nlucompress.cli.shared.show.printable import printable


@click.command(name="threshold", cls=GroupedCommand)
@model_argument
@click.option(
    "--dev",
    required=True,
    metavar="FILE",
    help="Development data: in-scope texts, and out-of-scope texts under one label.",
)
@click.option(
    "--label",
    metavar="NAME",
    help="Label of the out-of-scope texts, and the answer to them; default: the one label of --dev "
    "that the model lacks.",
)
@click.option(
    "--max-drop",
    type=Points(),
    metavar="POINTS",
    help="Most percentage points of in-scope accuracy to give up; default: the best mean of that "
    "and of the recall out of scope.",
)
@data_options
@written_gates
@stage_options
def command(target: Target, model: str, dev: str, **options: Any) -> None:
    """Choose the confidence below which a text is answered by a label for unknown ones.

    The confidence is the score that `predict` prints beside the best label. The threshold and the
    label are stored in the model and hold for every program that reads it; later stages keep them,
    but for `finetune` and `merge`, after which scores are others. `evaluate` measures in-scope
    accuracy and out-of-scope recall.

    \b
    Example:
      nlucompress threshold hashed.nlu --dev scoped.tsv -o careful.nlu
    """
    from nlucompress.stages.measure.threshold import ThresholdOptions, choose_threshold

    streams.check_inputs(model, dev)
    streams.check_output(target.output, [model, dev], target.force)
    chosen = ThresholdOptions(**options)
    before = read_model(model)
    write_stage(target, choose_threshold(before, read_data(dev), chosen), _line)


def _line(name: str, figures: Any) -> str:
    before, after = 100 * figures["accuracy_before"], 100 * figures["accuracy"]
    recall = [100 * figures[each] for each in ("recall_before", "recall")]
    return (
        f"{name}: {printable(figures['label'])} below {figures['threshold']:g}; dev accuracy in "
        f"scope {before:.2f} -> {after:.2f} %, recall out of scope {recall[0]:.2f} -> "
        f"{recall[1]:.2f} %"
    )
