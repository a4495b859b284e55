"""One model and what belongs to it, each read and parsed once."""

from __future__ import annotations

import io
from collections.abc import Mapping
from functools import cached_property

from nlucompress.data.examples import Examples, parse_data
from nlucompress.data.packed import plain_bytes
from nlucompress.data.tagged import Tagged, parse_tagged
from nlucompress.errors import DataError, NluCompressError
from nlucompress.format import codec
from nlucompress.format.model import Model


class Case:
    """A model, its data and its reference, from the bytes of their files."""

    def __init__(self, sources: Mapping[str, str], contents: Mapping[str, memoryview]) -> None:
        """Take what was read.

        Args:
            sources: Addresses by role.
            contents: Bytes by role.
        """
        self._sources, self._contents = sources, contents

    @property
    def name(self) -> str:
        """The model's address."""
        return self._sources["model"]

    @property
    def measured(self) -> bool:
        """Whether there are data."""
        return "data" in self._contents

    @cached_property
    def original(self) -> Model:
        """The model itself."""
        return self._parsed("model")

    @cached_property
    def others(self) -> dict[str, Model]:
        """The reference by its address, where there is one."""
        if "reference" not in self._contents:
            return {}
        return {self._sources["reference"]: self._parsed("reference")}

    @property
    def references(self) -> dict[str, Model]:
        """What drop and flips are measured against: the reference, or the model itself."""
        return self.others or {self.name: self.original}

    @cached_property
    def data(self) -> Examples | Tagged:
        """The development data: sentences for a tagger.

        Raises:
            DataError: There are none, or they are malformed.
        """
        from nlucompress.networks.tagger import is_tagger
        from nlucompress.stages.measure.evaluate.tags import layout_of

        if not self.measured:
            raise DataError(f"{self.name}: no data are named for it, and compress measures on them")
        data, name = bytes(self._contents["data"]), self._sources["data"]
        if is_tagger(self.original):
            lines = io.BytesIO(plain_bytes(data, name))
            return parse_tagged(lines, name, layout_of(self.original))
        return parse_data(data, name)

    def _parsed(self, role: str) -> Model:
        try:
            return codec.parse(self._contents[role])
        except NluCompressError as error:
            raise type(error)(f"{self._sources[role]}: {error}") from None
