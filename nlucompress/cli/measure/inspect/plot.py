"""Histograms out of characters: one bar a line, the longest as wide as the terminal allows."""

from __future__ import annotations

import locale
import os
import shutil
from typing import TYPE_CHECKING

from nlucompress.cli.shared.show.printable import printable

if TYPE_CHECKING:
    from nlucompress.stages.measure.inspect.histogram import Bar, Histogram

EIGHTHS = "▏▎▍▌▋▊▉█"
NARROWEST, WIDEST = 60, 100


def columns() -> int:
    """Columns of the terminal, 80 where there is none."""
    return max(NARROWEST, min(shutil.get_terminal_size((80, 24)).columns, WIDEST))


def ascii_only() -> bool:
    """Whether block characters may not show."""
    return os.environ.get("TERM") == "dumb" or "utf" not in locale.getpreferredencoding().lower()


def lines(histogram: Histogram, width: int, plain: bool) -> list[str]:
    """A heading and a line per bar of at most ``width`` columns."""
    share = 100 * histogram.zeros / histogram.total if histogram.total else 0.0
    what = {"values": "values", "codes": "codes, counted from the code of zero"}[histogram.what]
    heading = [
        f"table {printable(histogram.table)}: {what}",
        f"  {histogram.zeros:,} of {histogram.total:,} are zero ({share:.2f} %); the others:",
    ]
    if not histogram.bars:
        return [heading[0], "  all of them are zero" if histogram.total else "  none"]
    whole = histogram.what == "codes"
    names = [_name(bar, whole) for bar in histogram.bars]
    counts = [f"{bar.count:,}" for bar in histogram.bars]
    left, right = max(map(len, names)), max(map(len, counts))
    room = max(8, width - left - right - 6)
    most = max(bar.count for bar in histogram.bars)
    return heading + [
        f"  {name:>{left}} {count:>{right}} {bar(each.count / most, room, plain)}".rstrip()
        for name, count, each in zip(names, counts, histogram.bars, strict=True)
    ]


def bar(share: float, room: int, plain: bool) -> str:
    """A bar over this share of the room; anything above nothing can be seen."""
    if share <= 0:
        return ""
    if plain:
        return "#" * max(1, round(share * room))
    eighths = max(1, round(share * room * 8))
    rest = eighths % 8
    return EIGHTHS[-1] * (eighths // 8) + (EIGHTHS[rest - 1] if rest else "")


def _name(bar: Bar, whole: bool) -> str:
    low, high = (f"{edge:+.0f}" if whole else f"{edge:+.4g}" for edge in (bar.low, bar.high))
    return low if bar.low == bar.high else f"{low} .. {high}"
