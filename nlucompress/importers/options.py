"""What a user chooses for an import."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import ClassVar

from nlucompress.errors import UsageError
from nlucompress.format.names import EMBEDDINGS
from nlucompress.importers.formats import FORMATS
from nlucompress.io.sources import Readable
from nlucompress.options import Options, option

File = str | os.PathLike[str] | Readable


@dataclass(frozen=True)
class ImportOptions(Options):
    """What to import and how.

    ``keys``, ``vocabulary`` and ``vectorizer`` are a path or an open stream of bytes.
    """

    title: ClassVar[str] = "The foreign file"

    format: str | None = option(
        None,
        "What the file is (`nlucompress help formats`); by default its content tells",
        choices=tuple(FORMATS),
        metavar="FORMAT",
    )
    name: str = option(EMBEDDINGS, "Name of the table, where the format leaves it open")
    tensor: str | None = option(None, "Named tensors: the one that is the table", metavar="NAME")
    keys: File | None = option(
        None,
        "Tensors, LIBLINEAR: the keys of the rows, one a line, or a tokenizer.json",
        kind=object,
        metavar="FILE",
    )
    skip: tuple[str, ...] = option(
        (), "Named tensors: leave this one out (repeatable)", kind=str, many=True
    )
    limit: int | None = option(None, "Vectors: keep the first N rows", kind=int, least=1)
    vocabulary: File | None = option(
        None,
        "Vectors: keep the rows of these keys, one a line, or those of a tokenizer.json",
        kind=object,
        metavar="FILE",
    )
    vectorizer: File | None = option(
        None,
        "A classifier of scikit-learn: its vectorizer, saved in a file of its own",
        kind=object,
        metavar="FILE",
    )
    trust_pickle: bool = option(False, "Open a pickle of scikit-learn, which may run any code")

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
        for named, is_given in given.items():
            if is_given and named not in FORMATS[kind].takes:
                known = ", ".join(name for name, each in FORMATS.items() if named in each.takes)
                raise UsageError(f"{where}: this is {kind}; {named} is for {known}")
