"""Options of the commands that train representations into the space of another model's."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

import click

if TYPE_CHECKING:
    from nlucompress.training.compatible import CompatibleOptions

Function = TypeVar("Function", bound=Callable[..., Any])

STRENGTHS = ("influence", "prototypes")
COMPATIBLE = {"compatible_with", *STRENGTHS}


def compatible_options(function: Function) -> Function:
    """``--compatible-with`` and its strengths."""
    return click.option(
        "--compatible-with",
        metavar="MODEL",
        help="Neural: an older or larger model whose gallery and classifier shall understand this "
        "one's representations (Shen et al. 2020; other widths: Duggal et al. 2021).",
    )(strength_options(function))


def strength_options(function: Function) -> Function:
    """How strongly a model is held in the other's space."""
    options = (
        ("--influence", "weight of its frozen classifier's loss (Shen et al. 2020, section 3)."),
        ("--prototypes", "weight of a classifier by cosine to its mean representations."),
    )
    for name, text in reversed(options):
        function = click.option(
            name,
            type=click.FloatRange(0),
            default=1.0,
            show_default=True,
            help=f"In another model's space: {text}",
        )(function)
    return function


def strengths(options: dict[str, Any]) -> CompatibleOptions:
    """Take the strengths out of a command's options."""
    from nlucompress.training.compatible import CompatibleOptions

    return CompatibleOptions(**{name: options.pop(name) for name in STRENGTHS})
