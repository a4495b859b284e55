"""Options of `nlucompress finetune --linearized`."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

import click
from click.core import ParameterSource

if TYPE_CHECKING:
    from nlucompress.stages.finetune.linearized_options import LinearizedOptions

Function = TypeVar("Function", bound=Callable[..., Any])

OWN = ("target_scale", "ridge", "row_scale", "preconditioner", "steps", "readings")
SHARED = ("word_dropout", "seed")  # with the training of neural networks
COMMON = {"model", "data", "dev", "linearized", "new_labels", "output", "force", "quiet", "as_json"}
_POSITIVE = click.FloatRange(0, min_open=True)


def linearized_options(function: Function) -> Function:
    """``--linearized`` and what belongs to it alone."""
    options = (
        ("--target-scale", _POSITIVE, 15.0, "score that the right label aims at (section 3)."),
        (
            *("--ridge", _POSITIVE, None),
            "penalty on the change of the weights; default: the best on --dev, or 1.",
        ),
        ("--row-scale", _POSITIVE, 5.0, "how much farther words' rows may move than layers."),
        (
            "--preconditioner",
            click.Choice(("kronecker", "full", "none")),
            "kronecker",
            "of conjugate gradients; full: exact, for few texts (section 3).",
        ),
        ("--steps", click.IntRange(1), 100, "of conjugate gradients at most."),
        (
            *("--readings", click.IntRange(1), None),
            "of each text, all but the first with words left out; default: 10, 1 of many texts.",
        ),
    )
    for name, kind, default, text in reversed(options):
        show = {"type": kind, "default": default, "show_default": default is not None}
        function = click.option(name, help=f"Linearized: {text}", **show)(function)  # type: ignore[arg-type]
    return click.option(
        "--linearized",
        is_flag=True,
        help="DAN, CNN: train the first-order expansion around the weights (LQF, Achille et al. "
        "2021), without torch.",
    )(function)


def linearized_plan(options: dict[str, Any]) -> LinearizedOptions | None:
    """Take the options of the expansion out of a command's; None without ``--linearized``.

    Raises:
        click.UsageError: Options on the command line do not go together.
    """
    from nlucompress.stages.finetune.linearized_options import LinearizedOptions

    wanted, new_labels = options.pop("linearized"), options["new_labels"]
    own = {name: options.pop(name) for name in OWN}
    allowed = {*COMMON, *SHARED, *OWN} if wanted else None
    context = click.get_current_context()
    for name in context.params:
        given = context.get_parameter_source(name) is not ParameterSource.DEFAULT
        spelled = {"references": "reference", "lambda_": "lambda"}.get(name, name).replace("_", "-")
        if given and not wanted and name in OWN:
            raise click.UsageError(f"--{spelled} is for --linearized")
        if given and allowed is not None and name not in allowed:
            raise click.UsageError(f"--{spelled} does not go with --linearized")
    if not wanted:
        return None
    shared = {name: options[name] for name in SHARED}
    return LinearizedOptions(**own, **shared, new_labels=new_labels)


def linearized_line(figures: dict[str, Any]) -> str:
    """What the training of an expansion came to, in one line."""
    accuracy = figures["dev_accuracy"]
    shown = "" if accuracy is None else f", dev accuracy {100 * accuracy:.2f} %"
    times = f"each text read {figures['readings']} times, " if figures["readings"] > 1 else ""
    return (
        f"{figures['words']:,} words, {times}ridge {figures['ridge']:g}, {figures['steps']} steps, "
        f"squared error {figures['loss']:.4g}{shown}"
    )
