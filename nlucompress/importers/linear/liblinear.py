"""LIBLINEAR's model files to linear models.

    solver_type L2R_LR           what it was trained with
    nr_class 3
    label 1 2 3                  integers, in the order of the columns
    nr_feature 4
    bias 1                       the value of one more feature that every text has; negative: none
    w
    0.5 -0.25 1                  a line per feature, a number per class; two classes share one

Only MCSVM_CS has a column for each of two classes, which add up to 0. Otherwise the one number is
for the first label. Of two classes with equal scores the second label wins: so it stands first
here, with a score of 0 if there is one number.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from nlucompress.errors import DataError, FormatError
from nlucompress.format.indexes.kinds import Strings
from nlucompress.format.matrices.plain import MAX_SPARSE_COLUMNS
from nlucompress.format.model import Model, Network, Table
from nlucompress.importers.options import ImportOptions
from nlucompress.importers.reading import weights
from nlucompress.importers.reading.keyfile import read_keys
from nlucompress.importers.reading.keylist import shown
from nlucompress.importers.vectors.text_layouts import NUMBER
from nlucompress.io.sources import Opened, opened

LOGISTIC = ("L2R_LR", "L1R_LR", "L2R_LR_DUAL")
CRAMMER_SINGER = "MCSVM_CS"
CLASSIFIERS = (
    *LOGISTIC,
    "L2R_L2LOSS_SVC_DUAL",
    "L2R_L2LOSS_SVC",
    "L2R_L1LOSS_SVC_DUAL",
    CRAMMER_SINGER,
    "L1R_L2LOSS_SVC",
)
FEATURES = {"kind": "pairs"}
_HEADER = ("solver_type", "nr_class", "label", "nr_feature", "bias", "rho", "w")
_MAX_FEATURES = 1 << 32


def read(source: Opened, options: ImportOptions | None = None) -> Model:
    """Read a classifier; binary64 weights are rounded to float32.

    ``options.keys`` names the features: key i is feature i + 1. Without it they are called by
    their numbers, "1" and so on, as LIBLINEAR's data files have them.

    Raises:
        FormatError: The file is damaged, or a regression or one-class model.
        DataError: A weight is no finite float32, or the keys do not fit the features.
    """
    options = options or ImportOptions()
    with opened(source) as stream:
        where = stream.name
        text = stream.read().split(b"\n")
    fields, begin = _header(text, where)
    solver = fields["solver_type"][0].decode("latin-1")
    if solver not in CLASSIFIERS:
        raise FormatError(
            f"{where}: solver_type {solver[:40]} is not a classifier; train one of -s 0 to 7"
        )
    count = _integer(fields["nr_class"], 1, MAX_SPARSE_COLUMNS, f"{where}: nr_class")
    features = _integer(fields["nr_feature"], 1, _MAX_FEATURES, f"{where}: nr_feature")
    bias = _number(fields["bias"][0], f"{where}: bias")
    labels = [label.decode("latin-1") for label in fields.get("label", [])]
    if len(labels) != count:
        raise FormatError(f"{where}: nr_class is {count} but there are {len(labels)} labels")
    weights.check_distinct(labels, "label", where)
    single = count == 2 and solver != CRAMMER_SINGER
    values = _weights(text, begin, features + (bias >= 0), 1 if single else count, where)
    if single:
        values = np.pad(values, ((0, 0), (0, 1)))
    if count == 2:
        labels.reverse()
        values = values[:, ::-1]
    rows, columns = np.nonzero(values[:features])
    part = f"{where}: weights of features"
    table = weights.matrix_of((features, count), rows, columns, values[rows, columns], part)
    biases = bias * values[features:] if bias >= 0 else np.zeros((1, count))
    settings = {"link": "margin"}
    if solver in LOGISTIC:
        settings["link"] = "softmax" if single else "one-vs-rest"
    network = Network("linear", settings, {"bias": weights.bias_of(biases[0], where)})
    keys = _keys(options, features, where)
    return Model({"features": Table(keys, table)}, network, tuple(labels), FEATURES)


def _header(text: list[bytes], where: str) -> tuple[dict[str, list[bytes]], int]:
    """Words behind each name of the header, and the index of the line behind `w`."""
    fields: dict[str, list[bytes]] = {}
    for at, line in enumerate(text):
        name, *words = line.split()[: 1 + MAX_SPARSE_COLUMNS] or [b""]
        if name.decode("latin-1") not in _HEADER or (not words and name != b"w"):
            raise FormatError(f"{where}: line {at + 1}: {shown(line)} is not a line of a header")
        fields[name.decode()] = words
        if name == b"w":
            missing = [each for each in _HEADER if each not in fields]
            for each in missing:
                if each not in ("label", "rho"):  # that not all kinds of models have
                    raise FormatError(f"{where}: the header has no line `{each}`")
            return fields, at + 1
    raise FormatError(f"{where}: there is no line `w`; is the file cut off?")


def _weights(
    text: Sequence[bytes], begin: int, rows: int, columns: int, where: str
) -> NDArray[np.float64]:
    """The numbers, shape (rows, columns)."""
    lines = [line for line in text[begin:] if line.strip()]
    if len(lines) != rows:
        raise FormatError(
            f"{where}: {rows:,} lines of weights are announced but {len(lines):,} follow; is the "
            "file cut off?"
        )
    result = []
    for at, line in enumerate(lines):
        words = line.split()
        if len(words) != columns:
            raise FormatError(
                f"{where}: line {begin + at + 1}: {len(words)} numbers, but there are {columns} "
                "classes"
            )
        result.append([_number(word, f"{where}: line {begin + at + 1}") for word in words])
    return np.array(result).reshape(rows, columns)


def _keys(options: ImportOptions, features: int, where: str) -> Strings:
    if options.keys is None:
        return Strings.of(map(str, range(1, features + 1)))
    keys = read_keys(options.keys)
    if len(keys) != features:
        raise DataError(f"{where}: nr_feature is {features:,} but there are {len(keys):,} keys")
    return keys


def _integer(words: Sequence[bytes], low: int, high: int, what: str) -> int:
    text = words[0].decode("latin-1")
    if not re.fullmatch("[0-9]{1,18}", text) or not low <= int(text) <= high:
        raise FormatError(f"{what} {text[:20]!r} is not an integer from {low} to {high:,}")
    return int(text)


def _number(word: bytes, what: str) -> float:
    value = float(word) if NUMBER.fullmatch(word) else float("nan")
    if not abs(value) <= weights.LARGEST:
        raise DataError(f"{what}: {shown(word)} is no finite float32")
    return value
