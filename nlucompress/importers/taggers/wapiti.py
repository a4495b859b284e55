"""Text models of Wapiti (1.x) to conditional random fields.

    #mdl#TYPE#WEIGHTS            TYPE 0 maxent, 1 memm, 2 crf; older files lack `TYPE#`
    #rdr#PATTERNS/COLUMNS/AUTO   older files lack `/AUTO`; then as many strings: the patterns
    #qrk#N                       then N strings: the labels
    #qrk#N                       then N strings: the observations
    INDEX=WEIGHT                 as many lines as there are weights that are not zero

A string is written `LENGTH:BYTES,` and a line end; a weight is a hexadecimal float as C writes it.
With Y labels an observation owns Y weights if it begins with `u`, Y * Y if with `b`, Y and then
Y * Y if with `*`, one observation behind the other; of Y * Y, weight `i * Y + j` is that of label
j after label i.

Attributes are the observations that begin with `u` or `*`, as the patterns make them. Only weights
of two labels that do not depend on the text become transitions: those of a pattern without `%`.
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
from nlucompress.importers.vectors.text_layouts import NUMBER
from nlucompress.io.sources import Opened, opened

Int64 = NDArray[np.int64]
Float64 = NDArray[np.float64]

_MEMM = 1
_UNIGRAM, _BIGRAM = 1, 2
_KINDS = {b"u": _UNIGRAM, b"b": _BIGRAM, b"*": _UNIGRAM | _BIGRAM}

_MODEL = re.compile(rb"#mdl#(?:([0-9]{1,9})#)?([0-9]{1,18})\r?\n")
_READER = re.compile(rb"#rdr#([0-9]{1,9})/[0-9]{1,9}(?:/-?[0-9]{1,9})?\r?\n")
_QUARKS = re.compile(rb"#qrk#([0-9]{1,18})\r?\n")
_LENGTH = re.compile(rb"([0-9]{1,18}):")
_STRING_END = re.compile(rb",\r?\n")
_HEXADECIMAL = rb"[+-]?0[xX][0-9a-fA-F]{1,32}(?:\.[0-9a-fA-F]{0,32})?[pP][+-]?[0-9]{1,9}"
_WEIGHT = re.compile(rb"([0-9]{1,18})=(?:(" + _HEXADECIMAL + rb")|(" + NUMBER.pattern + rb"))\s+")


def read(source: Opened, options: ImportOptions | None = None) -> Model:
    """Read a Wapiti model; binary64 weights are rounded to float32, the patterns are left out.

    Raises:
        FormatError: The file is damaged, a maximum-entropy Markov model, has more than 2048 labels,
            or weights of two labels that depend on the text.
        DataError: A weight is no finite float32.
    """
    with opened(source) as stream:
        text = _Text(stream.read(), stream.name)
    model = text.header(_MODEL, "#mdl#")
    if int(model[1] or 0) == _MEMM:
        raise FormatError(
            f"{text.where}: a maximum-entropy Markov model normalizes at every token, which none "
            "of our networks does; train a crf"
        )
    patterns = text.strings(int(text.header(_READER, "#rdr#")[1]))
    labels = text.strings(int(text.header(_QUARKS, "#qrk#")[1]))
    observations = text.strings(int(text.header(_QUARKS, "#qrk#")[1]))
    indexes, values = text.weights(int(model[2]))
    weights.check_labels(len(labels), text.where)
    names = weights.names_of(labels, "label", text.where)
    return _model(text.where, patterns, names, observations, indexes, values)


def _model(
    where: str,
    patterns: Sequence[bytes],
    labels: list[str],
    observations: Sequence[bytes],
    indexes: Int64,
    values: Float64,
) -> Model:
    count = len(labels)
    kinds = np.array([_KINDS.get(each[:1], 0) for each in observations], np.int64)
    if not kinds.all():
        odd = shown(observations[int(np.argmin(kinds))])
        raise FormatError(f"{where}: the observation {odd} begins with none of u, b, *")
    unigram, bigram = (kinds & _UNIGRAM) != 0, (kinds & _BIGRAM) != 0
    ends = np.cumsum(count * unigram + count * count * bigram)
    if len(indexes) and (not len(ends) or int(indexes.max()) >= int(ends[-1])):
        raise FormatError(f"{where}: weight {int(indexes.max())} belongs to no observation")
    if len(np.unique(indexes)) != len(indexes):
        raise FormatError(f"{where}: a weight is listed twice")
    owner = np.searchsorted(ends, indexes, "right")
    starts = ends - (count * unigram + count * count * bigram)
    within = indexes - starts[owner]
    single = unigram[owner] & (within < count)
    kept = [each for each, single in zip(observations, unigram, strict=True) if single]
    keys = weights.keys_of(kept, "observation", where)
    row = np.cumsum(unigram) - 1
    part = f"{where}: weights of attributes"
    shape = (len(keys), count)
    features = weights.matrix_of(shape, row[owner[single]], within[single], values[single], part)
    paired = np.flatnonzero(~single & (values != 0))
    always = Counter(pattern for pattern in patterns if b"%" not in pattern)
    for at in paired.tolist():
        observation = observations[int(owner[at])]
        if observation not in always:
            raise FormatError(
                f"{where}: {shown(observation)} weighs pairs of labels by the text, which no "
                "network here does; train with the bigram pattern `b` alone"
            )
        values[at] *= always[observation]
    places, which = np.unique((within - count * unigram[owner])[paired], return_inverse=True)
    pairs = np.zeros(len(places))
    np.add.at(pairs, which, values[paired])
    part = f"{where}: transitions"
    rows, columns = np.divmod(places, count)
    transitions = weights.matrix_of((count, count), rows, columns, pairs, part)
    return weights.crf(keys, labels, features, transitions)


@dataclass
class _Text:
    """The bytes of a file, read from the front."""

    data: bytes
    where: str
    at: int = 0

    def error(self, expected: str) -> FormatError:
        found = shown(self.data[self.at : self.at + 40]) if self.at < len(self.data) else "the end"
        return FormatError(f"{self.where}: at byte {self.at}: expected {expected}, found {found}")

    def take(self, pattern: re.Pattern[bytes], expected: str) -> re.Match[bytes]:
        match = pattern.match(self.data, self.at)
        if match is None:
            raise self.error(expected)
        self.at = match.end()
        return match

    def header(self, pattern: re.Pattern[bytes], expected: str) -> re.Match[bytes]:
        return self.take(pattern, f"a line {expected}")

    def strings(self, count: int) -> list[bytes]:
        """As many strings as this."""
        found = []
        for _ in range(count):
            length = int(self.take(_LENGTH, "a string `length:bytes,`")[1])
            begin, self.at = self.at, self.at + length
            self.take(_STRING_END, f"the end of a string of {length} bytes")
            found.append(self.data[begin : begin + length])
        return found

    def weights(self, count: int) -> tuple[Int64, Float64]:
        """Indexes and numbers of all lines that are left."""
        indexes, values = [], []
        while self.at < len(self.data):
            index, hexadecimal, decimal = self.take(_WEIGHT, "a line `index=weight`").groups()
            try:
                value = float.fromhex(hexadecimal.decode()) if hexadecimal else float(decimal)
            except OverflowError:
                value = float("inf")
            if not abs(value) <= weights.LARGEST:
                raise DataError(f"{self.where}: weight {index.decode()} is no finite float32")
            indexes.append(int(index))
            values.append(value)
        if len(indexes) != count:
            raise FormatError(
                f"{self.where}: line 1 announces {count} weights but {len(indexes)} follow; is the "
                "file cut off?"
            )
        return np.array(indexes, np.int64), np.array(values, np.float64)
