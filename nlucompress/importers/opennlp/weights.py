"""The numbers of a model of Apache OpenNLP: big-endian Java data.

    text                  type: GIS, QN or Perceptron
    int32, binary64       of GIS alone: correction constant and its parameter, which say nothing
    int32, texts          outcomes, in the order in which training saw them
    int32, texts          patterns of outcomes: `COUNT OUTCOME OUTCOME ...`
    int32, texts          predicates, those of the first pattern first, COUNT of each
    binary64              for each predicate the weights of its pattern's outcomes

A text is its length in 2 bytes and Java's modified UTF-8: NUL as C0 80, and halves of surrogate
pairs one by one. A model's score of an outcome is the sum of the weights of what it is given.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nlucompress.errors import FormatError
from nlucompress.format.matrices.kinds import Matrix
from nlucompress.importers.reading import weights

KINDS = ("GIS", "QN", "Perceptron")
MAX_LABELS = 1 << 20


@dataclass(frozen=True)
class Weights:
    """A model's numbers.

    Attributes:
        kind: Its type.
        outcomes: The labels.
        predicates: The keys.
        matrix: Shape (predicates, outcomes).
    """

    kind: str
    outcomes: list[str]
    predicates: list[str]
    matrix: Matrix


def parse(data: bytes, where: str) -> Weights:
    """Read the numbers; binary64 is rounded to float32.

    Raises:
        FormatError: They are damaged, or of a type that is not read.
        DataError: A weight is no finite float32.
    """
    file = _Java(data, where)
    kind = file.text("type")
    if kind not in KINDS:
        raise FormatError(f"{where}: a model of type {kind[:40]!r}; {', '.join(KINDS)} are read")
    if kind == "GIS":
        constant, _ = file.take(">id", "correction constant")
        if constant != 1:
            raise FormatError(
                f"{where}: its correction constant is {constant}, as versions before 1.6 have it; "
                "train it with a later one"
            )
    outcomes = file.texts("outcomes")
    if not 1 <= len(outcomes) <= MAX_LABELS:
        raise FormatError(f"{where}: {len(outcomes):,} outcomes; 1 to {MAX_LABELS:,} are read")
    patterns = [_pattern(text, len(outcomes), where) for text in file.texts("patterns")]
    predicates = file.texts("predicates")
    if sum(int(pattern[0]) for pattern in patterns) != len(predicates):
        raise FormatError(f"{where}: the patterns are not those of {len(predicates)} predicates")
    columns = [np.tile(pattern[1:], int(pattern[0])) for pattern in patterns]
    sizes = [np.full(int(pattern[0]), len(pattern) - 1) for pattern in patterns]
    at = np.concatenate([np.zeros(0, np.int64), *columns])
    rows = np.repeat(np.arange(len(predicates)), np.concatenate([np.zeros(0, np.int64), *sizes]))
    values = file.doubles(len(at))
    weights.check_distinct(outcomes, "outcome", where)
    weights.check_distinct(predicates, "predicate", where)
    shape = (len(predicates), len(outcomes))
    return Weights(kind, outcomes, predicates, weights.matrix_of(shape, rows, at, values, where))


def _pattern(text: str, outcomes: int, where: str) -> NDArray[np.int64]:
    """How many predicates have a pattern, and its outcomes, ascending."""
    fields = text.split(" ")
    plain = all(field.isascii() and field.isdecimal() and len(field) < 10 for field in fields)
    numbers = np.array([int(field) for field in fields] if plain else [0], np.int64)
    inside = (numbers[1:] < outcomes).all() and (np.diff(numbers[1:]) > 0).all()
    if not plain or len(numbers) < 2 or not inside:
        raise FormatError(f"{where}: the pattern of outcomes {text[:40]!r} is damaged")
    return numbers


@dataclass
class _Java:
    """Java's data, read from the front, every look at them bounded."""

    data: bytes
    where: str
    at: int = 0

    def bytes_of(self, size: int, part: str) -> bytes:
        if size > len(self.data) - self.at:
            raise FormatError(f"{self.where}: {part}: the file ends within it; cut off?")
        self.at += size
        return self.data[self.at - size : self.at]

    def take(self, layout: str, part: str) -> tuple[int, ...]:
        return struct.unpack(layout, self.bytes_of(struct.calcsize(layout), part))

    def text(self, part: str) -> str:
        (size,) = self.take(">H", part)
        raw = self.bytes_of(size, part).replace(b"\xc0\x80", b"\0")
        try:
            halves = raw.decode("utf-8", "surrogatepass")
            return halves.encode("utf-16", "surrogatepass").decode("utf-16")
        except UnicodeDecodeError:
            raise FormatError(f"{self.where}: {part}: a text is no UTF-8") from None

    def texts(self, part: str) -> list[str]:
        (count,) = self.take(">i", part)
        if not 0 <= count <= (len(self.data) - self.at) // 2:
            raise FormatError(f"{self.where}: {part}: there are no {count} of them in the file")
        return [self.text(part) for _ in range(count)]

    def doubles(self, count: int) -> NDArray[np.float64]:
        """All that is left, which must be as many numbers."""
        raw = self.bytes_of(8 * count, "weights")
        if self.at != len(self.data):
            raise FormatError(f"{self.where}: {len(self.data) - self.at} bytes follow the weights")
        return np.frombuffer(raw, ">f8").astype(np.float64)
