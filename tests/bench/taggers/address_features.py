"""Attributes of the tokens of a postal address, as the models of usaddress from 2014 have them.

A token is told by its form (lower case, without punctuation, lengths, digits, case, vowels,
whether it is a direction); so are its neighbours, behind ``previous:`` and ``next:``.
"""

from __future__ import annotations

import re
import xml.etree.ElementTree as ElementTree
from pathlib import Path

_TOKEN = re.compile(r"\(*\b[^\s,;#&()]+[.,;)\n]*|[#&]")
_COMPASS = ("north", "south", "east", "west", "northeast", "northwest", "southeast", "southwest")
_DIRECTIONS = {*_COMPASS, "n", "s", "e", "w", "ne", "nw", "se", "sw"}


def tokens(address: str) -> list[str]:
    """The tokens of an address; punctuation stays at the token before it."""
    return _TOKEN.findall(address)


def attributes(address: list[str]) -> list[list[str]]:
    """The attributes of each token."""
    forms = [_form(token) for token in address]
    if forms:
        forms[0].append("address.start")
        forms[-1].append("address.end")
    found = []
    for at, form in enumerate(forms):
        near = [f"previous:{each}" for each in forms[at - 1]] if at else []
        if at + 1 < len(forms):
            near += [f"next:{each}" for each in forms[at + 1]]
        found.append(form + near)
    return found


def _form(token: str) -> list[str]:
    lower = token.rstrip(",;)\n").lstrip("(").lower()
    bare = re.sub(r"\W", "", lower)
    digits = bare.isdigit()
    flags = {
        "isalldigits": digits,
        "split_digit": not digits and any(letter.isdigit() for letter in bare),
        "end.delim": token[-1] in ",;",
        "endsinpunc": not token[-1].isalnum(),
        "directional": bare in _DIRECTIONS,
        "has.vowels": bool(set(bare[1:]) & set("aeiou")),
        "islower": token.islower(),
        "isupper": token.isupper(),
        "istitle": token.istitle(),
    }
    return [
        f"lower:{lower}",
        f"nopunc:{bare}",
        f"word.length:{False if digits else len(bare)}",
        f"digit.length:{len(bare) if digits else False}",
        *(name for name, holds in flags.items() if holds),
    ]


def addresses(path: Path) -> list[list[str]]:
    """The tokens of every address of a file of labelled ones."""
    found = ElementTree.parse(path).getroot()
    return [split for each in found if (split := tokens("".join(each.itertext()).strip()))]
