"""Functions that put models through a recipe: one, or a folder of them."""

from __future__ import annotations

import os
from typing import Any

from nlucompress.api.keywords import chosen, takes
from nlucompress.errors import DataError, UsageError
from nlucompress.fleet.engine import EngineOptions
from nlucompress.fleet.inputs import described
from nlucompress.fleet.job.item import Item
from nlucompress.fleet.job.perform import perform
from nlucompress.fleet.job.row import Row
from nlucompress.fleet.recipe import recipe as recipes
from nlucompress.fleet.summary import Summary
from nlucompress.format.files import refuse_existing

Path = str | os.PathLike[str]


def run(
    recipe: Path,
    model: Path,
    output: Path,
    data: Path | None = None,
    reference: Path | None = None,
    overwrite: bool = False,
) -> Row:
    """Put one model through a recipe; ``status`` is ``done``, or ``missed`` and nothing is written.

    Args:
        recipe: Path of the recipe, a file in TOML.
        model: Path of the model.
        output: Path of the result.
        data: Texts that are measured on instead of those that the recipe names.
        reference: What is compared with instead of what the recipe names.
        overwrite: Replace what stands at ``output``.

    Raises:
        DataError: The recipe is malformed, or a stage failed.
        ExistingFileError: ``output`` is there, and ``overwrite`` is not told.
    """
    refuse_existing(output, overwrite)
    read = recipes.load(os.fspath(recipe))
    name = os.fspath(model)
    sources: dict[str, str] = {} if read.listing else described(name, read).files
    sources |= {"model": name}
    for role, given in (("data", data), ("reference", reference)):
        if given is not None:
            sources[role] = os.fspath(given)
    if "data" not in sources:
        if reference is not None:
            raise UsageError("--reference is compared on --data, and the recipe names none")
        if any(bound is not None for bound in read.measured_gates):
            raise UsageError(f"{recipe}: its gates are measured on data; name them with --data")
    row = perform(Item(name, sources, os.fspath(output)), read)
    if row.status == "failed":
        raise DataError(row.error or "failed")
    return row


@takes(EngineOptions)
def run_fleet(
    recipe: Path, folder: Path, output: Path, options: EngineOptions | None = None, **keywords: Any
) -> Summary:
    """Put every model of a folder through a recipe, on all cores or on a cluster.

    Needs the extra ``fleet``. What stands from an earlier run is not done again.

    Args:
        recipe: Path of the recipe, a file in TOML.
        folder: The models: a folder, or an address that fsspec knows.
        output: Where results and manifest go.
        options: Of the engine, as one object.
        keywords: Options by name: ``jobs=4``.

    Raises:
        DataError: The recipe is malformed or the folder cannot be read.
        UsageError: A folder is none, or the extra is not installed.
    """
    from nlucompress.fleet import whole

    read, target = recipes.load(os.fspath(recipe)), os.fspath(output)
    plan = whole.planned(read, os.fspath(folder), target)
    return whole.performed(plan, read, target, chosen(EngineOptions, options, keywords))
