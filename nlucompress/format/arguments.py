"""What callers of the Python API most easily mix up: one string for a list of strings."""

from __future__ import annotations


def require_list(values: object, what: str) -> None:
    """Refuse one string where a list of them is meant, which would be read letter by letter.

    Raises:
        TypeError: The value is a string; the text shows the list.
    """
    if isinstance(values, (str, bytes)):
        shown = values if len(values) <= 40 else values[:40]
        more = "" if len(values) <= 40 else ", .."
        raise TypeError(f"{what} are a list of strings, not one string: write [{shown!r}{more}]")
