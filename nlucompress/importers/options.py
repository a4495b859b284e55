"""What a user chooses for an import."""

from __future__ import annotations

import os
from dataclasses import dataclass

from nlucompress.errors import UsageError
from nlucompress.format.names import EMBEDDINGS
from nlucompress.importers.formats import FORMATS
from nlucompress.io.sources import Readable


@dataclass(frozen=True)
class ImportOptions:
    """What to import and how.

    Attributes:
        format: One of ``FORMATS``; None recognizes it.
        tensor: Formats of named tensors: the one that is the table.
        keys: Formats of tensors: the file with the keys of its rows.
        skip: Formats of named tensors: those to leave out.
        name: Name of the table, where the format leaves it open.
        limit: Tables of vectors: keep so many rows, the first ones (of a vocabulary).
        vocabulary: Tables of vectors: the file with the keys to keep.
        vectorizer: Classifiers of scikit-learn: the vectorizer's file, of the same format.
        trust_pickle: Open a pickle, which may run any code: a pipeline of scikit-learn.
    """

    format: str | None = None
    tensor: str | None = None
    keys: str | os.PathLike[str] | Readable | None = None
    skip: tuple[str, ...] = ()
    name: str = EMBEDDINGS
    trust_pickle: bool = False
    limit: int | None = None
    vocabulary: str | os.PathLike[str] | Readable | None = None
    vectorizer: str | os.PathLike[str] | Readable | None = None

    def __post_init__(self) -> None:
        """Refuse a format that no importer reads, and a limit that leaves nothing."""
        if self.limit is not None and (type(self.limit) is not int or self.limit < 1):
            raise UsageError(f"the limit {self.limit!r} is no number of rows from 1 on")
        if self.format is not None and self.format not in FORMATS:
            raise UsageError(f"unknown format {self.format!r}; known: {', '.join(FORMATS)}")

    def check(self, kind: str, where: str) -> None:
        """Refuse options that say nothing to files of a format.

        Raises:
            UsageError: There is one; ``where`` is the file.
        """
        given = {
            "tensor": self.tensor is not None,
            "keys": self.keys is not None,
            "skip": bool(self.skip),
            "name": self.name != EMBEDDINGS,
            "vectorizer": self.vectorizer is not None,
        }
        for option, is_given in given.items():
            if is_given and option not in FORMATS[kind].takes:
                known = ", ".join(name for name, each in FORMATS.items() if option in each.takes)
                raise UsageError(f"{where}: this is {kind}; {option} is for {known}")
