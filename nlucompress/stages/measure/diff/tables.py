"""How a table or a tensor that two models have differs between them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from nlucompress.format.indexes.kinds import Hashed, KeyIndex, Strings
from nlucompress.format.indexes.static_keys import Hashes
from nlucompress.format.matrices.kinds import Matrix, leaves
from nlucompress.format.model import Model
from nlucompress.format.names import FEATURES
from nlucompress.networks import overlays
from nlucompress.networks.overlays import Float64
from nlucompress.stages.measure.diff.numbers import Block, Changes, changes_of

EXAMPLES = 5  # keys that are named
BLOCK_VALUES = 1 << 20  # numbers of a model that are decoded at once


@dataclass(frozen=True)
class TableDiff:
    """A table in two models; pairs are of the older and the newer one.

    Attributes:
        keys: How many it has, without those of overlays.
        columns: Numbers of a row.
        encodings: Of the rows, such as ``coded linear``.
        hashed: Whether its keys are hashed.
        new_keys: Keys that only the newer knows, None where it holds hashes of them. A hashed table
            takes some of the other's keys for its own.
        gone_keys: Keys that only the older knows, likewise.
        first_new, first_gone: Some of them.
        compared: Keys of both, whose rows were compared.
        changes: What changed in them, None where nothing could be compared.
    """

    keys: tuple[int, int]
    columns: tuple[int, int]
    encodings: tuple[str, str]
    hashed: tuple[bool, bool]
    new_keys: int | None
    gone_keys: int | None
    first_new: tuple[str, ...]
    first_gone: tuple[str, ...]
    compared: int
    changes: Changes | None


def table_diff(name: str, old: Model, new: Model, top: int) -> TableDiff:
    """Compare a table that both models have."""
    before, after = _Asked(old, name), _Asked(new, name)
    fresh, gone = before.unknown(after), after.unknown(before)
    columns = _shared_columns(before, after)
    shared = _shared(before, after, fresh, gone)
    count, changes = 0, None
    if shared is not None:
        count = len(before.table.keys) if isinstance(shared, range) else len(shared)
    if shared is not None and columns is not None:
        changes = changes_of(_blocks(before, after, shared, columns), columns[0], top)
    return TableDiff(
        (len(before.table.keys), len(after.table.keys)),
        (before.table.matrix.shape[1], after.table.matrix.shape[1]),
        (encoding(before.table.matrix), encoding(after.table.matrix)),
        (not isinstance(before.table.keys, Strings), not isinstance(after.table.keys, Strings)),
        None if fresh is None else len(fresh),
        None if gone is None else len(gone),
        tuple((fresh or ())[:EXAMPLES]),
        tuple((gone or ())[:EXAMPLES]),
        count,
        changes,
    )


def tensor_diff(name: str, old: Model, new: Model, top: int) -> Changes | None:
    """Compare a tensor that both networks have; None where their shapes do not fit."""
    before, after = (_tensor(name, each) for each in (old, new))
    labelled = all(
        each.network is not None and overlays.TENSORS.get(each.network.kind) == name
        for each in (old, new)
    )
    if labelled:
        columns = [label for label in old.labels if label in set(new.labels)]
        at = [[list(each.labels).index(label) for label in columns] for each in (old, new)]
        square = len(before) > 1
        rows = columns if square else [""]
        before, after = (
            values[:, places][places if square else [0]]
            for values, places in zip((before, after), at, strict=True)
        )
        return changes_of([(rows, before, after)], columns, top)
    if before.shape != after.shape:
        return None
    height, width = before.shape
    names = [str(row) for row in range(height)]
    return changes_of([(names, before, after)], [str(at) for at in range(width)], top)


def encoding(matrix: Matrix) -> str:
    """What rows are made of, in words."""
    parts = {f"{each.kind} {each.numbers.kind}": None for each in leaves(matrix).values()}
    return f"{matrix.kind} of {', '.join(parts)}" if len(leaves(matrix)) > 1 else next(iter(parts))


class _Asked:
    """A table of a model, with what overlays add to it."""

    def __init__(self, model: Model, name: str) -> None:
        self.table = model.tables[name]
        self._model = model
        laid = name == FEATURES
        self._tables = overlays.tables_of(model, self.table) if laid else [self.table]
        self.labelled = (
            laid and model.network is not None and (model.network.kind in overlays.TENSORS)
        )

    def columns(self) -> list[str]:
        """Names of the columns: labels where there is one for each."""
        if self.labelled:
            return list(self._model.labels)
        return [str(column) for column in range(self.table.matrix.shape[1])]

    def ask(self, keys: Sequence[str]) -> tuple[overlays.Bools, Float64]:
        """Which keys are known, and their rows."""
        return overlays.rows_of(self._tables, keys, len(self.columns()), self._model.features)

    def strings(self) -> list[str] | None:
        """The keys if the table still has them, and no overlay adds hashed ones."""
        strings = self.table.strings
        return None if strings is None else strings.decoded()

    def knows(self, keys: Sequence[str]) -> overlays.Bools:
        """Which keys are known."""
        found = [at >= 0 for at in overlays.find(self._tables, keys, self._model.features)]
        known: overlays.Bools = np.logical_or.reduce(found)
        return known

    def unknown(self, other: _Asked) -> list[str] | None:
        """Keys of the other that this one does not know; None where they are hashed."""
        keys = other.strings()
        if keys is None:
            return None
        known = self.knows(keys).tolist()
        return [key for key, is_in in zip(keys, known, strict=True) if not is_in]

    def slots(self, index: range) -> Float64:
        """Rows by their slots."""
        return self.table.matrix.rows(np.arange(index.start, index.stop)).astype(np.float64)


def _shared(
    before: _Asked, after: _Asked, fresh: list[str] | None, gone: list[str] | None
) -> list[str] | range | None:
    """Keys of both; slots of both if they have the same hash; None where neither is known."""
    for side, missing in ((after, fresh), (before, gone)):
        keys = side.strings()
        if keys is not None and missing is not None:
            lacking = set(missing)
            return [key for key in keys if key not in lacking]
    same = _same_hash(before.table.keys, after.table.keys)
    return range(len(before.table.keys)) if same else None


def _same_hash(before: KeyIndex, after: KeyIndex) -> bool:
    """Whether two hashes lead the same keys to the same slots, as far as can be told."""
    if isinstance(before, Hashes) and isinstance(after, Hashes):
        return np.array_equal(before.data, after.data)
    return (
        isinstance(before, Hashed)
        and isinstance(after, Hashed)
        and before.fingerprint_bits == after.fingerprint_bits
        and before.cascade.levels == after.cascade.levels
        and np.array_equal(before.joined, after.joined)
    )


def _shared_columns(before: _Asked, after: _Asked) -> tuple[list[str], list[int], list[int]] | None:
    """Columns of both with their places there; None where there are none."""
    own, places = ({name: at for at, name in enumerate(each.columns())} for each in (before, after))
    names = [name for name in own if name in places]
    nameless = not (before.labelled and after.labelled)
    if not names or (nameless and len(own) != len(places)):
        return None
    return names, [own[name] for name in names], [places[name] for name in names]


def _blocks(
    before: _Asked,
    after: _Asked,
    shared: list[str] | range,
    columns: tuple[list[str], list[int], list[int]],
) -> Iterator[Block]:
    step = max(1, BLOCK_VALUES // max(len(columns[0]), 1))
    for begin in range(0, len(shared), step):
        some = shared[begin : begin + step]
        if isinstance(some, range):
            rows = before.slots(some), after.slots(some)
            names: Sequence[str] = [f"slot {slot}" for slot in some]
        else:
            rows = before.ask(some)[1], after.ask(some)[1]
            names = some
        yield names, rows[0][:, columns[1]], rows[1][:, columns[2]]


def _tensor(name: str, model: Model) -> Float64:
    """The numbers of a tensor, with what overlays add to it."""
    assert model.network is not None
    matrix = model.network.tensors[name]
    own = matrix.rows(np.arange(matrix.shape[0])).astype(np.float64)
    laid = overlays.TENSORS.get(model.network.kind) == name
    return overlays.with_changes(model, own) if laid else own
