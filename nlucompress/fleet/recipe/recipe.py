"""A recipe: which models, their data, what is done to each, and what must come out."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from nlucompress.algo.hashing import murmur
from nlucompress.errors import DataError, FormatError, UsageError
from nlucompress.fleet.recipe import toml_file
from nlucompress.fleet.recipe.steps import COMPRESS, NAMES, Step, options_of
from nlucompress.fleet.recipe.values import BadValueError, filled
from nlucompress.format import files
from nlucompress.stages.measure.evaluate.gates import Gates
from nlucompress.version import VERSION


@dataclass(frozen=True)
class Recipe:
    """What a fleet does to each model.

    Attributes:
        inputs: Pattern of the models below their folder; ``**`` is any number of folders.
        listing: Instead of it, a file of lines ``model<TAB>data<TAB>reference``, the last two of
            which may be missing; paths are relative to the folder of models.
        data: Where a model's development data are, relative to the folder; ``{stem}`` is the
            model's path without its suffix. None: nothing is measured.
        reference: The same for the model that gates compare with; None for the model itself.
        keep_stages: Keep what every stage made, so that a change of a later one starts from there.
        steps: The stages.
        gates: Bounds that each model must meet.
    """

    inputs: str = "**/*.nlu"
    listing: str | None = None
    data: str | None = None
    reference: str | None = None
    keep_stages: bool = False
    steps: tuple[Step, ...] = dataclasses.field(default=(), metadata={"table": True})
    gates: Gates = dataclasses.field(default_factory=Gates, metadata={"table": True})

    def chain(self, source: str, others: Sequence[str] = ()) -> list[str]:
        """Digests that tell what stands behind each stage.

        Args:
            source: Digest of the model's file.
            others: Those of its data and reference, on which ``compress`` depends too.
        """
        digests = []
        for step in self.steps:
            told: list[Any] = [step.stage, dataclasses.asdict(step.options)]
            if step.stage == COMPRESS:
                told += [dataclasses.asdict(self.gates), list(others)]
            text = json.dumps(told, sort_keys=True)
            source = murmur.digest(f"{VERSION}\0{source}\0{text}".encode())
            digests.append(source)
        return digests

    @property
    def measured_gates(self) -> tuple[float | None, ...]:
        """The bounds that need data."""
        return self.gates.min_accuracy, self.gates.max_accuracy_drop, self.gates.max_nfr

    @property
    def digest(self) -> str:
        """What tells recipes apart: the stages, their options, the gates, and the version."""
        gates = json.dumps(dataclasses.asdict(self.gates), sort_keys=True)
        return murmur.digest(f"{self.chain('')[-1]}\0{gates}".encode())


def parse(text: str, name: str) -> Recipe:
    """Read and check a recipe as a whole.

    Args:
        text: The TOML.
        name: What errors call it.

    Raises:
        DataError: Something is wrong with it; the message names the line.
    """
    tree = toml_file.parse(text, name)

    def wrong(path: toml_file.Path, message: str) -> DataError:
        return DataError(f"{name}, line {toml_file.line_of(text, path)}: {message}")

    steps = tree.pop("stage", None)
    if not isinstance(steps, list) or not steps:
        raise DataError(f'{name}: no stage; write each as [[stage]] with name = "quantize"')
    gates = tree.pop("gates", {})
    if not isinstance(gates, dict):
        raise wrong(("gates",), "gates are a table: [gates]")
    try:
        bounds = filled(Gates, gates)
    except BadValueError as error:
        raise wrong(("gates", error.key) if error.key else ("gates",), str(error)) from None
    found: list[Step] = []
    for number, table in enumerate(steps):
        try:
            found.append(_step(table, [each.stage for each in found]))
        except BadValueError as error:
            path = ("stage", number, error.key) if error.key else ("stage", number)
            raise wrong(path, str(error)) from None
    if unknown := [key for key in tree if key in ("steps", "gates")]:
        raise wrong((unknown[0],), f"unknown option {unknown[0]!r}; stages are written [[stage]]")
    try:
        recipe: Recipe = filled(Recipe, tree)
    except BadValueError as error:
        raise wrong((error.key,) if error.key else (), str(error)) from None
    recipe = dataclasses.replace(recipe, steps=tuple(found), gates=bounds)
    if recipe.listing is not None and ("inputs" in tree or "data" in tree or "reference" in tree):
        raise wrong(("listing",), "a listing names models, data and references itself")
    for field in ("data", "reference"):
        pattern = getattr(recipe, field)
        if pattern is not None and "{stem}" not in pattern:
            raise wrong((field,), f"{field} = {pattern!r} has no {{stem}}, the model's own name")
    measured = {key: value for key, value in gates.items() if "size" not in key}
    if measured and recipe.data is None and recipe.listing is None:
        raise wrong(("gates", next(iter(measured))), "this gate needs data to be measured on")
    _check_search(recipe, wrong)
    return recipe


def _check_search(recipe: Recipe, wrong: Callable[[toml_file.Path, str], DataError]) -> None:
    """Refuse a ``compress`` that could not begin.

    Raises:
        DataError: It has no data, or its gates are not those of a search.
    """
    for number, step in enumerate(recipe.steps):
        if step.stage != COMPRESS or step.options.preset is not None:
            continue
        if recipe.data is None and recipe.listing is None:
            raise wrong(
                ("stage", number), 'compress measures on data: name them, or a preset = "balanced"'
            )
        try:
            step.options.options(recipe.gates)
        except UsageError as error:
            raise wrong(("gates", "confidence"), str(error)) from None


def _step(table: Any, before: list[str]) -> Step:
    """One stage; those before it must be able to stand there.

    Raises:
        BadValueError: Something is wrong with it.
    """
    if not isinstance(table, Mapping):
        raise BadValueError(None, "a stage is a table: [[stage]]")
    rest = dict(table)
    name = rest.pop("name", None)
    if not isinstance(name, str):
        raise BadValueError(None, 'the stage has no name; write name = "quantize"')
    if name not in NAMES:
        raise BadValueError("name", f"unknown stage {name!r}; known: {', '.join(NAMES)}")
    if COMPRESS in (name, *before) and set(before) - {"factorize"}:
        raise BadValueError(
            "name", "compress quantizes, hashes and packs itself: leave out the other stages"
        )
    late = [each for each in before if NAMES.index(each) > NAMES.index(name)]
    if late:
        raise BadValueError("name", f"{name} cannot follow {late[-1]}: put it before")
    if name == "pack" and name in before:
        raise BadValueError("name", "pack seals a model; it can stand once only")
    return Step(name, filled(options_of(name), rest))


def load(path: str) -> Recipe:
    """Read a recipe from a file.

    Raises:
        DataError: It cannot be read, or something is wrong with it.
    """
    try:
        text = bytes(files.read_bytes(path)).decode("utf-8")
    except UnicodeDecodeError:
        raise DataError(f"{path}: no UTF-8 text, so no TOML") from None
    except FormatError as error:
        raise DataError(str(error)) from None
    return parse(text.replace("\r\n", "\n"), path)
