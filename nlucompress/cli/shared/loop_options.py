"""Options of the commands that train a neural network."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

import click

from nlucompress.cli.shared.shares import Share

if TYPE_CHECKING:
    from nlucompress.training.plan import LoopOptions

Function = TypeVar("Function", bound=Callable[..., Any])

SCHEDULES = ("fixed", "clr", "calr", "cosine", "onecycle")
NAMES = (
    *("epochs", "batch", "schedule", "rate", "lowest_rate", "half_cycle", "decay"),
    *("decay_every", "optimizer"),
    *("weight_decay", "dropout", "word_dropout", "patience", "seed", "device", "threads"),
)
LOOP = {*NAMES, "checkpoint"}
_AT_LEAST_1 = click.IntRange(1)
_SHARE = Share(below=True)
_POSITIVE = click.FloatRange(0, min_open=True)


def loop_options(schedule: str, resumes: bool = True) -> Callable[[Function], Function]:
    """The options of the training loop; ``schedule`` is the default one.

    ``resumes`` says whether the command trains once and can go on from a checkpoint.
    """
    options = (
        ("--epochs", _AT_LEAST_1, 20, "Neural: passes over the data at most."),
        ("--batch", _AT_LEAST_1, 32, "Neural: texts of a step."),
        (
            "--schedule",
            click.Choice(SCHEDULES),
            schedule,
            "Neural: learning rate. calr is the cyclically annealed one (Acharya et al. 2019).",
        ),
        ("--rate", _POSITIVE, 1e-3, "Neural: highest learning rate."),
        ("--lowest-rate", _POSITIVE, 1e-6, "Neural: lowest learning rate of a schedule."),
        ("--half-cycle", _AT_LEAST_1, 1000, "clr, calr: steps from the lowest to the highest."),
        ("--decay", click.FloatRange(0, 1, True, True), 0.1, "calr: the bound's factor."),
        (
            "--decay-every",
            click.Choice(("cycle", "epoch")),
            "cycle",
            "calr: when the upper bound falls.",
        ),
        ("--optimizer", click.Choice(("adam", "adamw", "sgd")), "adam", "Neural."),
        ("--weight-decay", click.FloatRange(0), 0.0, "Neural: of the layers."),
        ("--dropout", _SHARE, 0.3, "Neural: share of activations left out of a step."),
        ("--word-dropout", _SHARE, 0.1, "Neural: share of words left out of a step."),
        ("--patience", click.IntRange(0), 5, "Neural: epochs without a better dev; 0: no end."),
        ("--seed", click.IntRange(0, 2**31), 0, "Neural: seed of all random choices."),
        ("--device", click.Choice(("cpu", "cuda")), "cpu", "Neural: where torch trains."),
        ("--threads", _AT_LEAST_1, 1, "Neural: of torch; results depend on the count."),
    )

    def decorate(function: Function) -> Function:
        if resumes:
            function = click.option(
                "--checkpoint",
                metavar="FILE",
                help="Neural: written after every epoch; if it exists and is of the same data, "
                "options and versions, training goes on from it.",
            )(function)
        for name, kind, default, text in reversed(options):
            show = {"type": kind, "default": default, "show_default": True, "help": text}
            function = click.option(name, **show)(function)  # type: ignore[arg-type]
        return function

    return decorate


def plan(options: dict[str, Any]) -> LoopOptions:
    """Take the options of the loop out of a command's options.

    Raises:
        click.UsageError: The bounds of the learning rate are the wrong way round.
    """
    from nlucompress.training.plan import LoopOptions
    from nlucompress.training.schedules import Schedule

    found = {name: options.pop(name) for name in NAMES}
    rate, lowest = found.pop("rate"), found.pop("lowest_rate")
    name = found.pop("schedule")
    if lowest >= rate and name != "fixed":
        raise click.UsageError(f"--lowest-rate {lowest:g} is not below --rate {rate:g}")
    shape = {part: found.pop(part) for part in ("half_cycle", "decay", "decay_every")}
    schedule = Schedule(name, rate, lowest, **shape)
    return LoopOptions(schedule=schedule, **found)
