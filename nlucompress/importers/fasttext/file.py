"""The parts of a fastText file, read forwards, every look at them bounded: see `fasttext`."""

from __future__ import annotations

import struct
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nlucompress.errors import DataError, FormatError
from nlucompress.format.matrices.kinds import Dense, Matrix, ProductQuantized, from_dense
from nlucompress.format.matrices.pq import code_numbers
from nlucompress.importers.reading.keylist import shown

LEVELS = 256
GROWTH = 64  # rows that are decoded take at most so many times the file's bytes
UNMADE = 10**15  # fastText's count of a node of its tree that is not there yet


@dataclass
class File:
    """The bytes of a file; ``at`` is where the next part begins."""

    data: memoryview
    where: str
    at: int = 0

    def error(self, part: str, what: str) -> FormatError:
        """What is wrong with a part."""
        return FormatError(f"{self.where}: {part}: {what}")

    def take(self, size: int, part: str) -> memoryview:
        """The next bytes."""
        if not 0 <= size <= len(self.data) - self.at:
            raise self.error(part, "the file ends within it; cut off?")
        self.at += size
        return self.data[self.at - size : self.at]

    def numbers(self, layout: str, part: str) -> tuple[int, ...]:
        """The next integers, as ``struct`` lays them out."""
        return struct.unpack(layout, self.take(struct.calcsize(layout), part))

    def floats(self, count: int, part: str) -> NDArray[np.float32]:
        """So many float32, all of them finite."""
        values = np.frombuffer(self.take(4 * count, part), "<f4").astype(np.float32)
        if not np.isfinite(values).all():
            raise DataError(f"{self.where}: {part}: a number is not finite")
        return values

    def codes(self, count: int, part: str) -> NDArray[np.uint8]:
        """So many codes, a byte each."""
        return np.frombuffer(self.take(count, part), np.uint8)

    def flag(self, part: str) -> bool:
        """A bool."""
        (value,) = self.numbers("<B", part)
        if value > 1:
            raise self.error(part, f"{value} is not a bool")
        return bool(value)

    def dictionary(self) -> tuple[list[bytes], list[str], list[int], NDArray[np.int64] | None]:
        """Words, labels, counts of the labels, and pruned buckets with their rows."""
        part = "dictionary"
        size, words, labels = self.numbers("<3i", part)
        _, pruned = self.numbers("<2q", part)
        if min(words, labels) < 0 or words + labels != size or pruned < -1:
            raise self.error(part, f"{size} entries are not {words} words and {labels} labels")
        names, counts = [], []
        whole = self.data.obj
        assert isinstance(whole, bytes)
        for number in range(size):
            end = whole.find(b"\0", self.at)
            if end < 0:
                raise self.error(part, f"entry {number} does not end; cut off?")
            names.append(bytes(self.take(end - self.at, part)))
            self.at += 1
            count, kind = self.numbers("<qb", part)
            if kind != (number >= words):
                raise self.error(part, f"entry {number} is no {'word' if kind else 'label'}")
            if not 0 <= count < UNMADE:
                raise self.error(part, f"entry {number} has a count of {count}")
            counts.append(count)
        try:
            texts = [name.decode() for name in names[words:]]
        except UnicodeDecodeError as error:
            bad = shown(bytes(error.object))
            raise self.error(part, f"the label {bad} is not valid UTF-8") from None
        if len(set(texts)) != len(texts):
            raise self.error(part, "a label occurs twice")
        pairs = None
        if pruned >= 0:
            found = np.frombuffer(self.take(8 * pruned, part), "<i4").reshape(-1, 2)
            pairs = found.astype(np.int64)
        return names[:words], texts, counts[words:], pairs

    def matrix(self, part: str, quantized: bool = True) -> tuple[Matrix, bool]:
        """The next matrix, and whether it is quantized, which only ``quantized`` allows."""
        is_quantized = self.flag(part)
        if not (is_quantized and quantized):
            rows, columns = self.shape(part)
            return from_dense(self.floats(rows * columns, part).reshape(rows, columns)), False
        has_norms = self.flag(part)
        rows, columns = self.shape(part)
        (size,) = self.numbers("<i", part)
        codes = self.codes(size, part)
        centroids, count = self.quantizer(part, columns)
        if size != rows * count:
            raise self.error(part, f"{size} codes are not {count} for each of {rows} rows")
        norms: Matrix | None = None
        if has_norms:
            of_norms = self.codes(rows, part).reshape(-1, 1)
            values, one = self.quantizer(part, 1)
            assert one == 1
            norms = ProductQuantized(1, Dense(code_numbers(LEVELS), of_norms), from_dense(values))
        made = Dense(code_numbers(LEVELS), codes.reshape(rows, count))
        result = ProductQuantized(columns, made, from_dense(centroids), norms)
        if centroids.shape[1] == -(-columns // count):
            return result, True
        # Ours divide the columns evenly; what does not, a few short rows, is decoded.
        if 4 * rows * columns > GROWTH * len(self.data):
            raise self.error(part, f"its rows decode to over {GROWTH} times the file")
        return from_dense(result.rows(np.arange(rows))), True

    def shape(self, part: str) -> tuple[int, int]:
        """Rows and columns."""
        rows, columns = self.numbers("<2q", part)
        if rows < 0 or not 1 <= columns < 1 << 16:
            raise self.error(part, f"its shape of {rows} x {columns} is out of range")
        return rows, columns

    def quantizer(self, part: str, columns: int) -> tuple[NDArray[np.float32], int]:
        """Centroids, shape (subvectors * 256, size of a subvector), and the subvectors."""
        dimension, count, size, last = self.numbers("<4i", part)
        fits = count >= 1 and size >= 1 and (count - 1) * size + last == dimension == columns
        if not fits or not 1 <= last <= size:
            raise self.error(
                part, f"{count} subvectors of {size} and {last} numbers are not {columns} columns"
            )
        size = last if count == 1 else size
        values = self.floats(LEVELS * columns, part)
        centroids = np.zeros((count, LEVELS, size), np.float32)
        full = LEVELS * size * (count - 1)
        centroids[:-1] = values[:full].reshape(count - 1, LEVELS, size)
        centroids[-1, :, :last] = values[full:].reshape(LEVELS, last)
        return centroids.reshape(-1, size), count
