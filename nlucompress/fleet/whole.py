"""A whole fleet: what is left of it is done, and every model's row is kept as it comes."""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import ExitStack

from nlucompress.errors import UsageError
from nlucompress.fleet import engine, folders, manifest
from nlucompress.fleet.engine import EngineOptions
from nlucompress.fleet.job.row import Row
from nlucompress.fleet.plan import Plan
from nlucompress.fleet.recipe.recipe import Recipe
from nlucompress.fleet.summary import Summary
from nlucompress.io.addresses import is_address

Ended = Callable[[Row, int, int], None]


def planned(recipe: Recipe, folder: str, output: str) -> Plan:
    """What there is to do for the models of a folder.

    Raises:
        UsageError: A folder is none, or the output lies in the folder of models.
        DataError: The folder cannot be read.
    """
    if folders.inside(output, folder):
        raise UsageError(f"{output}: lies in the folder of models; name another")
    for each in (folder, output):
        if not is_address(each) and os.path.exists(each) and not os.path.isdir(each):
            raise UsageError(f"{each}: is not a folder")
    return Plan(recipe, folders.opened(folder), folders.opened(output), manifest.read(output))


def performed(
    plan: Plan, recipe: Recipe, output: str, options: EngineOptions, ended: Ended | None = None
) -> Summary:
    """Do what is left of a plan; every row goes to the manifest as it comes.

    Args:
        plan: What there is to do.
        recipe: What is done to each model.
        output: Where results and manifest go.
        options: Of the engine.
        ended: Called with each row, how many were done, and of how many.
    """
    summary = Summary()
    items = []
    for name, row in plan.standing():
        if row is not None:
            summary.add(row, stood=True)
        else:
            items.append(name)
    if not items:
        return summary
    with ExitStack() as stack:
        writer = stack.enter_context(manifest.Writer(output))
        client = stack.enter_context(engine.connected(options))
        todo = (plan.item(name) for name in items)
        for done, row in enumerate(engine.run(client, todo, len(items), recipe, options), 1):
            writer.add(row)
            summary.add(row)
            if ended is not None:
                ended(row, done, len(items))
    return summary
