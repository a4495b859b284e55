"""The text that `crfsuite dump` prints of a linear-chain CRF, which `export` writes too.

    FILEHEADER = {                      name: value, a line each
    }
    LABELS = {                          number: label
    ATTRIBUTES = {                      number: attribute
    TRANSITIONS = {                     (1) label --> label: weight
    STATE_FEATURES = {                  (0) attribute --> label: weight

Each of the five ends with a line `}`. Weights have six digits behind the point.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

import numpy as np

from nlucompress.errors import DataError, FormatError
from nlucompress.format.matrices.kinds import Matrix
from nlucompress.format.model import Model
from nlucompress.importers.options import ImportOptions
from nlucompress.importers.reading import weights
from nlucompress.importers.reading.keylist import shown
from nlucompress.importers.reading.sources import BOM, Opened, opened
from nlucompress.importers.vectors.text_layouts import NUMBER

_SECTIONS = (b"FILEHEADER", b"LABELS", b"ATTRIBUTES", b"TRANSITIONS", b"STATE_FEATURES")
_NAME = re.compile(rb" *([0-9]{1,9}): (.*)", re.DOTALL)
_WEIGHT = re.compile(rb" *\([01]\) (.*): (" + NUMBER.pattern + rb")", re.DOTALL)
_COUNT = re.compile(rb" *num_(features|labels|attrs): ([0-9]{1,18})")
_ARROW = b" --> "

Lines = Sequence[tuple[int, bytes]]  # their numbers and texts


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
        sections = _sections(stream.read().removeprefix(BOM).split(b"\n"), where)
    matches = [_COUNT.fullmatch(text) for _, text in sections[0]]
    counts = {match[1]: int(match[2]) for match in matches if match}
    labels = _names(sections[1], "label", counts.get(b"labels"), where)
    keys = _names(sections[2], "attribute", counts.get(b"attrs"), where)
    weights.check_labels(len(labels), where)
    transitions = _matrix(sections[3], labels, labels, f"{where}: transitions")
    features = _matrix(sections[4], keys, labels, f"{where}: weights of attributes")
    return weights.crf(list(keys), list(labels), features, transitions)


def _sections(lines: Sequence[bytes], where: str) -> list[Lines]:
    """The lines of each section."""
    if lines[-1]:
        raise FormatError(f"{where}: line {len(lines)} has no end; is the file cut off?")
    found: list[Lines] = []
    current: list[tuple[int, bytes]] | None = None
    for number, line in enumerate(lines, 1):
        text = line.removesuffix(b"\r")
        if current is not None and text != b"}":
            current.append((number, text))
        elif current is not None:
            found.append(current)
            current = None
        elif text:
            if len(found) == len(_SECTIONS) or text != _SECTIONS[len(found)] + b" = {":
                raise FormatError(f"{where}: line {number}: {shown(text)} begins no section here")
            current = []
    if len(found) < len(_SECTIONS):
        missing = _SECTIONS[len(found)].decode()
        raise FormatError(f"{where}: {missing} is missing or does not end; is the file cut off?")
    return found


def _names(lines: Lines, what: str, count: int | None, where: str) -> dict[str, int]:
    """The names of a section, each with its number; they stand in their order."""
    encoded: list[bytes] = []
    for number, text in lines:
        match = _NAME.fullmatch(text)
        if match is None or int(match[1]) != len(encoded):
            raise FormatError(f"{where}: line {number}: expected `{len(encoded)}: {what}`")
        encoded.append(match[2])
    if count != len(encoded):
        raise FormatError(f"{where}: {len(encoded)} {what}s, but the header tells of {count}")
    return {name: at for at, name in enumerate(weights.names_of(encoded, what, where))}


def _matrix(
    lines: Lines, rows: Mapping[str, int], columns: Mapping[str, int], where: str
) -> Matrix:
    """The weights of a section."""
    places, values = [], []
    for number, text in lines:
        match = _WEIGHT.fullmatch(text)
        pairs = [] if match is None else _pairs(match[1], rows, columns)
        if match is None or len(pairs) != 1:
            raise FormatError(
                f"{where}: line {number}: {shown(text)} is no weight of two names that are listed"
            )
        if not abs(float(match[2])) <= weights.LARGEST:
            raise DataError(f"{where}: line {number}: the weight is no finite float32")
        places.append(pairs[0])
        values.append(float(match[2]))
    at = np.array(places, np.int64).reshape(-1, 2)
    shape = (len(rows), len(columns))
    return weights.matrix_of(shape, at[:, 0], at[:, 1], np.array(values, np.float64), where)


def _pairs(
    text: bytes, rows: Mapping[str, int], columns: Mapping[str, int]
) -> list[tuple[int, int]]:
    """Every way to read a row and a column; names may hold arrows themselves."""
    found = []
    begin = text.rfind(_ARROW)
    longest = max(map(len, columns), default=0) * 4
    while begin >= 0 and len(text) - begin <= longest + len(_ARROW):
        row = text[:begin].decode("utf-8", "replace")
        column = text[begin + len(_ARROW) :].decode("utf-8", "replace")
        if row in rows and column in columns:
            found.append((rows[row], columns[column]))
        begin = text.rfind(_ARROW, 0, begin)
    return found
