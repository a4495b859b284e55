"""Bytes on a logarithmic axis against loss: an inline SVG without scripts."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from html import escape
from typing import TYPE_CHECKING

from nlucompress.cli.shared.common import bytes_text
from nlucompress.cli.shrink.compress.text import settings
from nlucompress.stages.shrink.compress.report import loss

if TYPE_CHECKING:
    from nlucompress.stages.shrink.compress.report import Candidate, CompressReport

Place = Callable[[float], float]

WIDTH, HEIGHT = 880, 420
LEFT, RIGHT, TOP, BOTTOM = 60, 20, 20, 50
TICKS = (1, 2, 5)
BEYOND = 1.5  # losses above this many times the gates, or the front, stand at the upper edge

STYLE = """
.plot { width: 100%; height: auto; } .plot text { fill: var(--soft); font-size: 12px; }
.plot .axis { stroke: var(--line); stroke-width: 1; } .plot .gate { stroke: var(--bad);
  stroke-width: 1.5; stroke-dasharray: 6 4; } .plot text.gate { fill: var(--bad); stroke: none; }
.plot .front { fill: none; stroke: var(--bar); stroke-width: 1.5; }
.plot circle.met { fill: var(--bar); } .plot circle.missed { fill: var(--line);
  stroke: var(--soft); } .plot circle.chosen { fill: var(--good); }
"""


def plot(report: CompressReport, max_size: float | None, most_loss: float | None) -> str:
    """Every candidate, the front as a line, gates as dashed lines.

    Args:
        report: What was found.
        max_size: The gate of the bytes, or None.
        most_loss: The loss at which the gates of drop and flips together are spent, or None.
    """
    sizes = [each.size_bytes for each in report.candidates]
    marks = [*sizes, *([max_size] if max_size else [])]
    low, high = math.log(min(marks) / 1.1), math.log(max(marks) * 1.1)
    losses = [loss(each) for each in report.front]
    top = BEYOND * max(most_loss or 0, *losses, 0.002)
    floor = min(0.0, *losses) * 1.1

    def across(size: float) -> float:
        return LEFT + (math.log(size) - low) / (high - low) * (WIDTH - LEFT - RIGHT)

    def down(value: float) -> float:
        share = (min(value, top) - floor) / (top - floor)
        return HEIGHT - BOTTOM - share * (HEIGHT - TOP - BOTTOM)

    parts = [*_sizes(math.exp(low), math.exp(high), across), *_losses(floor, top, down)]
    if max_size:
        x = across(max_size)
        parts.append(_line("gate", x, TOP, x, HEIGHT - BOTTOM))
        parts.append(_text("gate", x + 4, TOP + 10, "--max-size"))
    if most_loss is not None:
        y = down(most_loss)
        parts.append(_line("gate", LEFT, y, WIDTH - RIGHT, y))
        parts.append(_text("gate", WIDTH - RIGHT, y - 5, "gates of drop and flips", "end"))
    steps = " ".join(
        f"{across(each.size_bytes):.1f},{down(loss(each)):.1f}" for each in report.front
    )
    parts.append(f'<polyline class="front" points="{steps}"/>')
    parts += [
        _point(each, report, across(each.size_bytes), down(loss(each)))
        for each in sorted(report.candidates, key=lambda at: at is report.chosen)
    ]
    label = "Bytes of each candidate against its accuracy drop plus its negative flips"
    return (
        f'<svg class="plot" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{label}">'
        f"{''.join(parts)}</svg>"
    )


def _point(each: Candidate, report: CompressReport, x: float, y: float) -> str:
    kind = "chosen" if each is report.chosen else "met" if each.met else "missed"
    own = each.references[0]
    told = (
        f"{settings(each.steps)}: {each.size_bytes:,} bytes, accuracy {100 * each.accuracy:.2f} %, "
        f"drop {100 * own.accuracy_drop:+.2f} points, NFR {100 * own.nfr:.2f} %"
    )
    radius = 6 if kind == "chosen" else 3.5
    title = f"<title>{escape(told)}</title>"
    return f'<circle class="{kind}" cx="{x:.1f}" cy="{y:.1f}" r="{radius}">{title}</circle>'


def _sizes(low: float, high: float, across: Place) -> Iterator[str]:
    for power in range(int(math.log10(low)), int(math.log10(high)) + 1):
        for tick in TICKS:
            size = tick * 10.0**power
            if low <= size <= high:
                x = across(size)
                yield _line("axis", x, TOP, x, HEIGHT - BOTTOM)
                yield _text("", x, HEIGHT - BOTTOM + 16, bytes_text(size), "middle")
    yield _text("", (LEFT + WIDTH) / 2, HEIGHT - 10, "bytes of the file, logarithmic", "middle")


def _losses(low: float, high: float, down: Place) -> Iterator[str]:
    step = _round_step((high - low) / 5)
    for number in range(math.ceil(low / step), math.floor(high / step) + 1):
        y = down(number * step)
        yield _line("axis", LEFT, y, WIDTH - RIGHT, y)
        yield _text("", LEFT - 6, y + 4, f"{100 * number * step:.4g}", "end")
    yield _text("", 4, TOP - 6, "accuracy drop + NFR, points")


def _round_step(least: float) -> float:
    """The least of 1, 2 and 5 times a power of ten that is no smaller."""
    power = 10.0 ** math.floor(math.log10(least))
    return next(tick * power for tick in (*TICKS, 10) if tick * power >= least * (1 - 1e-9))


def _line(kind: str, x1: float, y1: float, x2: float, y2: float) -> str:
    return f'<line class="{kind}" x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}"/>'


def _text(kind: str, x: float, y: float, text: str, anchor: str = "start") -> str:
    return (
        f'<text class="{kind}" x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{escape(text)}</text>'
    )
