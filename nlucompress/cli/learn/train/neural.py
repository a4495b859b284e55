"""`nlucompress train --network dan|lstm|bilstm|cnn`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, get_args

import click

from nlucompress.cli.learn.train.review import review
from nlucompress.cli.shared import streams
from nlucompress.cli.shared.common import Target, bytes_text, read_data, read_model, write_model
from nlucompress.cli.shared.network_files import checkpoint_option, compatible_option
from nlucompress.cli.shared.options.command import Grouped
from nlucompress.progress import tell
from nlucompress.stages.learn.train.neural import NeuralName, NeuralOptions

NETWORKS: tuple[str, ...] = get_args(NeuralName)


def vocabulary(value: str) -> str | int:
    """all, train, or a number of rows."""
    if value in ("all", "train"):
        return value
    if not value.isdecimal() or not value.isascii():
        raise click.BadParameter(f"{value!r} is none of all, train or a number of rows")
    return int(value)


def neural_options(function: Callable[..., Any]) -> Callable[..., Any]:
    """The files that only the training of a neural network reads and writes."""
    embeddings = click.option(
        "--embeddings",
        metavar="FILE",
        cls=Grouped,
        group=NeuralOptions.title,
        help="A model whose table the network starts from.",
    )
    return embeddings(compatible_option(checkpoint_option(function)))


def run(target: Target, data: str, dev: str | None, options: Mapping[str, Any]) -> None:
    """Train, write and report; ``options`` are those on the command line."""
    from nlucompress.stages.learn.train.neural import train_neural

    chosen = NeuralOptions.of(options)
    source, old = options.get("embeddings"), options.get("compatible_with")
    examples, held_out = read_data(data), read_data(dev) if dev else None
    review(data, examples, held_out, target)
    table = None if source is None else read_model(source).table()
    space = read_model(old) if old else None
    model = train_neural(
        examples,
        held_out,
        table,
        chosen,
        tell,
        options.get("checkpoint"),
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
