"""`nlucompress --help` as click lays it out, without click."""

from __future__ import annotations

import os
import sys
from textwrap import wrap

from nlucompress.cli.groups import ABOUT, EPILOG, GROUPS, OPTIONS, WIDEST

NARROWEST = 50
USUAL = 80  # columns where nobody tells
GAP = 2


def help_page() -> str:
    """The page for the width of the terminal."""
    width = max(min(_columns(), WIDEST) - 2, NARROWEST)
    sections = ["Usage: nlucompress [OPTIONS] COMMAND [ARGS]..."]
    sections += [_indented(paragraph, width) for paragraph in ABOUT.split("\n\n")]
    sections.append(f"Options:\n{_listed(OPTIONS, width)}")
    for heading, group in GROUPS.items():
        commands = {name: summary for name, (_, summary) in group.items()}
        sections.append(f"{heading}:\n{_listed(commands, width)}")
    return "\n\n".join([*sections, _indented(EPILOG, width)])


def _columns() -> int:
    """Those of the terminal, as shutil finds them; that module takes longer than the page."""
    told = os.environ.get("COLUMNS", "")
    if told.isdecimal() and int(told):
        return int(told)
    try:
        assert sys.__stdout__ is not None
        return os.get_terminal_size(sys.__stdout__.fileno()).columns or USUAL
    except (AssertionError, OSError, ValueError):
        return USUAL


def _indented(text: str, width: int) -> str:
    indent = " " * GAP
    return "\n".join(wrap(text, width, initial_indent=indent, subsequent_indent=indent))


def _listed(entries: dict[str, str], width: int) -> str:
    """Names in a column, and what they mean in another."""
    column = max(map(len, entries)) + 2 * GAP
    lines = []
    for name, meaning in entries.items():
        first, *more = wrap(meaning, width - column)
        lines += [f"{' ' * GAP}{name}".ljust(column) + first]
        lines += [" " * column + line for line in more]
    return "\n".join(lines)
