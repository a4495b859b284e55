"""word2vec and GloVe files: text with enough digits to read back exactly, or binary.

text     count width, then a line `key number number ...` for each key
glove    the same without the first line
binary   count width, then for each key its text, a space and its float32, little-endian
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import numpy as np

from nlucompress.errors import DataError
from nlucompress.exporters.rows import Rows
from nlucompress.format.model import Model

_BREAKS = re.compile("[ \t\r\n]")
_BYTE_ORDER_MARK = "\ufeff"


def text(model: Model, rows: Rows, dtype: str = "float32") -> Iterator[bytes]:
    """A word2vec text file."""
    yield _header(rows)
    yield from _lines(rows)


def glove(model: Model, rows: Rows, dtype: str = "float32") -> Iterator[bytes]:
    """A GloVe text file.

    Raises:
        DataError: A key cannot stand in such a file.
    """
    if next(rows.texts()).startswith(_BYTE_ORDER_MARK):
        raise DataError(f"table {rows.name!r}: the first key begins with a byte order mark")
    yield from _lines(rows)


def binary(model: Model, rows: Rows, dtype: str = "float32") -> Iterator[bytes]:
    """A word2vec binary file, a line end after each row, as word2vec itself writes it."""
    yield _header(rows)
    for keys, values in rows.blocks():
        raw = values.astype("<f4", copy=False)
        yield b"".join(
            _checked(rows, key).encode() + b" " + row.tobytes() + b"\n"
            for key, row in zip(keys, raw, strict=True)
        )


def _header(rows: Rows) -> bytes:
    return f"{len(rows)} {rows.columns}\n".encode()


def _lines(rows: Rows) -> Iterator[bytes]:
    for keys, values in rows.blocks():
        # A float32 as a string has the fewest digits that read back as the same number.
        fields = np.asarray(values).astype("U24").tolist()
        yield "".join(
            f"{_checked(rows, key)} {' '.join(row)}\n"
            for key, row in zip(keys, fields, strict=True)
        ).encode()


def _checked(rows: Rows, key: str) -> str:
    """A key that such a file can hold."""
    if not key or _BREAKS.search(key):
        raise DataError(
            f"table {rows.name!r}: the key {key[:40]!r} is empty or holds white space, which these "
            "files cannot hold; export safetensors or json"
        )
    return key
