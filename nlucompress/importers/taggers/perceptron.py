"""Averaged-perceptron taggers, as NLTK and textblob-aptagger have them, to linear models.

They are JSON, or pickles of the same values (`perceptron_pickle`):

    {"weights": {FEATURE: {TAG: NUMBER}}, "tagdict": {WORD: TAG}, "classes": [TAG, ..]}
    [weights, tagdict, classes]        the same three in a list
    {FEATURE: {TAG: NUMBER}}           the weights alone: their tags are the classes

Each token is labelled by the sum of its features' weights. Of equal sums these taggers take the
last tag in the order of code points, ours the first label: so the labels stand in falling order.
A word of the tag dictionary has its tag without being weighed: it becomes the table ``tagdict``, a
row per word with 1 for its tag.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from nlucompress.errors import DataError, FormatError
from nlucompress.format.indexes.kinds import Strings
from nlucompress.format.matrices.kinds import Matrix
from nlucompress.format.matrices.plain import MAX_SPARSE_COLUMNS
from nlucompress.format.model import Model, Table
from nlucompress.importers.options import ImportOptions
from nlucompress.importers.reading import weights
from nlucompress.importers.reading.json_text import parsed
from nlucompress.importers.reading.weights import LARGEST
from nlucompress.importers.taggers import perceptron_pickle
from nlucompress.io import packings
from nlucompress.io.sources import BOM, Opened, opened

TAGDICT = "tagdict"
_PARTS = ("weights", TAGDICT, "classes")


def read(source: Opened, options: ImportOptions | None = None) -> Model:
    """Read a perceptron tagger; binary64 weights are rounded to float32.

    Raises:
        FormatError: The file is neither JSON nor a pickle of plain values, or not of this shape.
        DataError: A weight is no finite float32, or a tag is none of the classes.
    """
    with opened(source) as stream:
        where = stream.name
        data = stream.read()
    if perceptron_pickle.recognizes(data[: packings.BZIP2_BLOCK]):
        value = perceptron_pickle.value(data, where)
    else:
        value = parsed(data.removeprefix(BOM), where)
    found, tagdict, classes = _parts(value, where)
    rows = _objects(found, "weights", where)
    named: Iterable[Any] = {tag for row in rows.values() for tag in row}
    labels = sorted(classes if classes is not None else named, reverse=True)
    weights.check_distinct(labels, "class", where)
    if not 1 <= len(labels) <= MAX_SPARSE_COLUMNS:
        raise FormatError(f"{where}: {len(labels):,} classes; 1 to {MAX_SPARSE_COLUMNS:,} can be")
    column = {label: at for at, label in enumerate(labels)}
    matrix = _matrix(rows, column, where)
    model = weights.tagger_of_tokens(list(rows), labels, matrix)
    if not tagdict:
        return model
    ones = {word: {tag: 1.0} for word, tag in tagdict.items()}
    words = Table(Strings.of(ones), _matrix(ones, column, f"{where}: {TAGDICT}"))
    return replace(model, tables={**model.tables, TAGDICT: words})


def _matrix(rows: Mapping[str, Any], column: Mapping[str, int], where: str) -> Matrix:
    """Weights by key and label as a matrix in their order."""
    keys, columns, values = [], [], []
    for at, (key, row) in enumerate(rows.items()):
        for tag, value in row.items():
            if tag not in column:
                raise DataError(
                    f"{where}: {weights.quoted(key)}: the tag {weights.quoted(tag)} is not a class"
                )
            if type(value) not in (int, float) or not abs(value) <= LARGEST:
                place = f"{weights.quoted(key)}: the weight of {weights.quoted(tag)}"
                raise DataError(f"{where}: {place} is no finite float32")
            keys.append(at)
            columns.append(column[tag])
            values.append(float(value))
    shape = (len(rows), len(column))
    places = np.array(keys, np.int64), np.array(columns, np.int64)
    return weights.matrix_of(shape, *places, np.array(values, np.float64), where)


def _parts(value: Any, where: str) -> tuple[Any, dict[str, Any], list[str] | None]:
    """Weights, tag dictionary and classes (None: not told)."""
    if isinstance(value, dict) and set(value) != set(_PARTS):
        return value, {}, None
    parts = [value[name] for name in _PARTS] if isinstance(value, dict) else value
    if not isinstance(parts, list) or len(parts) != len(_PARTS):
        raise FormatError(f"{where}: expected an object, or a list of {', '.join(_PARTS)}")
    found, tagdict, classes = parts
    if not isinstance(tagdict, dict):
        raise FormatError(f"{where}: {TAGDICT} is not an object of words and their tags")
    for tag in (*tagdict.values(), *(classes if isinstance(classes, list) else [None])):
        if not isinstance(tag, str):
            raise FormatError(f"{where}: {TAGDICT} and classes hold something that is not a string")
    return found, tagdict, classes


def _objects(found: Any, what: str, where: str) -> dict[str, Any]:
    """The weights, an object of objects."""
    if not isinstance(found, dict) or not all(type(row) is dict for row in found.values()):
        raise FormatError(f"{where}: expected {what} {{feature: {{tag: number}}}}")
    return found
