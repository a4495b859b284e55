"""What matrices of a packed table share: their rows stay where they are, and C reads them there."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from nlucompress.format.copies import Copied
from nlucompress.native import extension


@dataclass(frozen=True)
class SealedRows(Copied):
    """A matrix that is read in place.

    Attributes:
        source: The file and the name of the table whose matrix this is, if it was read from one.
    """

    source: tuple[bytes | memoryview, str] | None = field(
        default=None, init=False, repr=False, compare=False
    )

    def of_file(self, buffer: bytes | memoryview, table: str) -> None:
        """Tell this very matrix the file that it was read from; a changed copy does not know it."""
        object.__setattr__(self, "source", (buffer, table))

    @cached_property
    def _native(self) -> Any:
        """The table in C, or None: a matrix knows its file and table only if it was read."""
        if extension is None or self.source is None:
            return None
        try:
            return extension.Rows(*self.source)
        except ValueError:  # more tensors than the reader's fixed sizes
            return None
