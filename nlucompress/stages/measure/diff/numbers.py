"""How two lists of rows of numbers differ, some rows at a time."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from nlucompress.networks.overlays import Float64

# Names of some rows, and their numbers in both models.
Block = tuple[Sequence[str], Float64, Float64]


@dataclass(frozen=True)
class Change:
    """A number that changed: of which row and column, and its value in both models."""

    row: str
    column: str
    old: float
    new: float


@dataclass(frozen=True)
class Changes:
    """What changed among numbers that both models have.

    Attributes:
        numbers: How many were compared.
        changed: How many differ.
        rms: Root of the mean square of the differences.
        largest: The largest differences, the largest first.
    """

    numbers: int
    changed: int
    rms: float
    largest: tuple[Change, ...]


def changes_of(blocks: Iterable[Block], columns: Sequence[str], top: int) -> Changes:
    """Count the changes, and list so many of the largest; of equals the first."""
    numbers = changed = 0
    squares = 0.0
    found: list[Change] = []
    for names, before, after in blocks:
        difference = after - before
        numbers += difference.size
        changed += int(np.count_nonzero(difference))
        squares += float((difference**2).sum())
        size = np.abs(difference).reshape(-1)
        best = np.argsort(-size, kind="stable")[:top]
        for at in best[size[best] > 0].tolist():
            row, column = divmod(at, difference.shape[1])
            values = float(before[row, column]), float(after[row, column])
            found.append(Change(names[row], columns[column], *values))
        found = sorted(found, key=lambda each: -abs(each.new - each.old))[:top]
    return Changes(numbers, changed, (squares / max(numbers, 1)) ** 0.5, tuple(found))
