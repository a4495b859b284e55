"""`nlucompress linearize`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import click

from nlucompress.cli.learn.train.review import review
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
from nlucompress.cli.shared.options.declared import given, options_of
from nlucompress.progress import tell
from nlucompress.stages.learn.finetune.linearized_options import LinearizedOptions


@click.command(name="linearize", cls=GroupedCommand)
@model_argument
@click.option("--data", required=True, metavar="FILE", help="Training data.")
@click.option("--dev", metavar="FILE", help="Development data: chooses --ridge.")
@options_of(LinearizedOptions)
@data_options
@written_gates
@stage_options
def command(target: Target, model: str, data: str, dev: str | None, **options: Any) -> None:
    """Train a network on by its first-order expansion around its weights, without torch.

    For models of word embeddings of kind dan or cnn, and few examples of each label: the expansion
    has one optimum, which conjugate gradients find (LQF, Achille et al. 2021). What the model
    stores its numbers in stays.

    \b
    Example:
      nlucompress linearize network.nlu --data few.tsv --new-labels -o tuned.nlu
    """
    from nlucompress.stages.learn.finetune.linearized import linearize

    inputs = [model, data, *([dev] if dev else [])]
    streams.check_inputs(*inputs)
    streams.check_output(target.output, inputs, target.force)
    chosen = LinearizedOptions.of(given(options))
    before = read_model(model)
    examples, held_out = read_data(data), read_data(dev) if dev else None
    review(data, examples, held_out, target)
    after = linearize(before, examples, held_out, chosen, tell)
    write_stage(target, after, _line)


def _line(name: str, figures: Mapping[str, Any]) -> str:
    accuracy = figures["dev_accuracy"]
    shown = "" if accuracy is None else f", dev accuracy {100 * accuracy:.2f} %"
    times = f"each text read {figures['readings']} times, " if figures["readings"] > 1 else ""
    return (
        f"{name}: {figures['words']:,} words, {times}ridge {figures['ridge']:g}, "
        f"{figures['steps']} steps, squared error {figures['loss']:.4g}{shown}"
    )
