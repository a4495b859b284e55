"""Pieces of a page that stands alone: no script, nothing that is fetched, every text escaped."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape
from typing import TYPE_CHECKING

from nlucompress.cli.shared.show.printable import printable

if TYPE_CHECKING:
    from nlucompress.cli.shared.show.grid import Grid

BAR, AXIS, HEIGHT = 120, 200, 14  # pixels

STYLE = """
:root { color-scheme: light dark; --ink: #1d2530; --paper: #fff; --line: #d9dee5; --soft: #5c6876;
  --bar: #4878a8; --good: #1c7a3d; --bad: #b3261e; --stripe: #f5f7f9; }
@media (prefers-color-scheme: dark) { :root { --ink: #e4e8ed; --paper: #14181d; --line: #323a44;
  --soft: #9aa6b3; --bar: #7aa7d4; --good: #5fc584; --bad: #ff8a80; --stripe: #1b2027; } }
body { font: 15px/1.5 system-ui, sans-serif; color: var(--ink); background: var(--paper);
  max-width: 66rem; margin: 0 auto; padding: 1.5rem; overflow-wrap: anywhere; }
h1 { font-size: 1.5rem; margin: 0; } h2 { font-size: 1.2rem; margin: 2.2rem 0 .6rem;
  padding-top: .8rem; border-top: 1px solid var(--line); }
h3 { font-size: 1rem; margin: 1.4rem 0 .4rem; }
p, ul { margin: .4rem 0; } ul { list-style: none; padding: 0; } .soft { color: var(--soft); }
dl { display: grid; grid-template-columns: 9rem 1fr; gap: .1rem 1rem; margin: .6rem 0; }
dt { color: var(--soft); } dd { margin: 0; }
.met, .missed { font-weight: 600; } .met { color: var(--good); } .missed { color: var(--bad); }
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; }
th { text-align: left; font-weight: 600; color: var(--soft); white-space: nowrap; }
th, td { padding: .2rem .8rem .2rem 0; vertical-align: top; border-bottom: 1px solid var(--line); }
tbody tr:nth-child(even) { background: var(--stripe); }
.wide { overflow-x: auto; } td { min-width: 8rem; }
th:last-child, td:last-child { padding-right: 0; }
.number { text-align: right; white-space: nowrap; overflow-wrap: normal; min-width: 0; }
.chart { width: 1px; white-space: nowrap; min-width: 0; }
svg { vertical-align: middle; } svg .full, svg circle { fill: var(--bar); }
svg .track { fill: var(--line); } svg line { stroke: var(--bar); stroke-width: 2; }
summary { cursor: pointer; color: var(--soft); margin: 1rem 0 .4rem; }
"""


def text(value: str) -> str:
    """A text as a page holds it; its writing direction cannot leak into what is around it."""
    return f"<bdi>{escape(printable(value))}</bdi>"


def bar(share: float, width: int = BAR) -> str:
    """A bar over a share of its track; anything above nothing can be seen."""
    filled = max(1.5, share * width) if share > 0 else 0
    return (
        f'<svg width="{width}" height="{HEIGHT}" aria-hidden="true">'
        f'<rect class="track" y="6" width="{width}" height="2"/>'
        f'<rect class="full" y="1" width="{filled:.1f}" height="12"/></svg>'
    )


def whisker(low: float, middle: float, high: float) -> str:
    """A point with its interval; all three are shares of the axis."""
    left, point, right = (5 + share * (AXIS - 10) for share in (low, middle, high))
    return (
        f'<svg width="{AXIS}" height="{HEIGHT}" aria-hidden="true">'
        f'<rect class="track" y="6" width="{AXIS}" height="2"/>'
        f'<line x1="{left:.1f}" x2="{right:.1f}" y1="7" y2="7"/>'
        f'<line x1="{left:.1f}" x2="{left:.1f}" y1="2" y2="12"/>'
        f'<line x1="{right:.1f}" x2="{right:.1f}" y1="2" y2="12"/>'
        f'<circle cx="{point:.1f}" cy="7" r="4"/></svg>'
    )


def figures(rows: Iterable[tuple[str, str]]) -> str:
    """Names and their values."""
    return f"<dl>{''.join(f'<dt>{text(a)}</dt><dd>{text(b)}</dd>' for a, b in rows)}</dl>"


def grid(found: Grid) -> str:
    """A table with its heading; a word where it has no row."""
    title = f"<h3>{text(found.title)}</h3>"
    if not found.rows:
        return f'{title}<p class="soft">none</p>'
    numbers = ['class="number"' if at >= found.left else "" for at in range(len(found.columns))]
    head = "".join(
        f"<th {kind}>{text(name)}</th>" for kind, name in zip(numbers, found.columns, strict=True)
    )
    lines = [
        "".join(f"<td {kind}>{text(cell)}</td>" for kind, cell in zip(numbers, row, strict=True))
        for row in found.rows
    ]
    if found.bars:
        head += '<th class="chart"></th>'
        lines = [
            f'{line}<td class="chart">{bar(share)}</td>'
            for line, share in zip(lines, found.bars, strict=True)
        ]
    more = f'<p class="soft">{found.more:,} more; --json has them all.</p>' if found.more else ""
    return f"{title}{table(head, lines)}{more}"


def table(head: str, rows: Iterable[str]) -> str:
    """A table of cells that are marked up already."""
    body = "\n".join(f"<tr>{row}</tr>" for row in rows)
    whole = f"<table><thead><tr>{head}</tr></thead><tbody>\n{body}\n</tbody></table>"
    return f'<div class="wide">{whole}</div>'


def document(title: str, parts: Iterable[str]) -> bytes:
    """The whole page in UTF-8; what is no Unicode is escaped."""
    body = "\n".join(parts)
    whole = f"""<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy"
  content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{escape(printable(title))}</title>
<style>{STYLE}</style>
</head>
<body>
{body}
</body>
</html>
"""
    return whole.encode("utf-8", "backslashreplace")
