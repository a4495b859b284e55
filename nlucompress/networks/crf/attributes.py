"""Attributes of tokens: what a tagger looks up. A token is a list of (attribute, value) pairs.

A line of attributes is written as CRFsuite reads it: cells separated by tabs, each ``name`` (value
1) or ``name:value``; ``\\:`` is a colon and ``\\\\`` a backslash of the name.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from nlucompress.errors import DataError

Token = Sequence[tuple[str, float]]
TokenFeatures = Callable[[Sequence[str]], list[Token]]

KIND = "attributes"
TEMPLATE = "token-template"
LARGEST = 1e30  # sums of values times float32 weights stay far within float64

_CELL = re.compile(r"((?:[^\\:]|\\.|\\$)*)(?::(.*))?", re.DOTALL)
_ESCAPE = re.compile(r"\\(.)", re.DOTALL)
_NUMBER = re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")


def parse_attributes(line: str) -> list[tuple[str, float]]:
    """The attributes of a line; empty cells count nothing.

    Raises:
        DataError: A value is not a finite number of a sensible size.
    """
    return [_pair(cell) for cell in line.split("\t") if cell]


def number(text: str) -> float | None:
    """A decimal number of at most ``LARGEST`` in absolute value, None for anything else."""
    value = float(text) if _NUMBER.fullmatch(text) else float("nan")
    return value if abs(value) <= LARGEST else None


def _pair(cell: str) -> tuple[str, float]:
    if ":" not in cell and "\\" not in cell:
        return cell, 1.0
    match = _CELL.fullmatch(cell)
    name, text = (cell, None) if match is None else match.groups()
    value = 1.0
    if text:
        read = number(text)
        if read is None:
            raise DataError(
                f"attribute {name[:40]!r} has value {text[:40]!r}, which is not a number up to "
                f"{LARGEST:g}; a colon of the name is written `\\:`"
            )
        value = read
    return _ESCAPE.sub(r"\1", name), value
