"""`nlucompress export`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import click

from nlucompress.cli.shared import streams
from nlucompress.cli.shared.common import (
    Target,
    bytes_text,
    model_argument,
    read_model,
    stage_options,
)
from nlucompress.cli.shared.options.command import GroupedCommand
from nlucompress.cli.shared.options.declared import given, options_of
from nlucompress.exporters.formats import FORMATS
from nlucompress.stages.export import ExportOptions


@click.command(name="export", cls=GroupedCommand)
@model_argument
@click.option("--to", required=True, type=click.Choice(list(FORMATS)), help="The format to write.")
@options_of(ExportOptions, leave=("to",))
@click.option(
    "--keys", metavar="FILE", help="The keys of a table whose keys are hashed, one a line."
)
@stage_options
def command(target: Target, model: str, to: str, keys: str | None, **options: Any) -> None:
    """Write a model for another program: its table decoded, every key as it is.

    What compression lost stays lost, in the numbers alone. A hashed table does not hold its keys:
    name a file of them; each must be found, and none may be missing. model2vec is a directory.

    \b
    Example:
      nlucompress export vectors.nlu --to word2vec -o exported.txt
    """
    from nlucompress.io.folders import write_folder
    from nlucompress.stages.export import export

    inputs = [path for path in (model, keys) if path]
    streams.check_inputs(*inputs)
    shape = FORMATS[to]
    if shape.files:
        streams.check_folder(target.output, inputs, target.force, shape.files)
    else:
        streams.check_output(target.output, inputs, target.force, not shape.text)
    source = streams.opened(keys) if keys else None
    read = read_model(model)
    if read.unknown is not None:
        streams.note(
            f"nlucompress: warning: {to} has no place for the threshold of unknown texts, which is "
            "left out",
            target.quiet,
        )
    made = export(read, ExportOptions.of({**given(options), "to": to, "keys": source}))
    if isinstance(made, Mapping):
        size = write_folder(target.output, made)
    else:
        size = 0

        def counted() -> Iterator[bytes]:
            nonlocal size
            for piece in made:
                size += len(piece)
                yield piece

        streams.write_output(target.output, counted())
    target.report({"format": to, "size_bytes": size}, [f"{to}: {bytes_text(size)}"])
