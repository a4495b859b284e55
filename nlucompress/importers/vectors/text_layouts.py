"""Which of three text layouts a file of vectors has, and how many numbers a line holds.

    keys       key<TAB>number number ...     the key may hold spaces
    glove      key number number ...         as the GloVe project publishes its vectors
    word2vec   count width, then as glove    as word2vec and fastText write their text files

Two lines decide. A first line with a tab means ``keys``. A first line of two integers is a header
unless the second line too has two fields and the width is not 1, for then it is a GloVe vector of
one number. Where both readings fit (``5 1`` above ``x 7``) the header wins: taken wrongly, its
count is not met and that is an error, whereas a header read as a vector would pass unseen.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal, get_args

from nlucompress.errors import DataError

Layout = Literal["keys", "glove", "word2vec"]
LAYOUTS: tuple[Layout, ...] = get_args(Layout)

NUMBER = re.compile(rb"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")
_NUMBER_LIKE = re.compile(NUMBER.pattern + rb"|[+-]?(?:nan|inf|infinity)", re.IGNORECASE)
_HEADER = re.compile(rb"([0-9]{1,18}) ([0-9]{1,18}) *")


@dataclass(frozen=True)
class Plan:
    """How to read a file.

    Attributes:
        layout: Its layout.
        width: Numbers per line.
        count: Vectors that the header announces; None without a header.
    """

    layout: Layout
    width: int
    count: int | None = None


def recognize(first: bytes, second: bytes | None) -> Layout:
    """The layout by the first two lines, given without their ends; None is no second line."""
    if b"\t" in first:
        return "keys"
    header = _HEADER.fullmatch(first)
    if header is None:
        return "glove"
    one_number = second is not None and len(_fields(second)) == 2 and int(header[2]) != 1
    return "glove" if one_number else "word2vec"


def plan(first: bytes, second: bytes | None, layout: Layout | None, where: str) -> Plan:
    """How to read a file that begins with these lines, given without their ends.

    Args:
        first: The first line.
        second: The second line, None if there is none.
        layout: The layout; None recognizes it.
        where: Name of the file, for messages.

    Raises:
        DataError: The lines fit no layout, or not the given one.
    """
    layout = layout or recognize(first, second)
    if layout == "word2vec":
        return _plan_header(first, where)
    if layout == "keys":
        numbers = first.partition(b"\t")[2].replace(b"\t", b" ")
        width = len(_fields(numbers))
        if not width:
            raise DataError(f"{where}: line 1: expected key<TAB>numbers")
        return Plan(layout, width)
    fields = _fields(first)
    width = _trailing_numbers(fields)
    if not width:
        raise DataError(
            f"{where}: line 1: no numbers found; expected key<TAB>numbers, `key numbers` "
            "or the header `count width`"
        )
    other = None if second is None else _trailing_numbers(_fields(second))
    if width < len(fields) - 1 and width != other:
        raise DataError(
            f"{where}: line 1 ends in {width} numbers after {len(fields) - width} other fields and "
            f"line 2 ends in {other or 0}: correct them, or put the header `count width` first"
        )
    return Plan(layout, width)


def _plan_header(first: bytes, where: str) -> Plan:
    header = _HEADER.fullmatch(first)
    if header is None:
        raise DataError(f"{where}: line 1: expected the word2vec header `count width`")
    if not int(header[1]) or not int(header[2]):
        raise DataError(f"{where}: line 1: the header announces no numbers")
    return Plan("word2vec", int(header[2]), int(header[1]))


def _fields(line: bytes) -> list[bytes]:
    return [field for field in line.split(b" ") if field]


def _trailing_numbers(fields: list[bytes]) -> int:
    """How many fields at the end are numbers; the first field is always the key."""
    count = 0
    for field in fields[:0:-1]:
        if not _NUMBER_LIKE.fullmatch(field):
            break
        count += 1
    return count
