"""What is left to do: models whose result does not stand already."""

from __future__ import annotations

from collections.abc import Iterator

from nlucompress.fleet import folders, inputs
from nlucompress.fleet.folders import Folder
from nlucompress.fleet.inputs import Input
from nlucompress.fleet.job.item import Item
from nlucompress.fleet.job.row import Row
from nlucompress.fleet.manifest import Manifest
from nlucompress.fleet.recipe.recipe import Recipe
from nlucompress.io import addresses


class Plan:
    """The models of a folder against what an earlier run left in the folder of outputs."""

    def __init__(self, recipe: Recipe, source: Folder, target: Folder, manifest: Manifest) -> None:
        """List the models; of the files, only stamps are looked at.

        Raises:
            DataError: There are none, or their listing is malformed.
        """
        self._recipe, self._source, self._target = recipe, source, target
        self._digest = recipe.digest
        self._manifest = manifest
        self._inputs = {each.name: each for each in inputs.find(source, recipe)}

    def standing(self) -> Iterator[tuple[str, Row | None]]:
        """Every model in order, and its row where that stands."""
        for name, each in self._inputs.items():
            row = self._manifest.get(name)
            yield name, row if row is not None and self._stands(row, each) else None

    def item(self, name: str) -> Item:
        """What is to be done to a model."""
        return self._item(self._inputs[name], self._manifest.get(name))

    def _stands(self, row: Row, model: Input) -> bool:
        """Whether no file changed, by their stamps, and the same was asked."""
        if row.status == "failed" or row.recipe != self._digest:
            return False
        if set(row.sources) != set(model.files):
            return False
        if any(source.stamp != self._stamp(model, role) for role, source in row.sources.items()):
            return False
        return row.output is None or row.output.stamp == self._target.stamp(model.name)

    def _stamp(self, model: Input, role: str) -> str | None:
        return self._source.stamp(model.files[role])

    def _item(self, model: Input, before: Row | None) -> Item:
        sources = {
            role: addresses.joined(self._source.address, name) for role, name in model.files.items()
        }
        stages = None
        if self._recipe.keep_stages:
            stages = addresses.joined(self._target.address, f"{folders.OWN}/stages")
        staging = None
        if not addresses.is_address(self._target.address):
            staging = addresses.joined(self._target.address, f"{folders.OWN}/writing")
        output = addresses.joined(self._target.address, model.name)
        return Item(model.name, sources, output, staging, stages, before)
