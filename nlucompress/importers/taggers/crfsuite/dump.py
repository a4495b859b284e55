"""The text that `crfsuite dump` prints of a linear-chain CRF, which `export` writes too.

    FILEHEADER = {                      name: value, a line each
    }
    LABELS = {                          number: label
    ATTRIBUTES = {                      number: attribute
    TRANSITIONS = {                     (1) label --> label: weight
    STATE_FEATURES = {                  (0) attribute --> label: weight

Each of the five ends with a line `}`. Weights have six digits behind the point. The tool escapes
nothing: a name that holds an arrow or an end of line is found where the numbers of labels,
attributes and weights leave one way to read the text.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from nlucompress.errors import DataError, FormatError
from nlucompress.format.matrices.kinds import Matrix
from nlucompress.format.model import Model
from nlucompress.importers.options import ImportOptions
from nlucompress.importers.reading import weights
from nlucompress.importers.reading.keylist import shown
from nlucompress.importers.vectors.text_layouts import NUMBER
from nlucompress.io.sources import BOM, Opened, opened

_SECTIONS = (b"FILEHEADER", b"LABELS", b"ATTRIBUTES", b"TRANSITIONS", b"STATE_FEATURES")
_NUMBERED = re.compile(rb"\n *([0-9]{1,9}): ")
_KIND = re.compile(rb"\n *\([01]\) ")
_WEIGHT = re.compile(rb"(.*): (" + NUMBER.pattern + rb")", re.DOTALL)
_COUNT = re.compile(rb"\n *num_(features|labels|attrs): ([0-9]{1,18})(?=\n)")
_ARROW = b" --> "
_MOST_PIECES = 64  # that one weight is tried to be put together from

Names = Mapping[bytes, int]


@dataclass(frozen=True)
class _Section:
    """A part of the text, from the line end behind its name to before the one of its `}`."""

    text: bytes
    line: int  # number of the line that begins it
    where: str

    def error(self, at: int, what: str) -> FormatError:
        """An error at an offset of the section, whose line begins behind it."""
        number = self.line + self.text.count(b"\n", 0, at) + 1
        return FormatError(f"{self.where}: line {number}: {what}")


def recognizes(head: bytes) -> bool:
    """Whether a file that begins so is a dump."""
    return head.removeprefix(BOM).startswith(b"FILEHEADER = {")


def read(source: Opened, options: ImportOptions | None = None) -> Model:
    """Read a dump; weights are rounded to float32.

    Raises:
        FormatError: The file is damaged, or a line leaves open which attribute and label it is of.
        DataError: A weight is no finite float32.
    """
    with opened(source) as stream:
        where = stream.name
        sections = _sections(stream.read().removeprefix(BOM), where)
    counts = {match[1]: int(match[2]) for match in _COUNT.finditer(sections[0].text)}
    labels = _names(sections[1], "label", counts.get(b"labels"))
    keys = _names(sections[2], "attribute", counts.get(b"attrs"))
    weights.check_labels(len(labels), where)
    names = weights.names_of(list(labels), "label", where)
    steps = _matrix(sections[3], labels, labels, "transitions")
    states = _matrix(sections[4], keys, labels, "weights of attributes")
    found, told = steps.count + states.count, counts.get(b"features", 0)
    if told and found != told:
        raise FormatError(f"{where}: {found} weights, but the header tells of {told}")
    attributes = weights.keys_of(list(keys), "attribute", where)
    return weights.crf(attributes, names, states.matrix, steps.matrix)


def _sections(text: bytes, where: str) -> list[_Section]:
    """The five parts."""
    if text.startswith(_SECTIONS[0] + b" = {\r\n"):
        text = text.replace(b"\r\n", b"\n")
    if not text.endswith(b"\n"):
        raise FormatError(
            f"{where}: line {text.count(bytes([10])) + 1} has no end; is the file cut off?"
        )
    found: list[_Section] = []
    at = len(_SECTIONS[0] + b" = {")
    for name in (*_SECTIONS[1:], b""):
        ending = b"\n}\n\n" + name + b" = {\n" if name else b"\n}\n"
        end = text.find(ending, at) if name else len(text.rstrip(b"\n")) - len(b"\n}")
        if end < at or not text.startswith(ending, end):
            missing = (name or _SECTIONS[-1]).decode()
            raise FormatError(
                f"{where}: {missing} is missing or does not end; is the file cut off?"
            )
        if name and text.find(ending, end + 1) >= 0:
            raise FormatError(f"{where}: {name.decode()} begins twice: a name holds its beginning")
        found.append(_Section(text[at : end + 1], text.count(b"\n", 0, at) + 1, where))
        at = end + len(ending) - 1
    return found


def _names(section: _Section, what: str, count: int | None) -> dict[bytes, int]:
    """The names of a section, each with its number; they stand in their order."""
    starts = list(_NUMBERED.finditer(section.text))
    if [int(each[1]) for each in starts] != list(range(len(starts))) and count:
        starts = _in_order(section, starts, what, count)
    for number, each in enumerate(starts):
        if int(each[1]) != number or (not number and each.start()):
            raise section.error(each.start(), f"expected `{number}: {what}`")
    if not starts and section.text != b"\n":
        raise section.error(0, f"expected `0: {what}`")
    if count != len(starts):
        raise FormatError(
            f"{section.where}: {len(starts)} {what}s, but the header tells of {count}"
        )
    ends = [*(each.start() for each in starts[1:]), len(section.text) - 1]
    names = [section.text[each.end() : end] for each, end in zip(starts, ends, strict=True)]
    distinct = {name: at for at, name in enumerate(names)}
    if len(distinct) != len(names):
        weights.keys_of(names, what, section.where)
    return distinct


def _in_order(
    section: _Section, starts: list[re.Match[bytes]], what: str, count: int
) -> list[re.Match[bytes]]:
    """The only way to choose beginnings 0, 1, .. of so many names; others belong to names."""
    ways = [0] * count  # to choose up to this number, among those that were seen
    own = []
    for each in starts:
        number = int(each[1])
        before = 0
        if number < count:
            before = int(each.start() == 0) if number == 0 else ways[number - 1]
            ways[number] += before
        own.append(before)
    if not ways[-1]:
        return starts
    if ways[-1] > 1:
        raise FormatError(
            f"{section.where}: there is more than one way to read {count} {what}s, for some hold "
            "ends of lines"
        )
    chosen: list[re.Match[bytes]] = []
    for each, before in zip(reversed(starts), reversed(own), strict=True):
        if before and int(each[1]) == count - 1 - len(chosen):
            chosen.append(each)
    return chosen[::-1]


@dataclass(frozen=True)
class _Listed:
    """The weights of a section, and how many it lists."""

    matrix: Matrix
    count: int


def _matrix(section: _Section, rows: Names, columns: Names, part: str) -> _Listed:
    """The weights of a section."""
    where = f"{section.where}: {part}"
    places, values = [], []
    starts = [each.span() for each in _KIND.finditer(section.text)]
    ends = [*(begin for begin, _ in starts[1:]), len(section.text) - 1]
    if section.text != b"\n" and (not starts or starts[0][0]):
        line = section.text[1:].split(b"\n")[0]
        raise section.error(0, f"{shown(line)} is not a weight of two names that are listed")
    at = 0
    while at < len(starts):
        # A name may hold what looks like the beginning of a line.
        for last in range(at, min(at + _MOST_PIECES, len(starts))):
            text = section.text[starts[at][1] : ends[last]]
            match = _WEIGHT.fullmatch(text)
            pairs = [] if match is None else _pairs(match[1], rows, columns)
            if pairs:
                break
        if match is None or len(pairs) != 1:
            text = section.text[starts[at][0] + 1 : ends[at]]
            what = f"{shown(text)} is not a weight of two names that are listed"
            raise section.error(starts[at][0], what)
        if not abs(float(match[2])) <= weights.LARGEST:
            raise DataError(str(section.error(starts[at][0], "the weight is no finite float32")))
        places.append(pairs[0])
        values.append(float(match[2]))
        at = last + 1
    index = np.array(places, np.int64).reshape(-1, 2)
    shape, numbers = (len(rows), len(columns)), np.array(values, np.float64)
    return _Listed(weights.matrix_of(shape, index[:, 0], index[:, 1], numbers, where), len(values))


def _pairs(text: bytes, rows: Names, columns: Names) -> list[tuple[int, int]]:
    """Every way to read a row and a column; names may hold arrows themselves."""
    found = []
    begin = text.rfind(_ARROW)
    longest = max(map(len, columns), default=0)
    while begin >= 0 and len(text) - begin <= longest + len(_ARROW):
        row, column = text[:begin], text[begin + len(_ARROW) :]
        if row in rows and column in columns:
            found.append((rows[row], columns[column]))
        begin = text.rfind(_ARROW, 0, begin)
    return found
