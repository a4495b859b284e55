"""What came out of a fleet: totals, distributions, the worst and the failed."""

from __future__ import annotations

import heapq
from array import array
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from nlucompress.fleet.job.row import STATUSES, Row

WORST = 50
SHARES = {"least": 0.0, "quarter": 0.25, "median": 0.5, "three_quarters": 0.75, "p95": 0.95}
MEASURED = ("size_before", "size_after", "accuracy_before", "accuracy", "accuracy_drop", "nfr")


@dataclass(frozen=True)
class Worst:
    """One of the models that lost most."""

    name: str
    status: str
    figures: Mapping[str, float]
    gates: Sequence[Mapping[str, Any]]


class Summary:
    """Gathers rows; of most only a few numbers are kept, so that a large fleet stays small."""

    def __init__(self) -> None:
        """Nothing yet."""
        self.counts: Counter[str] = Counter(dict.fromkeys(STATUSES, 0))
        self.stood = 0
        self.seconds = 0.0
        self.failures: list[tuple[str, str]] = []
        self.misses: list[tuple[str, tuple[Mapping[str, Any], ...]]] = []
        self._values = {name: array("d") for name in MEASURED}
        self._worst: list[tuple[tuple[float, float, str], Worst]] = []

    def add(self, row: Row, stood: bool = False) -> None:
        """One more model; ``stood`` says that an earlier run did it."""
        self.counts[row.status] += 1
        self.stood += stood
        self.seconds += 0 if stood else row.seconds
        if row.status == "failed":
            self.failures.append((row.name, row.error or ""))
            return
        if row.status == "missed":
            self.misses.append((row.name, tuple(gate for gate in row.gates if not gate["met"])))
        for name, values in self._values.items():
            if name in row.figures:
                values.append(row.figures[name])
        drop, nfr = (row.figures.get(name, 0.0) for name in ("accuracy_drop", "nfr"))
        place = (drop, nfr, row.name)
        entry = (place, Worst(row.name, row.status, row.figures, row.gates))
        if len(self._worst) < WORST:
            heapq.heappush(self._worst, entry)
        elif place > self._worst[0][0]:
            heapq.heapreplace(self._worst, entry)

    @property
    def models(self) -> int:
        """How many there are."""
        return self.counts.total()

    def total(self, name: str) -> float:
        """Sum of a figure over the models that have it."""
        return float(sum(self._values[name]))

    def spread(self, name: str) -> dict[str, float] | None:
        """Quantiles, greatest and mean of a figure; None where no model has it."""
        values = np.frombuffer(self._values[name], np.float64)
        if not len(values):
            return None
        points = np.quantile(values, list(SHARES.values()))
        found = dict(zip(SHARES, points.tolist(), strict=True))
        return {**found, "greatest": float(values.max()), "mean": float(values.mean())}

    def histogram(self, name: str, bins: int) -> tuple[list[int], list[float]]:
        """Counts and the edges between them; empty where no model has the figure."""
        values = np.array(self._values[name])
        if not len(values):
            return [], []
        counts, edges = np.histogram(values, bins)
        return counts.tolist(), edges.tolist()

    def worst(self) -> list[Worst]:
        """The models that lost most accuracy, worst first."""
        return [each for _, each in sorted(self._worst, key=lambda entry: entry[0], reverse=True)]

    def reasons(self) -> list[tuple[str, int, str]]:
        """Why models failed: the reason, how many, and the first of them; most first."""
        counted: Counter[str] = Counter()
        first: dict[str, str] = {}
        for name, error in self.failures:
            reason = error.replace(name, "NAME")
            counted[reason] += 1
            first.setdefault(reason, name)
        return [(reason, count, first[reason]) for reason, count in counted.most_common()]
