"""Model, Table and Network: frozen values that every stage takes and returns."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nlucompress.errors import FormatError, UsageError
from nlucompress.format.arguments import require_list
from nlucompress.format.copies import Copied
from nlucompress.format.frame.canonical import is_text
from nlucompress.format.indexes.kinds import KeyIndex, Strings
from nlucompress.format.matrices.kinds import Matrix
from nlucompress.format.matrices.numbers import Float32, Int64
from nlucompress.format.matrices.sealed_rows import SealedRows
from nlucompress.format.names import trait
from nlucompress.io.mapped import refuse_lost

LARGEST_THRESHOLD = 1e30


@dataclass(frozen=True)
class Table(Copied):
    """String keys that lead to rows of numbers.

    Attributes:
        keys: Key index with one entry per row.
        matrix: The rows.
        counts: uint32, shape (rows,): how often each key was seen in training, if known.
        closed: Whether the parts of every n-gram are keys (see ``networks.linear.closure``).
        file: The bytes of the file that this very table was read from.
    """

    keys: KeyIndex
    matrix: Matrix
    counts: NDArray[np.uint32] | None = None
    closed: bool = False
    file: bytes | memoryview | None = field(default=None, init=False, repr=False, compare=False)

    def __repr__(self) -> str:
        """Rows and columns."""
        rows, columns = self.matrix.shape
        return f"<Table of {rows:,} x {columns:,}>"

    def __post_init__(self) -> None:
        """Check that keys, rows and counts are as many."""
        rows = self.matrix.shape[0]
        if len(self.keys) != rows or (self.counts is not None and len(self.counts) != rows):
            raise FormatError(f"a table has {len(self.keys)} keys but {rows} rows or counts")

    def of_file(self, file: bytes | memoryview, name: str) -> None:
        """Tell this very table the file that it was read from; a changed copy does not know it."""
        object.__setattr__(self, "file", file)
        if isinstance(self.matrix, SealedRows):  # which are read in C
            self.matrix.of_file(file, name)

    def find(self, keys: Sequence[str]) -> Int64:
        """Row of each key; -1 for keys that are not in the table.

        In a sealed static function a key has no row: what ``matrix.rows`` finds it by is given
        instead, a number of 63 bits. A hashed table takes an unseen key for a known one with
        probability 2^-fingerprint_bits.

        Raises:
            FormatError: The file of the table is mapped and was shortened since.
            TypeError: ``keys`` is one string.
        """
        require_list(keys, "keys")
        refuse_lost(self.file)
        return self.keys.find(keys)

    def lookup(self, keys: Sequence[str]) -> Float32:
        """Rows of the keys as float32, shape (len(keys), columns); zeros for unknown keys.

        Raises:
            TypeError: ``keys`` is one string.
        """
        index = self.find(keys)
        result = np.zeros((len(index), self.matrix.shape[1]), np.float32)
        known = index >= 0
        result[known] = self.matrix.rows(index[known])
        return result

    def take(self, order: Int64) -> Table:
        """The rows of these indices in this order, with all that belongs to them."""
        if not isinstance(self.keys, Strings):
            raise UsageError("the rows of a hashed table stand in slot order and cannot be moved")
        counts = None if self.counts is None else self.counts[order]
        return Table(self.keys.take(order), self.matrix.take(order), counts)

    @property
    def strings(self) -> Strings | None:
        """The keys if the table still has them."""
        return self.keys if isinstance(self.keys, Strings) else None


@dataclass(frozen=True)
class Network:
    """What turns rows into scores.

    Attributes:
        kind: Name of the network, such as ``linear``.
        settings: Its options: plain JSON values.
        tensors: Its weights by name, each a matrix (a vector is a matrix of one row).
    """

    kind: str
    settings: Mapping[str, Any]
    tensors: Mapping[str, Matrix]


@dataclass(frozen=True)
class Unknown:
    """What a classifier answers to texts that it is not sure of.

    Attributes:
        label: The answer; it may be one of the labels.
        threshold: Confidence below which that is the answer: the score of the best label as
            ``predict`` shows it, a probability or, of a model trained for margins, a margin.
    """

    label: str
    threshold: float

    def __post_init__(self) -> None:
        """Refuse what cannot be stored."""
        if not self.label or not abs(self.threshold) <= LARGEST_THRESHOLD:
            raise UsageError(
                f"{self.label!r} below {self.threshold}: the answer to unknown texts needs a name "
                f"and a threshold of at most {LARGEST_THRESHOLD:g}"
            )


@dataclass(frozen=True)
class Model(Copied):
    """A trained model at any point of the pipeline.

    Attributes:
        tables: Tables by name.
        network: The network on top, or None for tables only.
        labels: Names of the classes.
        features: How text becomes keys (see ``networks.featurizer``), or None.
        history: One record per stage, oldest first.
        sealed: Whether ``pack`` has made its final form.
        overlays: What is added to it (see ``networks.overlays``); the labels are those of all.
        unknown: The answer to texts that none of the labels fits, None if there is none.
        file: The bytes of the file that this very model was read from; a changed copy has none.
    """

    tables: Mapping[str, Table]
    network: Network | None = None
    labels: tuple[str, ...] = ()
    features: Mapping[str, Any] | None = None
    history: tuple[Mapping[str, Any], ...] = field(default=())
    sealed: bool = False
    overlays: tuple[Model, ...] = ()
    unknown: Unknown | None = None
    file: memoryview | None = field(default=None, init=False, repr=False, compare=False)

    def __repr__(self) -> str:
        """Kind, labels, tables, stages and, of a file, its bytes, in one line."""
        kind = self.network.kind if self.network is not None else "tables"
        shapes = {name: table.matrix.shape for name, table in self.tables.items()}
        parts = [f"{kind} model"]
        parts += [f"{len(self.labels):,} labels"] if self.labels else []
        parts += [f"{name} {rows:,} x {columns:,}" for name, (rows, columns) in shapes.items()]
        parts += [" | ".join(str(each.get("stage")) for each in self.history)]
        parts += ["sealed"] if self.sealed else []
        parts += [f"{len(self.overlays)} overlays"] if self.overlays else []
        parts += [f"{len(self.file):,} bytes"] if self.file is not None else []
        return f"<{', '.join(part for part in parts if part)}>"

    def __post_init__(self) -> None:
        """Check that labels differ, and that all names can be written in a file."""
        if len(set(self.labels)) != len(self.labels):
            raise FormatError("two labels have the same name")
        tensors = self.network.tensors if self.network is not None else ()
        if self.unknown is not None and not trait(self.network.kind if self.network else "").texts:
            raise FormatError("only a classifier of texts has an answer to unknown ones")
        for what, names in (("label", self.answers), ("table", self.tables), ("tensor", tensors)):
            for name in names:
                if not is_text(name):
                    raise FormatError(f"{what} {name!a} holds a lone surrogate, which is not text")

    @property
    def answers(self) -> tuple[str, ...]:
        """What the model can say: its labels, and its answer to unknown texts."""
        if self.unknown is None or self.unknown.label in self.labels:
            return self.labels
        return (*self.labels, self.unknown.label)

    def of_file(self, file: memoryview | None) -> Model:
        """This very model, which knows the bytes that it was read from; a changed copy does not."""
        object.__setattr__(self, "file", file)
        return self

    @property
    def own_labels(self) -> int:
        """How many of the labels are its own and of no overlay; they come first."""
        return len(self.labels) - sum(len(each.labels) for each in self.overlays)

    def with_tables(self, tables: Mapping[str, Table]) -> Model:
        """The same model over other tables."""
        return replace(self, tables=tables)

    def table(self, name: str | None = None) -> Table:
        """A table by name; without a name, the only one.

        Raises:
            UsageError: There is no such table, or a name is needed.
        """
        if name is None and len(self.tables) == 1:
            return next(iter(self.tables.values()))
        if name is None or name not in self.tables:
            raise UsageError(f"no table {name!r}; this model has {sorted(self.tables)}")
        return self.tables[name]


def require_model(*values: object, overlays: bool = False) -> None:
    """Refuse what is not a model, such as the path of its file.

    Args:
        values: What should be models.
        overlays: Whether overlays may lie on them.

    Raises:
        TypeError: A value is no Model; the text says how to read one.
        UsageError: There are overlays where none may be.
    """
    for value in values:
        if isinstance(value, (str, os.PathLike)):
            raise TypeError(f"{value!r} is a path, not a model: read it by load({value!r})")
        if not isinstance(value, Model):
            raise TypeError(
                f"a model is needed, not {type(value).__name__}: read one by load(path)"
            )
        if value.overlays and not overlays:
            raise UsageError(
                "the model has overlays on it: fold them in first, by `nlucompress merge`"
            )
