"""The cells of a line of Vowpal Wabbit: names with numbers, and all that it reads instead of them.

Its parser (version 9.11) takes the longest number that a value begins with. What follows the number
ends the line there; a value that begins with no number is text, which makes a feature of its own.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import NamedTuple

from nlucompress.errors import DataError
from nlucompress.networks.crf.attributes import LARGEST

_PIECES = re.compile("([ \t\r]*)([^ \t\r]+)")
_NUMBER = re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")
_SHORT = re.compile(r"(-?)([0-9]*)(\.?[0-9]*)(?:[eE](-?[0-9]*))?")  # digits may be missing
_NAN = re.compile(r"[+-]?nan", re.IGNORECASE)
_UNUSABLE = re.compile(r"[+-]?(?:inf|0x)", re.IGNORECASE)


class Cell(NamedTuple):
    """A feature.

    Attributes:
        name: Its name.
        text: The value that is not a number, empty where there is none.
        value: The number, 1 where there is none.
        scaled: Whether the number of the namespace counts for it.
    """

    name: str
    text: str
    value: float
    scaled: bool = True


@dataclass(frozen=True)
class Group:
    """What stands between two bars.

    Attributes:
        name: Of the namespace.
        factor: The number of the namespace.
        cells: The features.
        ends: Whether the rest of the line is not read.
    """

    name: str
    factor: float
    cells: list[Cell]
    ends: bool


def read(part: str, last: bool) -> Group:
    """Read what stands between two bars, or (``last``) behind the last one.

    Raises:
        DataError: A feature has no name, or a number that is none of a model.
    """
    pieces = _PIECES.findall(part)
    name, factor, ends, at = "", 1.0, False, 0
    if pieces and not pieces[0][0]:
        tight = not last and len(pieces) == 1 and part.endswith(pieces[0][1])
        name, factor, ends, at = _head(pieces, tight)
    cells: list[Cell] = []
    while at < len(pieces) and not ends:
        cell = pieces[at][1]
        key, colon, text = _named(cell)
        if colon and not text and at + 1 < len(pieces):
            at, text = at + 1, _behind(pieces[at + 1], cell)
        bar = not last and at + 1 == len(pieces)
        at += 1
        if not text:
            if colon and bar:
                raise DataError(f"{cell[:40]!r} before `|`: write `name` or `name:number`")
            cells.append(Cell(key, "", 1.0, not colon))
            continue
        tight = bar and part.endswith(text)
        value, ends = _number(text, tight)
        if value is None and bar and (tight or not cell.endswith(text)):
            raise DataError(f"{cell[:40]!r} before `|`: leave a space between them")
        if value is None:
            cells.append(Cell(key, text, 1.0, False))
        else:
            cells.append(Cell(key, "", 0.0 if value != value else value))
    return Group(name, factor, cells, ends)


def _head(pieces: list[tuple[str, str]], tight: bool) -> tuple[str, float, bool, int]:
    """Name and number of a namespace, whether the line ends there, and the pieces that it takes."""
    name, colon, text = _named(pieces[0][1])
    taken = 1
    if not colon or (not text and len(pieces) == 1):
        return name, 1.0, False, taken
    joined = not text
    if joined:
        taken, text = 2, _behind(pieces[1], pieces[0][1])
    value, ends = _number(text, tight)
    if value is None:
        return (name, 0.0, False, 1) if joined else (name, 0.0, True, 1)
    return name, 1.0 if value != value else value, ends, taken


def _named(cell: str) -> tuple[str, str, str]:
    name, colon, text = cell.partition(":")
    if not name:
        raise DataError(f"{cell[:40]!r} is no `name` or `name:number`")
    return name, colon, text


def _behind(piece: tuple[str, str], cell: str) -> str:
    """The value that follows `name:` behind spaces."""
    if piece[0].strip(" "):
        raise DataError(f"{cell[:40]!r} before a tab: write the number right behind the colon")
    return piece[1]


def _number(text: str, tight: bool) -> tuple[float | None, bool]:
    """The number of a value, None for a text; and whether something else follows the number.

    Args:
        text: The value.
        tight: Whether a bar follows without a blank, before which digits may not be missing.

    Raises:
        DataError: It is not a number that a model can use.
    """
    if _UNUSABLE.match(text):
        raise DataError(f"the value {text[:40]!r} is no `name:number` of a decimal number")
    found = _NUMBER.fullmatch(text)
    short = _SHORT.fullmatch(text)
    if found is None and short is not None and not tight:
        sign, whole, part, exponent = short.groups(default="")
        text = f"{sign}{whole or 0}{part if part != '.' else ''}"
        text += f"e{exponent}" if exponent.strip("-") else ""
        found = _NUMBER.fullmatch(text)
    elif _NAN.fullmatch(text):
        return float("nan"), False
    found = found or _NUMBER.match(text)
    if found is None:
        return None, False
    value = float(found[0])
    if not abs(value) <= LARGEST:
        raise DataError(f"the value {text[:40]!r} is no `name:number` up to {LARGEST:g}")
    return value, found.end() < len(text)
