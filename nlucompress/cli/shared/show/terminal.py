"""Lines of a report on a terminal: wrapped between words, outcomes of gates in colour."""

from __future__ import annotations

import os
import re
import shutil
import sys
from collections.abc import Iterable
from textwrap import wrap

from nlucompress.cli.shared import streams

GREEN, RED, PLAIN = "\x1b[32m", "\x1b[1;31m", "\x1b[0m"
INDENT = 18  # where the texts of a report begin
_HELD = "\xa0"
_NUMBER = re.compile(r"(?<=\d) (?=(?:%|points?|bytes|B|KB|MB|GB|s)\b|%)")


def is_terminal() -> bool:
    """Whether a person sees standard output."""
    return sys.stdout is not None and sys.stdout.isatty()


def say_lines(lines: Iterable[str]) -> None:
    """Lines of data; on a terminal, those of a name and a text are wrapped to its width."""
    if not is_terminal():
        for line in lines:
            streams.say(line)
        return
    width = max(40, shutil.get_terminal_size().columns)
    coloured = "NO_COLOR" not in os.environ and os.environ.get("TERM") != "dumb"
    for line in lines:
        for piece in _pieces(line, width):
            streams.say(_coloured(piece) if coloured else piece)


def _pieces(line: str, width: int) -> list[str]:
    """A line in pieces that fit; a number stays with its unit, and no word is cut."""
    if len(line) <= width or not re.match(rf"\S.{{{INDENT - 1}}}\S", line) or "\t" in line:
        return [line]
    held = _NUMBER.sub(_HELD, line)
    pieces = wrap(
        held,
        width,
        subsequent_indent=" " * INDENT,
        break_long_words=False,
        break_on_hyphens=False,
        drop_whitespace=True,
    )
    return [piece.replace(_HELD, " ") for piece in pieces]


def _coloured(line: str) -> str:
    found = re.match(r"(gate +)(met|MISSED)(:)", line)
    if found is None:
        return line
    colour = GREEN if found[2] == "met" else RED
    return f"{found[1]}{colour}{found[2]}{PLAIN}{line[found.end(2) :]}"
