"""`nlucompress embed`."""

from __future__ import annotations

import json
import sys

import click

from nlucompress.cli.shared import streams
from nlucompress.cli.shared.bundled import bundled_option
from nlucompress.cli.shared.options.command import GroupedCommand
from nlucompress.cli.shared.overlays import overlay_option, read_overlaid
from nlucompress.cli.shared.show.lines import read_lines
from nlucompress.errors import UsageError


@click.command(name="embed", cls=GroupedCommand)
@click.argument("model")
@click.argument("texts", default=streams.STANDARD, metavar="[TEXTS]")
@overlay_option
@bundled_option
@click.option("--json", "as_json", is_flag=True, help="Print a JSON object per line.")
def command(model: str, texts: str, overlays: tuple[str, ...], as_json: bool) -> None:
    """Print the representation of each line of text, a line of numbers, at once.

    It is what a gallery is made of and asked with. MODEL is a network over word embeddings; TEXTS
    is a file of utterances, one a line, by default stdin.

    \b
    Example:
      nlucompress embed network.nlu < utterances.txt
    """
    if (model, *overlays, texts).count(streams.STANDARD) > 1:
        raise UsageError("only one of model, overlays and texts can come from stdin; name the rest")
    import numpy as np

    from nlucompress.networks.neural.network import representing

    network = representing(read_overlaid(model, overlays), "model")
    for lines in read_lines(texts):
        for row in network.embed(lines).astype(np.float32) + np.float32(0):  # no -0.0
            # str() of a float32 is its shortest exact form.
            plain = " ".join(str(value) for value in row)
            numbers = {"representation": [float(value) for value in row]}
            streams.say(json.dumps(numbers, allow_nan=False) if as_json else plain)
        sys.stdout.flush()
