"""The models of a fleet: found by a recipe's pattern or listing, each with what belongs to it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import PurePosixPath

from nlucompress.errors import DataError
from nlucompress.fleet import folders
from nlucompress.fleet.folders import Folder
from nlucompress.fleet.recipe.recipe import Recipe
from nlucompress.format import files
from nlucompress.io import addresses


@dataclass(frozen=True)
class Input:
    """A model and the files beside it, each by its name below the folder.

    Attributes:
        name: The model's.
        files: Names by role: ``model``, and ``data`` and ``reference`` where the recipe has them.
    """

    name: str
    files: dict[str, str]


def find(folder: Folder, recipe: Recipe) -> list[Input]:
    """All models of a folder, sorted by name.

    Raises:
        DataError: There is none, or the listing is malformed or names one twice.
    """
    if recipe.listing is not None:
        found = list(_listed(folder, recipe.listing))
        if twice := folders.common_of(each.name for each in found):
            raise DataError(f"{recipe.listing}: {min(twice)!r} is listed twice")
        return sorted(found, key=lambda each: each.name)
    names = folder.names(recipe.inputs)
    if not names:
        raise DataError(f"{folder.address}: no file matches {recipe.inputs!r}")
    return [described(name, recipe) for name in names]


def described(name: str, recipe: Recipe) -> Input:
    """A model with the names that the recipe's patterns give to what belongs to it."""
    stem = str(PurePosixPath(name).with_suffix(""))
    found = {"model": name}
    for role, pattern in (("data", recipe.data), ("reference", recipe.reference)):
        if pattern is not None:
            found[role] = pattern.replace("{stem}", stem)
    return Input(name, found)


def _listed(folder: Folder, listing: str) -> Iterator[Input]:
    where = addresses.joined(folder.address, listing)
    try:
        lines = bytes(files.read_bytes(where)).decode("utf-8").splitlines()
    except UnicodeDecodeError:
        raise DataError(f"{where}: no UTF-8 text") from None
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        cells = line.split("\t")
        if len(cells) > 3:
            raise DataError(f"{where}, line {number}: expected model, data and reference at most")
        roles = zip(("model", "data", "reference"), cells, strict=False)
        found = {role: cell for role, cell in roles if cell}
        if "model" not in found:
            raise DataError(f"{where}, line {number}: no model")
        for name in found.values():
            folders.check_name(name, f"{where}, line {number}")
        yield Input(found["model"], found)
