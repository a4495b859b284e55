"""What somebody meant who wrote a name that is not there."""

from __future__ import annotations

from collections.abc import Iterable


def near(word: str, known: Iterable[str]) -> str:
    """``: did you mean `NAME`?`` for the known name that is most like a word, else nothing."""
    from difflib import get_close_matches

    found = get_close_matches(word, list(known), 1)
    return f": did you mean `{found[0]}`?" if found else ""
