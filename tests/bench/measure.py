"""What the benchmarks share: tables, children with their memory, ratios of alternating runs."""

from __future__ import annotations

import json
import os
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

PROGRAM = (sys.executable, "-m", "nlucompress")
_RSS_UNIT = 1 if sys.platform == "darwin" else 1024


@dataclass(frozen=True)
class Child:
    """A process that ended well: wall seconds, peak resident bytes and its standard output."""

    seconds: float
    peak: int
    output: str


def run_child(command: Sequence[str], stdin: str = "") -> Child:
    """Run a command to its end.

    The peak of a child begins with that of its parent, so callers measure before they grow.

    Raises:
        RuntimeError: It failed.
    """
    begin = time.perf_counter()
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    ) as process:
        if process.stdin is None or process.stdout is None:
            raise RuntimeError("no pipes")
        process.stdin.write(stdin.encode())
        process.stdin.close()
        output = process.stdout.read().decode()
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    seconds = time.perf_counter() - begin
    if process.returncode != 0:
        raise RuntimeError(f"{' '.join(command)}: exit code {process.returncode}")
    return Child(seconds, usage.ru_maxrss * _RSS_UNIT, output)


def peak_bytes() -> int:
    """Largest resident size of this process so far."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * _RSS_UNIT


def timed(action: Callable[[], object]) -> float:
    """Seconds that a call takes; what it returns lives until the clock has stopped."""
    begin = time.perf_counter()
    result = action()
    seconds = time.perf_counter() - begin
    del result
    return seconds


def alternate(actions: Mapping[str, Callable[[], float]], rounds: int) -> dict[str, list[float]]:
    """Seconds by name and round; all actions run once per round, so that noise hits them alike."""
    seconds: dict[str, list[float]] = {name: [] for name in actions}
    for _ in range(rounds):
        for name, action in actions.items():
            seconds[name].append(action())
    return seconds


def median_ratio(seconds: Mapping[str, Sequence[float]], name: str, base: str) -> float:
    """Median over the rounds of one action's seconds by another's."""
    return statistics.median(a / b for a, b in zip(seconds[name], seconds[base], strict=True))


def show(title: str, headings: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Print a table in Markdown, columns aligned, numbers to the right."""
    width = [max(map(len, column)) for column in zip(headings, *rows, strict=True)]

    def line(cells: Sequence[str]) -> str:
        first = cells[0].ljust(width[0])
        others = [cell.rjust(size) for cell, size in zip(cells[1:], width[1:], strict=True)]
        return f"| {' | '.join((first, *others))} |"

    rule = ["-" * width[0], *("-" * (size - 1) + ":" for size in width[1:])]
    print(f"\n{title}\n")
    print("\n".join((line(headings), line(rule), *map(line, rows))), flush=True)


def verdict(met: bool | None) -> str:
    """A bar's outcome in a word; None is no bar."""
    return "" if met is None else "met" if met else "MISSED"


def write_json(path: Path | None, figures: Mapping[str, Any]) -> None:
    """Write the figures where they were asked for."""
    if path is not None:
        path.write_text(json.dumps(figures, indent=1, sort_keys=True) + "\n", encoding="utf-8")
