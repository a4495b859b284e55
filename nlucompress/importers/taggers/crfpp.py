"""Models of CRF++ to conditional random fields: the text of ``crf_learn -t``, and binary files.

    version: 100
    cost-factor: 1                 what every weight is multiplied by
    maxid: 60                      how many weights there are
    xsize: 1
                                   (an empty line behind each part)
    A                              labels, a line each
    U00:%x[0,0]                    templates, those of one label first
    24 B                           features: where their weights begin, and their name
    -0.1155248304011955            the weights, a line each

With Y labels a feature that begins with `U` owns Y weights, with `B` Y * Y: weight `i * Y + j` is
that of label j after label i. `crfpp_binary` reads the same out of a binary file.

Attributes are the features that begin with `U`, as the templates make them. Only weights of two
labels that do not depend on the text become transitions: those of a template without `%x`.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nlucompress.errors import DataError, FormatError
from nlucompress.format.model import Model
from nlucompress.importers.options import ImportOptions
from nlucompress.importers.reading import weights
from nlucompress.importers.reading.keylist import shown
from nlucompress.importers.taggers import crfpp_binary
from nlucompress.importers.vectors.text_layouts import NUMBER
from nlucompress.io.sources import Opened, opened

Int64 = NDArray[np.int64]
Float64 = NDArray[np.float64]

_HEADER = re.compile(
    rb"version: (1[0-9]{2})\r?\ncost-factor: (" + NUMBER.pattern + rb")\r?\n"
    rb"maxid: ([0-9]{1,10})\r?\nxsize: [0-9]{1,9}\r?\n\r?\n"
)
_FEATURE = re.compile(rb"([0-9]{1,10}) (.+)", re.DOTALL)


@dataclass
class Parts:
    """What either kind of file holds.

    Attributes:
        labels: The labels.
        templates: The templates.
        names: The features.
        begins: Shape (features,): where the weights of each begin.
        values: Shape (weights,).
    """

    labels: Sequence[bytes]
    templates: Sequence[bytes]
    names: Sequence[bytes]
    begins: Int64
    values: Float64


def recognizes(head: bytes) -> bool:
    """Whether a file begins as either kind does."""
    return _HEADER.match(head) is not None or crfpp_binary.recognizes(head)


def read(source: Opened, options: ImportOptions | None = None) -> Model:
    """Read a model; binary64 weights are rounded to float32, the templates are left out.

    Raises:
        FormatError: The file is damaged, has more than 2048 labels, or weights of two labels that
            depend on the text.
        DataError: A weight is no finite float32.
    """
    with opened(source) as stream:
        data, where = stream.read(), stream.name
    if crfpp_binary.recognizes(data):
        found = crfpp_binary.read(data, where)
        return _model(Parts(*found), where)
    return _model(_text(data, where), where)


def _text(data: bytes, where: str) -> Parts:
    header = _HEADER.match(data)
    if header is None:
        raise FormatError(f"{where}: expected the lines version, cost-factor, maxid and xsize")
    if not data.endswith(b"\n"):
        raise FormatError(f"{where}: the last line does not end; is the file cut off?")
    body = data[header.end() :].replace(b"\r\n", b"\n").removesuffix(b"\n")
    sections = [part.split(b"\n") for part in body.split(b"\n\n")]
    if len(sections) != 4:
        raise FormatError(
            f"{where}: expected labels, templates, features and weights, with empty lines between; "
            f"there are {len(sections)} parts; is the file cut off?"
        )
    labels, templates, features, numbers = sections
    count = int(header[3])
    if len(numbers) != count:
        raise FormatError(
            f"{where}: maxid is {count} but {len(numbers)} weights follow; is the file cut off?"
        )
    names, begins = [], []
    for line in features:
        match = _FEATURE.fullmatch(line)
        if match is None:
            raise FormatError(f"{where}: {shown(line)} is not a line `number feature`")
        begins.append(int(match[1]))
        names.append(match[2])
    for line in numbers:
        if not NUMBER.fullmatch(line):
            raise DataError(f"{where}: the weight {shown(line)} is not a finite number")
    values = np.array([float(line) for line in numbers], np.float64) * float(header[2])
    return Parts(labels, templates, names, np.array(begins, np.int64), values)


def _model(parts: Parts, where: str) -> Model:
    labels = weights.names_of(parts.labels, "label", where)
    count = len(labels)
    weights.check_labels(count, where)
    kinds = {name[:1] for name in parts.names}
    if not kinds <= {b"U", b"B"}:
        raise FormatError(f"{where}: a feature begins neither with U nor with B")
    single = np.array([name[:1] == b"U" for name in parts.names], bool)
    owned = np.where(single, count, count * count)
    if len(owned) and int((parts.begins + owned).max()) > len(parts.values):
        raise FormatError(f"{where}: weights of a feature lie beyond the {len(parts.values)}")
    if int(owned.sum()) > len(parts.values):
        raise FormatError(f"{where}: features share weights; is the file damaged?")
    names = [name for name, each in zip(parts.names, single, strict=True) if each]
    keys = weights.keys_of(names, "feature", where)
    places = parts.begins[single][:, None] + np.arange(count)
    listed = parts.values[places]
    rows, columns = np.nonzero(listed)
    part = f"{where}: weights of attributes"
    shape = (len(keys), count)
    features = weights.matrix_of(shape, rows, columns, listed[rows, columns], part)
    pairs = _pairs(parts, np.flatnonzero(~single), count, where)
    rows, columns = np.nonzero(pairs)
    part = f"{where}: transitions"
    steps = weights.matrix_of((count, count), rows, columns, pairs[rows, columns], part)
    return weights.crf(keys, labels, features, steps)


def _pairs(parts: Parts, paired: Int64, count: int, where: str) -> Float64:
    """Weights of label after label, of the templates that always hold."""
    always = Counter(each for each in parts.templates if each[:1] == b"B" and b"%x" not in each)
    total = np.zeros(count * count)
    for at in paired.tolist():
        begin = int(parts.begins[at])
        values = parts.values[begin : begin + count * count]
        name = parts.names[at]
        if name in always:
            total += always[name] * values
        elif values.any():
            raise FormatError(
                f"{where}: {shown(name)} weighs pairs of labels by the text, which no network here "
                "does; train with the template `B` alone"
            )
    return total.reshape(count, count)
