"""Text in columns: on one line, without tabs, told from every other text."""

from __future__ import annotations


def printable(text: str) -> str:
    """Text on one line and in one column: control characters and ends of lines become escapes."""
    if text.isprintable():
        return text
    from unicodedata import category

    escaped = ("Cc", "Zl", "Zp")
    return "".join(repr(c)[1:-1] if category(c) in escaped else c for c in text)


def cell(label: str) -> str:
    """A label as `predict` prints it: `\\t` is a tab, and a backslash and a t are `\\\\t`."""
    if "\\" not in label:
        return printable(label)
    import re

    # A backslash before what would read as an escape with it, or become one.
    doubled = r"\\(?=[\\tnrxu\x00-\x1f\x7f-\x9f\u2028\u2029])"
    return printable(re.sub(doubled, r"\\\\", label))
