"""Small model files of fastText, made byte by byte."""

from __future__ import annotations

import struct
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

MAGIC = 793_712_314
LEVELS = 256
DIMENSION = 4


def values(rows: int, columns: int, start: int = 0) -> NDArray[np.float32]:
    """Some numbers that binary32 holds."""
    at = np.arange(start, start + rows * columns, dtype=np.int64) * 37 % 41
    return ((at - 20) / 7.9).astype(np.float32).reshape(rows, columns)


def dense(matrix: NDArray[np.float32]) -> bytes:
    """A matrix of floats."""
    return struct.pack("<2q", *matrix.shape) + matrix.astype("<f4").tobytes()


def quantizer(columns: int, size: int) -> bytes:
    """Centroids of product quantization."""
    count = -(-columns // size)
    last = columns - size * (count - 1)
    centroids = values(LEVELS, columns, 3).astype("<f4").tobytes()
    return struct.pack("<4i", columns, count, size, last) + centroids


def quantized(rows: int, size: int = 2, norms: bool = True, columns: int = DIMENSION) -> bytes:
    """A product-quantized matrix."""
    count = -(-columns // size)
    codes = bytes((7 * at + 3) % LEVELS for at in range(rows * count))
    head = struct.pack("<?2qi", norms, rows, columns, rows * count)
    tail = bytes((11 * at + 1) % LEVELS for at in range(rows)) + quantizer(1, 1) if norms else b""
    return head + codes + quantizer(columns, size) + tail


def model(
    words: Sequence[bytes] = (b"</s>", b"play", "füße".encode(), b"on"),
    labels: Sequence[tuple[bytes, int]] = (
        (b"__label__a", 9),
        (b"__label__b", 5),
        (b"__label__c", 2),
    ),
    loss: int = 3,
    kind: int = 3,
    lengths: tuple[int, int] = (2, 3),
    ngrams: int = 2,
    buckets: int = 10,
    pruned: Sequence[tuple[int, int]] | None = None,
    version: int = 12,
    **parts: Any,
) -> bytes:
    """A model; ``parts`` replace its bytes (input, output, dictionary) or its dimension."""
    dimension = parts.get("dimension", DIMENSION)
    arguments = (dimension, 5, 5, 1, 5, ngrams, loss, kind, buckets, *lengths, 100)
    head = struct.pack("<2i12id", MAGIC, version, *arguments, 1e-4)
    count = -1 if pruned is None else len(pruned)
    entries = struct.pack("<3i2q", len(words) + len(labels), len(words), len(labels), 100, count)
    for at, word in enumerate(words):
        entries += word + b"\0" + struct.pack("<qb", 10 + at, 0)
    for label, seen in labels:
        entries += label + b"\0" + struct.pack("<qb", seen, 1)
    for bucket, row in pruned or ():
        entries += struct.pack("<2i", bucket, row)
    rows = len(words) + (buckets if pruned is None else len(pruned))
    if pruned is None:
        inputs = b"\0" + dense(values(rows, dimension))
    else:
        inputs = b"\1" + quantized(rows)
    output = b"\0" + dense(values(len(labels), dimension, 5))
    return head + b"".join(
        (
            parts.get("dictionary", entries),
            parts.get("input", inputs),
            parts.get("output", output),
        )
    )


PRUNED = ((3, 1), (8, 0), (5, 2))
FILES = {
    "softmax": model(),
    "hierarchical": model(loss=1),
    "one-vs-all": model(loss=4, ngrams=1),
    "quantized": model(pruned=PRUNED, output=b"\1" + quantized(3, norms=False)),
    "vectors": model(kind=2, labels=()),
}
