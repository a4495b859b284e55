"""The comparison of embedding compression as tables, JSON and a plot."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from tests.bench import measure
from tests.bench.cells import Cells
from tests.bench.networks.comparison_methods import BY_RATIO, FIXED


@dataclass(frozen=True)
class Row:
    """A method on a data set and network: what its seeds came to on the test set, in percent.

    Attributes:
        ratio: Share of the embedding's parameters that is saved; None where it has none.
        drops: Points below the full network of the same seed.
    """

    data: str
    network: str
    method: str
    ratio: float | None
    bytes: int
    accuracies: tuple[float, ...]
    drops: tuple[float, ...]

    @property
    def text(self) -> str:
        """Mean and standard deviation over the seeds."""
        if not self.accuracies:
            return ""
        return f"{np.mean(self.accuracies):.2f} ± {np.std(self.accuracies):.2f}"


def gather(
    cells: Cells,
    data_sets: Sequence[str],
    networks: Sequence[str],
    ratios: Sequence[float],
    seeds: Iterable[int],
) -> list[Row]:
    """What was measured; a method is left out where a seed of it is missing."""
    rows = []
    keys: list[tuple[str, float | None]] = [(method, None) for method in FIXED]
    keys += [(method, ratio) for method in BY_RATIO for ratio in ratios]
    seeds = list(seeds)
    for data in data_sets:
        for network in networks:
            for method, ratio in keys:
                tail = (method,) if ratio is None else (method, ratio)
                found = [cells.get(data, network, seed, *tail) for seed in seeds]
                full = [cells.get(data, network, seed, "full") for seed in seeds]
                pairs = [(a, b) for a, b in zip(found, full, strict=True) if a and b]
                if len(pairs) < len(seeds):
                    continue
                accuracies = tuple(100 * a["test"] for a, _ in pairs)
                drops = tuple(100 * (b["test"] - a["test"]) for a, b in pairs)
                size = pairs[0][0]["bytes"]
                rows.append(Row(data, network, method, ratio, size, accuracies, drops))
    return rows


def show(rows: Sequence[Row]) -> None:
    """Print a table per data set and network: methods by ratio."""
    ratios = sorted({row.ratio for row in rows if row.ratio is not None})
    for data, network in dict.fromkeys((row.data, row.network) for row in rows):
        here = [row for row in rows if (row.data, row.network) == (data, network)]
        lines = []
        for method in BY_RATIO:
            by_ratio = {row.ratio: row for row in here if row.method == method}
            if by_ratio:
                cells = [by_ratio[each].text if each in by_ratio else "" for each in ratios]
                lines.append([method, *cells])
        fixed = ", ".join(f"{row.method} {row.text}" for row in here if row.ratio is None)
        heads = ("method", *(f"{100 * ratio:g} % saved" for ratio in ratios))
        measure.show(f"{data}, {network}: {fixed}", heads, lines)
    _statements(rows)


def _statements(rows: Sequence[Row]) -> None:
    """At 90 % saved: the points that are lost, and whether plain SVD before training loses more."""
    lines = []
    at = {(row.data, row.network, row.method): row for row in rows if row.ratio == 0.9}
    for data, network in dict.fromkeys((row.data, row.network) for row in rows):
        offline = at.get((data, network, "offline SVD"))
        for method in ("ours", "ours, distilled"):
            row = at.get((data, network, method))
            if row is None or offline is None:
                continue
            loss, other = float(np.mean(row.drops)), float(np.mean(offline.drops))
            verdict = measure.verdict(loss <= 1.0 and loss < other)
            lines.append([f"{data}, {network}: {method}", f"{loss:+.2f}", f"{other:+.2f}", verdict])
    heads = ("points lost at 90 %", "ours", "offline", "at most 1.0, and less than offline")
    if lines:
        measure.show("Statements", heads, lines)


def plain(rows: Sequence[Row]) -> dict[str, Any]:
    """The rows for JSON."""
    return {"schema_version": 1, "rows": [asdict(row) for row in rows]}


def plot(rows: Sequence[Row], path: Path) -> None:
    """Draw accuracy against the bytes of the embeddings, a panel per data set and network."""
    from matplotlib.figure import Figure

    panels = list(dict.fromkeys((row.data, row.network) for row in rows))
    if not panels:
        return
    networks = list(dict.fromkeys(network for _, network in panels))
    data_sets = list(dict.fromkeys(data for data, _ in panels))
    figure = Figure(figsize=(4.2 * len(data_sets), 3.4 * len(networks)), layout="constrained")
    axes = figure.subplots(len(networks), len(data_sets), squeeze=False)
    for (data, network), axis in {
        (data, network): axes[y][x]
        for y, network in enumerate(networks)
        for x, data in enumerate(data_sets)
    }.items():
        here = [row for row in rows if (row.data, row.network) == (data, network)]
        for method in BY_RATIO:
            line = sorted((row for row in here if row.method == method), key=lambda row: row.bytes)
            if line:
                _line(axis, line, method, "o-")
        fixed = sorted((row for row in here if row.ratio is None), key=lambda row: row.bytes)
        _line(axis, fixed, "full, and in 16, 8, 4 bits", "s--")
        axis.set(xscale="log", title=f"{data}, {network}", xlabel="bytes of the embeddings")
        best = max((float(np.mean(row.accuracies)) for row in here), default=100.0)
        axis.set_ylim(best - 15, best + 1)
        axis.grid(alpha=0.3)
    axes[0][0].set_ylabel("test accuracy, %")
    axes[0][0].legend(fontsize=7, loc="lower right")
    figure.savefig(path)


def _line(axis: Any, rows: Sequence[Row], label: str, style: str) -> None:
    means = [np.mean(row.accuracies) for row in rows]
    spreads = [np.std(row.accuracies) for row in rows]
    axis.errorbar(
        [row.bytes for row in rows], means, spreads, fmt=style, label=label, ms=4, capsize=2
    )
