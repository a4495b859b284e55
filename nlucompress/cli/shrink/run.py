"""`nlucompress run`."""

from __future__ import annotations

from typing import Any

import click

from nlucompress.cli import main
from nlucompress.cli.shared import streams
from nlucompress.cli.shared.common import (
    bytes_text,
    dump_json,
    force_option,
    json_option,
    quiet_option,
)
from nlucompress.cli.shared.options.command import GroupedCommand
from nlucompress.cli.shared.show.progress import watched
from nlucompress.cli.shrink.fleet.text import loss, outcome_text
from nlucompress.errors import DataError, UsageError


@click.command(name="run", cls=GroupedCommand)
@click.argument("recipe")
@click.argument("model")
@click.option("-o", "--output", required=True, metavar="FILE", help="Output file.")
@click.option(
    "--data", metavar="DEV.TSV", help="Measure on these data instead of those that RECIPE names."
)
@click.option(
    "--reference", metavar="OLD", help="Compare with this model instead of what RECIPE names."
)
@force_option
@json_option
@quiet_option
@watched
def command(
    recipe: str,
    model: str,
    output: str,
    data: str | None,
    reference: str | None,
    force: bool,
    as_json: bool,
    quiet: bool,
) -> int:
    """Put one MODEL through RECIPE: the same that `fleet` does to each of many.

    Where RECIPE has a pattern for data, they lie beside the model. When a gate is missed, nothing
    is written and the exit code is 1.

    \b
    Example:
      nlucompress run recipe.toml skills/first.nlu -o small.nlu
    """
    from nlucompress.fleet.inputs import described
    from nlucompress.fleet.job.item import Item
    from nlucompress.fleet.job.perform import perform
    from nlucompress.fleet.recipe import recipe as recipes

    read = recipes.load(recipe)
    sources: dict[str, str] = {} if read.listing else described(model, read).files
    sources |= {"model": model}
    for role, given in (("data", data), ("reference", reference)):
        if given is not None:
            sources[role] = given
    if reference is not None and "data" not in sources:
        raise UsageError("--reference is compared on --data, and the recipe names none")
    if any(bound is not None for bound in read.measured_gates) and "data" not in sources:
        raise UsageError(f"{recipe}: its gates are measured on data; name them with --data")
    streams.check_inputs(recipe, *sources.values())
    streams.check_output(output, [recipe, *sources.values()], force)
    row = perform(Item(model, sources, output), read)
    if row.status == "failed":
        raise DataError(row.error or "failed")
    if as_json:
        kept: dict[str, Any] = {"status": row.status, **row.figures, "gates": list(row.gates)}
        streams.say(dump_json(kept))
    else:
        _tell(dict(row.figures), quiet)
    for gate in row.gates:
        if not gate["met"]:
            streams.complain(f"gate missed: {outcome_text(gate)}; nothing was written")
    return 0 if row.status == "done" else main.GATE_MISSED


def _tell(figures: dict[str, float], quiet: bool) -> None:
    sizes = (bytes_text(figures[name]) for name in ("size_before", "size_after"))
    streams.note(f"model: {' -> '.join(sizes)}", quiet)
    if "accuracy" in figures:
        streams.note(loss(figures), quiet)
