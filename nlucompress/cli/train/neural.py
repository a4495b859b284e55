"""`nlucompress train --network dan|lstm|bilstm|cnn`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from nlucompress.cli.shared import streams
from nlucompress.cli.shared.common import Target, bytes_text, read_data, read_model, write_model
from nlucompress.cli.shared.compatible_options import COMPATIBLE, compatible_options, strengths
from nlucompress.cli.shared.loop_options import LOOP, loop_options, plan
from nlucompress.cli.train.review import review
from nlucompress.progress import tell

if TYPE_CHECKING:
    from collections.abc import Callable

NETWORKS = ("dan", "lstm", "bilstm", "cnn")
OWN = {
    *("embeddings", "vocabulary", "hidden", "layers", "pooling", "activation", "dimensions"),
    *COMPATIBLE,
    *LOOP,
}


def vocabulary(value: str) -> str | int:
    """all, train, or a number of rows."""
    if value in ("all", "train"):
        return value
    if not value.isdecimal() or not value.isascii():
        raise click.BadParameter(f"{value!r} is none of all, train or a number of rows")
    return int(value)


def neural_options(function: Callable[..., Any]) -> Callable[..., Any]:
    """What only the neural networks have."""
    options = (
        click.option(
            "--embeddings", metavar="FILE", help="Neural: a model whose table they start from."
        ),
        click.option(
            "--vocabulary",
            type=vocabulary,
            default="all",
            show_default=True,
            metavar="all|train|N",
            help="Neural: rows kept: all, of words in the data, or these and the first N.",
        ),
        click.option("--hidden", default=256, show_default=True, help="Neural: width of a layer."),
        click.option("--layers", default=1, show_default=True, help="dan: hidden layers."),
        click.option(
            "--pooling",
            type=click.Choice(("max", "mean")),
            default="max",
            show_default=True,
            help="lstm, bilstm: over the states.",
        ),
        click.option(
            "--activation",
            type=click.Choice(("relu", "leaky-relu")),
            default="relu",
            show_default=True,
            help="dan, cnn.",
        ),
        click.option(
            "--dimensions",
            default=100,
            show_default=True,
            help="Neural, without --embeddings: width of a word's row.",
        ),
        compatible_options,
        loop_options("onecycle"),
    )
    for option in reversed(options):
        function = option(function)
    return function


def run(
    target: Target,
    network: str,
    data: str,
    dev: str | None,
    options: dict[str, Any],
) -> None:
    """Train a neural network, write it and report."""
    from nlucompress.stages.train.neural import NeuralOptions, train_neural

    given = dict(options)
    loop, compatible = plan(given), strengths(given)
    source, checkpoint = given.pop("embeddings"), given.pop("checkpoint")
    old = given.pop("compatible_with")
    inputs = [path for path in (data, dev, source, old) if path]
    streams.check_inputs(*inputs)
    streams.check_output(target.output, inputs, target.force)
    examples, held_out = read_data(data), read_data(dev) if dev else None
    review(data, examples, held_out, target)
    table = None if source is None else read_model(source).table()
    space = read_model(old) if old else None
    chosen = NeuralOptions(network=network, loop=loop, compatible=compatible, **given)  # type: ignore[arg-type]
    model = train_neural(
        examples,
        held_out,
        table,
        chosen,
        tell,
        checkpoint,
        space,
        lambda line: streams.note(line, target.quiet),
    )
    size = write_model(model, target.output)
    figures = model.history[-1]["figures"]
    lines = [
        f"{len(model.labels)} labels, {figures['keys']:,} words, {training_line(figures)}",
        f"model: {bytes_text(size)}",
    ]
    target.report({"labels": len(model.labels), "size_bytes": size, **figures}, lines)


def training_line(figures: dict[str, Any]) -> str:
    """What a training came to, in one line."""
    accuracy = figures["dev_accuracy"]
    shown = "" if accuracy is None else f", dev accuracy {100 * accuracy:.2f} %"
    text = f"{figures['epochs']} epochs, the best {figures['best_epoch']}{shown}"
    if figures["diverged"]:
        text += f"; the loss was not finite in epoch {figures['diverged']}: stopped, best kept"
    if "compatible" in figures:
        space = figures["compatible"]
        text += f"; compatible in {space['width']} numbers"
        unknown = space["examples"] - space["judged"]
        if unknown:
            text += f", {unknown:,} examples of labels that the other model lacks"
    return text
