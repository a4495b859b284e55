"""Overlays on the model that a command reads."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from nlucompress.cli.shared import streams
from nlucompress.cli.shared.common import read_model
from nlucompress.errors import NluCompressError, UsageError

if TYPE_CHECKING:
    from nlucompress.format.model import Model

overlay_option = click.option(
    "--overlay",
    "overlays",
    multiple=True,
    metavar="FILE",
    help="Add this overlay to the model, made by `diff -o`; may be repeated, in order.",
)


def read_overlaid(path: str, overlays: Sequence[str]) -> Model:
    """Read a model and lay overlays on it.

    Raises:
        UsageError: A file is not an overlay, or one for another model; the message names both.
    """
    from nlucompress.networks.overlays import overlaid

    model = read_model(path)
    under = streams.named(path)
    updates = [read_model(each) for each in overlays]
    for name, update in zip(overlays, updates, strict=True):
        try:
            model = overlaid(model, update)
        except UsageError as error:
            raise UsageError(f"{streams.named(name)} on {under}: {error}") from None
        except NluCompressError as error:
            raise streams.located(name, error) from None
        under += f" with {streams.named(name)}"
    return model
