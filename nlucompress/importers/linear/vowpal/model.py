"""Vowpal Wabbit's `--readable_model` and `--invert_hash` texts to linear models.

A header (see ``vowpal_header``), then a line per weight that is not zero, in ascending places:

    place:weight ..            readable_model; what follows the weight served its training
    name:place:weight ..       invert_hash; a name is ``namespace^feature``, n-grams join features
    name[c]:place:weight ..    the weight of class c, the first class has no brackets

The weights of a feature for N classes stand at its place and the next ones; a place is a multiple
of the lowest power of two that N classes fit in. With names the keys are the names; without them
they are the places, and the model's features hash names as Vowpal Wabbit does. Features that
collide in its hash share a weight, but a name stands for one of them alone.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from nlucompress.errors import DataError, FormatError
from nlucompress.format.indexes.kinds import Strings
from nlucompress.format.model import Model, Network, Table
from nlucompress.importers.linear.vowpal import header as vowpal_header
from nlucompress.importers.linear.vowpal.options import Header
from nlucompress.importers.options import ImportOptions
from nlucompress.importers.reading import weights
from nlucompress.importers.reading.keylist import shown
from nlucompress.importers.vectors.text_layouts import NUMBER
from nlucompress.io.sources import BOM, Opened, opened

CONSTANT = b"Constant"
CONSTANT_HASH = 11650396  # of the feature that every line has, unless --noconstant

_WEIGHT = re.compile(rb"(?:(.*):)?([0-9]{1,18}):(" + NUMBER.pattern + rb")(?: .*)?", re.DOTALL)


def recognizes(head: bytes) -> bool:
    """Whether a file that begins so is a text model."""
    return re.match(rb"Version [0-9.]+\r?\nId ", head.removeprefix(BOM)) is not None


def read(source: Opened, options: ImportOptions | None = None) -> Model:
    """Read a text model; weights are rounded to float32.

    Raises:
        FormatError: The file is damaged, no classifier, or was trained with an option that needs
            more than a linear model; the message names it.
        DataError: A weight is no finite float32, or a key comes twice.
    """
    with opened(source) as stream:
        where = stream.name
        lines = stream.read().removeprefix(BOM).split(b"\n")
    header, begin = vowpal_header.parse(lines, where)
    if lines[-1]:  # the file does not tell how many lines it has
        raise FormatError(f"{where}: line {len(lines)} has no end; is the file cut off?")
    return _model(header, _weights(lines, begin, header, where), where)


@dataclass(frozen=True)
class _Weight:
    name: bytes | None
    place: int
    column: int
    value: float


def _weights(lines: Sequence[bytes], begin: int, header: Header, where: str) -> list[_Weight]:
    """The weights, each with the name of its feature, if it has one, and its class."""
    found = []
    before = -1
    for number, line in enumerate(lines[begin:], begin + 1):
        text = line.removesuffix(b"\r")
        if not text and number == len(lines):
            break
        at = f"{where}: line {number}"
        match = _WEIGHT.fullmatch(text)
        if match is None:
            raise FormatError(
                f"{at}: expected `place:weight` or `name:place:weight`, not {shown(text)}"
            )
        name, place, value = match[1], int(match[2]), float(match[3])
        if not abs(value) <= weights.LARGEST:
            raise DataError(f"{at}: the weight is no finite float32")
        if not before < place < 1 << header.bits:
            raise FormatError(f"{at}: place {place} does not rise, or is beyond {header.bits} bits")
        before = place
        column = place % header.width
        if column >= header.columns:
            raise FormatError(
                f"{at}: place {place} is of no class; weights must stand as version 9.11 has them"
            )
        if name is not None and not name:
            raise FormatError(
                f"{at}: the weight has no name; run --invert_hash over all of the training data, "
                "or import what --readable_model writes"
            )
        if name is not None and column:
            end = b"[%d]" % column
            if not name.endswith(end):
                raise FormatError(f"{at}: the name {shown(name)} does not end in {end.decode()}")
            name = name.removesuffix(end)
        found.append(_Weight(name, place, column, header.final(value)))
    if not found:
        raise FormatError(f"{where}: the model has no weights; is the file cut off?")
    if len({each.name is None for each in found}) > 1:
        raise FormatError(f"{where}: some weights have names and some have none")
    return found


def _model(header: Header, listed: list[_Weight], where: str) -> Model:
    named = listed[0].name is not None
    mask = (1 << header.bits) - 1
    constant = CONSTANT_HASH * header.width & mask if header.constant else None
    bias = np.zeros((1, header.columns))
    rows: dict[int, int] = {}
    keys: list[bytes] = []
    places: list[tuple[int, int]] = []
    values: list[float] = []
    for each in listed:
        place = each.place - each.column
        if place == constant and each.name in (None, CONSTANT):
            bias[0, each.column] = each.value
            if named:
                continue  # without names, what collides with the constant has its weights too
        if place not in rows:
            rows[place] = len(keys)
            keys.append(each.name if each.name is not None else b"%d" % place)
        elif each.name is not None and keys[rows[place]] != each.name:
            raise FormatError(f"{where}: place {place} has two names, {shown(each.name)} is one")
        places.append((rows[place], each.column))
        values.append(each.value)
    names = _names(keys, where)
    at = np.array(places, np.int64).reshape(-1, 2) + np.array([0, header.binary])
    number = header.sign * np.array(values)
    shape = (len(names), header.columns + header.binary)
    part = f"{where}: weights of features"
    table = weights.matrix_of(shape, at[:, 0], at[:, 1], number, part)
    bias = header.sign * np.pad(bias, ((0, 0), (int(header.binary), 0)))
    return Model(
        {"features": Table(Strings.of(names), table)},
        Network("linear", header.settings, {"bias": weights.bias_of(bias[0], where)}),
        header.labels,
        header.features(named),
    )


def _names(keys: Sequence[bytes], where: str) -> list[str]:
    seen: set[bytes] = set()
    for key in keys:
        if key in seen:
            raise FormatError(
                f"{where}: two features are called {shown(key)}; import what --readable_model "
                "writes, which tells them apart by their places"
            )
        seen.add(key)
    return weights.names_of(keys, "the name of feature", where)
