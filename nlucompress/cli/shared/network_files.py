"""Files that the commands which train neural networks have in common."""

from __future__ import annotations

import click

from nlucompress.cli.shared.options.command import Grouped
from nlucompress.training.compatible import CompatibleOptions
from nlucompress.training.plan import LoopOptions

compatible_option = click.option(
    "--compatible-with",
    metavar="MODEL",
    cls=Grouped,
    group=CompatibleOptions.title,
    help="An older or larger model whose gallery and classifier shall understand this one's "
    "representations (Shen et al. 2020; other widths: Duggal et al. 2021).",
)
checkpoint_option = click.option(
    "--checkpoint",
    metavar="FILE",
    cls=Grouped,
    group=LoopOptions.title,
    help="Written after every epoch; if it exists and is of the same data, options and versions, "
    "training goes on from it.",
)
