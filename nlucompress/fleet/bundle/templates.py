"""Descriptions of many models as few templates, and the numbers that differ."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence

from nlucompress.errors import FormatError
from nlucompress.format.frame import phrases

LEAD, FIRST = 0x7F, 0x80  # behind the lead of the longer phrases, bytes that begin none of them
MOST = 128  # values of a template
_HOLE = re.compile(b"%c([%c-\xff])" % (LEAD, FIRST))
_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|(-?\d+(?:\.\d+)?(?:e[-+]?\d+)?)')

Literals = tuple[str, ...]


def split(text: str) -> tuple[Literals, tuple[str, ...]]:
    """What stands between the numbers of canonical JSON, and the numbers."""
    literals, numbers, at = [], [], 0
    for match in _TOKEN.finditer(text):
        if match[1] is not None:
            literals.append(text[at : match.start()])
            numbers.append(match[1])
            at = match.end()
    return (*literals, text[at:]), tuple(numbers)


def templates_of(texts: Sequence[str]) -> tuple[list[bytes], list[tuple[int, tuple[str, ...]]]]:
    """Templates, and per text the number of its template with its values.

    Within the texts that differ in numbers alone, a number that is the same in all goes into the
    template, and numbers that are equal to each other in every text are one value.
    """
    groups: dict[Literals, list[tuple[int, tuple[str, ...]]]] = defaultdict(list)
    for place, text in enumerate(texts):
        literals, numbers = split(text)
        groups[literals].append((place, numbers))
    templates: list[bytes] = []
    found: list[tuple[int, tuple[str, ...]]] = [(0, ())] * len(texts)
    for literals, members in groups.items():
        columns = list(zip(*(numbers for _, numbers in members), strict=True))
        values: list[tuple[str, ...]] = []
        for column in columns:
            if len(set(column)) > 1 and column not in values:
                values.append(column)
        parts = [members] if len(values) <= MOST else [[member] for member in members]
        for part in parts:
            varying = values if len(parts) == 1 else []
            own = columns if len(parts) == 1 else [(number,) for number in part[0][1]]
            for row, (place, _) in enumerate(part):
                found[place] = (len(templates), tuple(column[row] for column in varying))
            templates.append(_template(literals, own, varying))
    return templates, found


def _template(
    literals: Literals, columns: Sequence[tuple[str, ...]], values: Sequence[tuple[str, ...]]
) -> bytes:
    pieces, text = [], literals[0]
    for literal, column in zip(literals[1:], columns, strict=True):
        if column in values:
            pieces += [phrases.shorten(text), bytes([LEAD, FIRST + values.index(column)])]
            text = literal
        else:
            text += column[0] + literal
    return b"".join(pieces) + phrases.shorten(text)


def filled(template: bytes, values: Sequence[str]) -> bytes:
    """The text of a model, in phrases.

    Raises:
        FormatError: The template asks for a value that is not there.
    """

    def value(hole: re.Match[bytes]) -> bytes:
        number = hole[1][0] - FIRST
        if number >= len(values):
            raise FormatError("the bundle is damaged: a template asks for a value that lacks")
        return values[number].encode("ascii")

    return _HOLE.sub(value, template)
