"""TOML with the line of every key, for errors that name it."""

from __future__ import annotations

import sys
from typing import Any

from nlucompress.errors import DataError

if sys.version_info >= (3, 11):
    import tomllib
else:  # pragma: no cover
    import tomli as tomllib

Path = tuple[str | int, ...]


def parse(text: str, name: str) -> dict[str, Any]:
    """The tree of a TOML file.

    Raises:
        DataError: It is malformed; the message names the line.
    """
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        said, _, place = str(error).removesuffix(")").partition(" (at ")
        line = place.partition(",")[0].removeprefix("line ")
        where = f"line {line}" if line.isdecimal() else "at its end"
        raise DataError(f"{name}, {where}: {said}") from None


def line_of(text: str, path: Path) -> int:
    """The line, from 1, on which the statement begins that sets what a path leads to.

    The first beginning of the file that parses and holds the path ends with that statement, and the
    one before it that parses ends where the statement begins. So no second reader of TOML is
    needed; the text must be one that ``parse`` takes.
    """
    lines = text.splitlines(keepends=True)
    before = 0
    for count in range(1, len(lines) + 1):
        try:
            tree = tomllib.loads("".join(lines[:count]))
        except tomllib.TOMLDecodeError:
            continue
        if _holds(tree, path):
            return before + 1
        before = count
    return 1


def _holds(tree: Any, path: Path) -> bool:
    for step in path:
        if isinstance(step, int):
            if not isinstance(tree, list) or step >= len(tree):
                return False
        elif not isinstance(tree, dict) or step not in tree:
            return False
        tree = tree[step]
    return True
