"""`nlucompress fleet`."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import click

from nlucompress import progress
from nlucompress.cli import main
from nlucompress.cli.shared import streams
from nlucompress.cli.shared.common import (
    dump_json,
    force_option,
    json_option,
    quiet_option,
    size,
)
from nlucompress.cli.shared.options.command import GroupedCommand
from nlucompress.cli.shared.options.declared import given, options_of
from nlucompress.cli.shared.show.progress import watched
from nlucompress.cli.shrink.fleet import bundle
from nlucompress.cli.shrink.fleet import text as fleet_text
from nlucompress.errors import DataError, UsageError
from nlucompress.fleet.engine import EngineOptions

if TYPE_CHECKING:
    from nlucompress.fleet.job.row import Row
    from nlucompress.fleet.plan import Plan
    from nlucompress.fleet.recipe.recipe import Recipe
    from nlucompress.fleet.summary import Summary


class Fleet(GroupedCommand):
    """`fleet RECIPE FOLDER`, and `fleet bundle FOLDER` beside it."""

    def make_context(
        self,
        info_name: str | None,
        args: list[str],
        parent: click.Context | None = None,
        **extra: Any,
    ) -> click.Context:
        """The context of the command that the first word asks for."""
        if args[:1] == ["bundle"]:
            return bundle.command.make_context("fleet bundle", args[1:], parent, **extra)
        return super().make_context(info_name, args, parent, **extra)


@click.command(name="fleet", cls=Fleet)
@click.argument("recipe")
@click.argument("folder", required=False)
@click.option("-o", "--output", metavar="FOLDER", help="Where the results and the manifest go.")
@click.option("--check", is_flag=True, help="Check the recipe, count the models, do nothing.")
@options_of(EngineOptions, parse={"memory_limit": size})
@click.option(
    "--html",
    metavar="FILE",
    help="Write the report as a page, and a page for each of the models that lost most in a folder "
    "beside it.",
)
@force_option
@json_option
@quiet_option
@watched
def command(
    recipe: str,
    folder: str | None,
    output: str | None,
    check: bool,
    html: str | None,
    force: bool,
    as_json: bool,
    quiet: bool,
    **engine: Any,
) -> int:
    """Put every model of FOLDER through RECIPE, on all cores or on a cluster.

    What stands from an earlier run is not done again. A model that fails, or misses a gate, is told
    in the report and does not end the others. Exit code 3 says that a model failed, else 1 that one
    missed a gate. `fleet bundle FOLDER` puts what came out into one file: `fleet bundle --help`.

    \b
    Example:
      nlucompress fleet recipe.toml skills/ -o artifacts/
    """
    from nlucompress.fleet import whole
    from nlucompress.fleet.recipe import recipe as recipes

    chosen = EngineOptions.of(given(engine))
    if chosen.scheduler is not None and chosen.jobs is not None:
        raise UsageError("--jobs is for workers on this machine; --scheduler has its own")
    read = recipes.load(recipe)
    if check:
        return _check(read, recipe, folder, quiet)
    if folder is None or output is None:
        raise UsageError("name the folder of models, and with -o the one for the results")
    if html == streams.STANDARD:
        raise UsageError("--html writes pages beside each other: name a file")
    if html is not None:
        streams.check_output(html, [recipe], force, binary=False)
    plan = whole.planned(read, folder, output)
    summary = _run(plan, read, output, chosen)
    if html is not None:
        from nlucompress.cli.shrink.fleet.page import write_pages

        write_pages(html, recipe, read, plan, summary)
    if as_json:
        streams.say(dump_json(fleet_text.as_json(summary)))
    elif not quiet:
        for line in fleet_text.lines(summary):
            streams.say(line)
    if summary.counts["failed"]:
        return main.BAD_INPUT
    return main.GATE_MISSED if summary.counts["missed"] else 0


def _check(read: Recipe, name: str, folder: str | None, quiet: bool) -> int:
    from nlucompress.fleet import folders, inputs

    stages = " | ".join(step.stage for step in read.steps)
    streams.note(f"{name}: {stages}", quiet)
    if folder is not None:
        source = folders.opened(folder)
        found = inputs.find(source, read)
        missing = [
            file for each in found for file in each.files.values() if source.stamp(file) is None
        ]
        streams.note(f"{folder}: {len(found):,} models", quiet)
        if missing:
            raise DataError(f"{folder}: {missing[0]} is missing, one of {len(missing):,} files")
    return 0


def _run(plan: Plan, read: Recipe, output: str, options: EngineOptions) -> Summary:
    """Do what is left, and say how far it is; a log is kept of every model."""
    from nlucompress.fleet import whole

    start = time.monotonic()

    def ended(row: Row, done: int, of: int) -> None:
        streams.note(fleet_text.ended(row), quiet=True)
        rate = done / max(time.monotonic() - start, 1e-9)
        progress.tell(f"{done:,} of {of:,} models, {rate:.1f} a second", done / of)

    return whole.performed(plan, read, output, options, ended)
