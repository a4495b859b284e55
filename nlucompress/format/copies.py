"""Copies and pickles of models: what is of a file, or was cached, stays behind."""

from __future__ import annotations

import dataclasses
from typing import Any

OF_THE_FILE = ("file", "source")  # fields that lead to the bytes of a file, which may be mapped


class Copied:
    """Base of frozen dataclasses that know their file, or cache readers in C, which cannot travel.

    A copy has the declared fields alone and does not know the file; caches are made anew in it.
    """

    def __getstate__(self) -> dict[str, Any]:
        """The declared fields, those of ``OF_THE_FILE`` empty."""
        names = [each.name for each in dataclasses.fields(self)]  # type: ignore[arg-type]
        return {name: None if name in OF_THE_FILE else getattr(self, name) for name in names}
