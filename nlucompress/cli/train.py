"""`nlucompress train`."""

from __future__ import annotations

import os
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import click

from nlucompress.cli import streams
from nlucompress.cli.common import (
    Target,
    bytes_text,
    lengths,
    read_data,
    stage_options,
    write_model,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from nlucompress.stages.train import Progress


@click.command(name="train")
@click.argument("data", metavar="TRAIN.TSV")
@click.option(
    "--dev", metavar="FILE", help="Development data: chooses --l2 and ends the training early."
)
@click.option(
    "--ngrams",
    type=lengths,
    default="1-3",
    show_default=True,
    metavar="RANGE",
    help="Word n-grams, or none.",
)
@click.option(
    "--chars",
    type=lengths,
    default="none",
    show_default=True,
    metavar="RANGE",
    help="Character n-grams, such as 2-5.",
)
@click.option(
    "--counts", is_flag=True, help="Weight a feature by its occurrences; default is 1 each."
)
@click.option(
    "--loss",
    type=click.Choice(["squared-hinge", "logistic", "softmax"]),
    default="squared-hinge",
    show_default=True,
    help="The first two are one-vs-rest; the last two give probabilities.",
)
@click.option(
    "--l2", type=float, help="Strength of the L2 penalty; default: by --dev, or a middle one."
)
@click.option(
    "--l1", default=3e-5, show_default=True, help="Strength of the L1 penalty; 0 is none."
)
@click.option(
    "--min-count",
    default=2,
    show_default=True,
    type=click.IntRange(1),
    help="Leave out features of fewer training texts.",
)
@click.option(
    "--distinct/--all-features",
    default=True,
    show_default=True,
    help="Of features that occur in exactly the same texts keep the shortest one.",
)
@click.option(
    "--class-weight",
    type=click.Choice(["none", "balanced"]),
    default="none",
    show_default=True,
    help="balanced gives every label the same total weight.",
)
@click.option(
    "--iterations",
    default=200,
    show_default=True,
    type=click.IntRange(1),
    help="Steps of the optimizer at most.",
)
@stage_options
def command(
    target: Target,
    data: str,
    dev: str | None,
    ngrams: Any,
    chars: Any,
    counts: bool,
    **options: Any,
) -> None:
    """Train a linear n-gram classifier on lines of `label<TAB>text`.

    Text is folded to lower case; accents, digits and apostrophes within words are kept. The same
    featurizer is described in the model and used when it predicts.

    \b
    Example:
      nlucompress train train.tsv --dev dev.tsv --ngrams 1-3 -o full.nlu
    """
    from nlucompress.stages.train import TrainOptions, train

    inputs = [data, *([dev] if dev else [])]
    streams.check_inputs(*inputs)
    streams.check_output(target.output, inputs, target.force)
    examples = read_data(data)
    held_out = read_data(dev) if dev else None
    weighting: Any = "count" if counts else "binary"
    chosen = TrainOptions(words=ngrams, chars=chars, weighting=weighting, **options)
    with progress_bar(target.quiet) as progress:
        model = train(examples, held_out, chosen, progress)
    size = write_model(model, target.output)
    figures = model.history[-1]["figures"]
    accuracy = figures["dev_accuracy"]
    lines = [
        f"{len(model.labels)} labels, {figures['keys']:,} features, "
        f"{figures['nonzero_weights']:,} weights, L2 {figures['l2']:g}"
        + ("" if accuracy is None else f", dev accuracy {100 * accuracy:.2f} %"),
        f"model: {bytes_text(size)}",
    ]
    target.report({"labels": len(model.labels), "size_bytes": size, **figures}, lines)


@contextmanager
def progress_bar(quiet: bool) -> Iterator[Progress | None]:
    """A bar on stderr where a person is watching, else None."""
    if quiet or not sys.stderr.isatty() or os.environ.get("TERM") == "dumb":
        yield None
        return
    from rich.console import Console
    from rich.progress import Progress as Bar

    with Bar(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("training", total=1.0)

        def show(what: str, done: float) -> None:
            bar.update(task, description=what, completed=done)

        yield show
