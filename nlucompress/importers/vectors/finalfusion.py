"""finalfusion files (`.fifu`): words and their rows, plain or product-quantized, and norms.

A header names the chunks, then each has its number, its length and its bytes. Numbers are
little-endian, and floats are padded to the next multiple of 4 bytes of the file, by 1 to 4 bytes.
The layout is that of the finalfusion project's specification. Rows of product-quantized storage are
decoded; norms are carried along as a tensor, for the rows are of length 1. Subword vocabularies
have rows without keys and are refused by name.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nlucompress.errors import DataError, FormatError
from nlucompress.format.indexes.kinds import Strings
from nlucompress.format.model import Model
from nlucompress.importers.options import ImportOptions
from nlucompress.importers.reading.keylist import KeyList
from nlucompress.importers.tensors import table as tensors
from nlucompress.io.sources import Opened, opened

MAGIC = b"FiFu"
VOCABULARY, ARRAY, QUANTIZED, METADATA, NORMS = 1, 2, 4, 5, 6
SUBWORDS = {
    3: "BucketSubwordVocab",
    7: "FastTextSubwordVocab",
    8: "ExplicitSubwordVocab",
    9: "FloretSubwordVocab",
}
U8, F32 = 1, 10
GROWTH = 64  # decoded rows take at most so many times the file's bytes
KEYS_AT_ONCE = 1 << 16


def read(source: Opened, options: ImportOptions) -> Model:
    """Read a file; its rows are the tensor ``storage``, its norms ``norms``.

    Raises:
        FormatError: It is damaged, or holds a chunk that is not read.
        DataError: A word is no UTF-8 or occurs twice, or a number is not finite.
    """
    with opened(source) as stream:
        data, where = stream.read(), stream.name
    words: Strings | None = None
    arrays: dict[str, NDArray[Any]] = {}
    for kind, chunk in _chunks(data, where):
        if kind in SUBWORDS:
            raise FormatError(
                f"{where}: a {SUBWORDS[kind]} has rows of n-grams without keys, which are not "
                "read; write the file with a SimpleVocab"
            )
        if kind == VOCABULARY and words is None:
            words = _words(chunk)
        elif kind == ARRAY and "storage" not in arrays:
            rows, columns = chunk.numbers("<QI")
            arrays["storage"] = chunk.floats(rows * columns).reshape(rows, columns)
        elif kind == QUANTIZED and "storage" not in arrays:
            arrays["storage"] = _quantized(chunk, len(data))
        elif kind == NORMS and "norms" not in arrays:
            arrays["norms"] = chunk.floats(*chunk.numbers("<Q"))
        elif kind != METADATA:
            raise FormatError(f"{where}: a chunk of kind {kind} occurs twice or is not known")
    if words is None or "storage" not in arrays:
        raise FormatError(f"{where}: the file has no vocabulary or no rows")
    kept = {name: arrays[name] for name in tensors.without(arrays, options, where)}
    return tensors.model_of(kept, options, where, {"storage": words})


@dataclass
class _Chunk:
    """The bytes of a chunk, read forwards; ``at`` counts from the file's first byte."""

    data: memoryview
    at: int
    end: int
    where: str

    def take(self, size: int) -> memoryview:
        """The next bytes."""
        if size > self.end - self.at:
            raise FormatError(f"{self.where}: a chunk is too short for what it holds; truncated?")
        self.at += size
        return self.data[self.at - size : self.at]

    def numbers(self, layout: str) -> tuple[int, ...]:
        """The next integers, as ``struct`` lays them out."""
        return struct.unpack(layout, self.take(struct.calcsize(layout)))

    def kind(self, wanted: int) -> None:
        """The type of the elements, which must be this one."""
        if self.numbers("<I") != (wanted,):
            raise FormatError(f"{self.where}: the elements of a chunk have an unknown type")

    def pad(self) -> None:
        """What fills up to a multiple of 4."""
        self.take(4 - self.at % 4)

    def floats(self, count: int) -> NDArray[np.float32]:
        """Their type, the padding and so many float32."""
        self.kind(F32)
        self.pad()
        return self.plain(count)

    def plain(self, count: int) -> NDArray[np.float32]:
        """So many float32."""
        return np.frombuffer(self.take(4 * count), "<f4")


def _chunks(data: bytes, where: str) -> list[tuple[int, _Chunk]]:
    """Every chunk with its kind, as the header names them."""
    file = _Chunk(memoryview(data), 0, len(data), where)
    if bytes(file.take(4)) != MAGIC:
        raise FormatError(f"{where}: this is not a finalfusion file")
    version, count = file.numbers("<II")
    if version:
        raise FormatError(f"{where}: finalfusion version {version} is newer than 0, the one read")
    kinds = np.frombuffer(file.take(4 * count), "<u4").tolist()
    found = []
    for kind in kinds:
        named, length = file.numbers("<IQ")
        if named != kind:
            raise FormatError(f"{where}: a chunk of kind {named} where the header names {kind}")
        file.take(length)
        found.append((kind, _Chunk(file.data, file.at - length, file.at, where)))
    if file.at != len(data):
        raise FormatError(f"{where}: {len(data) - file.at} bytes follow the last chunk")
    return found


def _words(chunk: _Chunk) -> Strings:
    (count,) = chunk.numbers("<Q")
    keys, block = KeyList(), list[bytes]()
    if 4 * count > chunk.end - chunk.at:
        raise FormatError(f"{chunk.where}: {count} words do not fit their chunk; truncated?")
    for row in range(1, count + 1):
        word = bytes(chunk.take(*chunk.numbers("<I")))
        try:
            word.decode()
        except UnicodeDecodeError:
            raise DataError(f"{chunk.where}: word {row} is not valid UTF-8") from None
        block.append(word)
        if len(block) == KEYS_AT_ONCE or row == count:
            keys.extend(block)
            block.clear()
    return keys.finish(chunk.where, 1, "words")


def _quantized(chunk: _Chunk, size: int) -> NDArray[np.float32]:
    """Product-quantized rows, decoded (Jégou et al. 2011): centroids side by side, turned back."""
    where = chunk.where
    projected, normed, parts, columns, levels = chunk.numbers("<IIIII")
    (rows,) = chunk.numbers("<Q")
    chunk.kind(U8)
    chunk.kind(F32)
    chunk.pad()
    if projected > 1 or normed > 1 or not 0 < parts <= columns or columns % parts or levels > 256:
        raise FormatError(f"{where}: the sizes of the quantized rows do not fit together")
    if 4 * rows * columns > GROWTH * size:
        raise FormatError(f"{where}: {rows} x {columns} numbers take over {GROWTH} times the file")
    projection = chunk.plain(columns * columns * projected).reshape(-1, columns)
    centroids = chunk.plain(levels * columns).reshape(parts, levels, columns // parts)
    norms = chunk.plain(rows * normed)
    codes = np.frombuffer(chunk.take(rows * parts), np.uint8).reshape(rows, parts)
    if codes.size and int(codes.max()) >= levels:
        raise FormatError(f"{where}: a code leads beyond the {levels} centroids")
    result = centroids[np.arange(parts), codes].reshape(rows, columns)
    with np.errstate(all="ignore"):  # what is not finite is refused later, with its place
        result = result @ projection.T if projected else result
        return result * norms[:, None] if normed else result
