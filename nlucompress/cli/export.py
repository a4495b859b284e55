"""`nlucompress export`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import click

from nlucompress.cli.shared import streams
from nlucompress.cli.shared.common import (
    Target,
    bytes_text,
    model_argument,
    read_model,
    stage_options,
)

FORMATS = (
    "word2vec",
    "word2vec-binary",
    "glove",
    "safetensors",
    "model2vec",
    "onnx",
    "crfsuite-dump",
    "json",
)
TEXTS = ("word2vec", "glove", "crfsuite-dump", "json")


@click.command(name="export")
@model_argument
@click.option("--to", required=True, type=click.Choice(FORMATS), help="The format to write.")
@click.option("--table", metavar="NAME", help="Which table; needed where there are several.")
@click.option(
    "--keys", metavar="FILE", help="The keys of a table whose keys are hashed, one a line."
)
@click.option(
    "--dtype",
    type=click.Choice(["float32", "float16"]),
    default="float32",
    show_default=True,
    help="safetensors, model2vec: how numbers are stored.",
)
@stage_options
def command(
    target: Target, model: str, to: str, table: str | None, keys: str | None, dtype: str
) -> None:
    """Write a model for another program: its table decoded, every key as it is.

    What compression lost stays lost, in the numbers alone. A hashed table does not hold its keys:
    name a file of them; each must be found, and none may be missing. model2vec is a directory.

    \b
    Example:
      nlucompress export vectors.nlu --to word2vec -o exported.txt
    """
    from nlucompress.format.folders import write_folder
    from nlucompress.stages.export import ExportOptions, export

    inputs = [path for path in (model, keys) if path]
    streams.check_inputs(*inputs)
    if to == "model2vec":
        from nlucompress.exporters.model2vec import FILES

        streams.check_folder(target.output, inputs, target.force, FILES)
    else:
        streams.check_output(target.output, inputs, target.force, to not in TEXTS)
    source = streams.opened(keys) if keys else None
    read = read_model(model)
    if read.unknown is not None:
        streams.note(
            f"nlucompress: warning: {to} has no place for the threshold of unknown texts, which is "
            "left out",
            target.quiet,
        )
    made = export(read, ExportOptions(to, table, source, dtype))
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
