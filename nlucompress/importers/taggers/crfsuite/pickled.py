"""Pickles and joblib files of `sklearn_crfsuite.CRF`, read without being unpickled.

The object keeps its CRFsuite file in a `FileResource`, whose state has the bytes of the file under
`__FILE_RESOURCE_DATA__`: as bytes (protocol 3 and later), as text that `_codecs.encode` turns into
latin-1 (Python 3, up to protocol 2), or as a string of raw bytes (Python 2).
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from typing import Any

from nlucompress.errors import FormatError
from nlucompress.format.model import Model
from nlucompress.importers.options import ImportOptions
from nlucompress.importers.reading import pickle_values
from nlucompress.importers.reading.pickle_values import Made
from nlucompress.importers.taggers.crfsuite import model
from nlucompress.io import packings
from nlucompress.io.sources import Opened, Source, opened

_PACKAGE = b"sklearn_crfsuite"
_GLOBAL = re.compile(rb"csklearn_crfsuite[\w.]*\n\w+\n")  # how protocols 0 and 1 name a class
_FILE = "sklearn_crfsuite._fileresource.FileResource"
_DATA = "__FILE_RESOURCE_DATA__"
_HEAD = 1 << 16


def recognizes(head: bytes) -> bool:
    """Whether a file that begins so is a pickle, perhaps compressed, that names the package."""
    _, start = packings.start(head, _HEAD)
    if start[:1] == b"\x80" and start[1:2] <= b"\x09":
        return _PACKAGE in start
    return _GLOBAL.search(start) is not None


def read(source: Opened, options: ImportOptions | None = None) -> Model:
    """Read the one fitted CRF of a pickle; binary64 weights are rounded to float32.

    Raises:
        FormatError: The pickle or the CRFsuite file in it is damaged, or it holds no fitted CRF,
            or several.
        DataError: A weight is no finite float32, or the compression is damaged.
    """
    with opened(source) as stream:
        where = stream.name
        value = pickle_values.read(packings.unpacked(stream.read(), where), where)
    states = [each.state for each in _made(value) if each.kind == _FILE]
    files = [state[_DATA] for state in states if isinstance(state, dict) and _DATA in state]
    if len(files) > 1:
        raise FormatError(f"{where}: {len(files)} fitted CRFs; pickle each in a file of its own")
    if not files:
        names = [state.get("name") for state in states if isinstance(state, dict)]
        named = [name for name in names if isinstance(name, str)]
        if named:
            raise FormatError(
                f"{where}: the pickle only names its CRFsuite file: import {named[0]!r:.200}"
            )
        raise FormatError(f"{where}: the pickle holds no fitted CRF of sklearn_crfsuite")
    data = _bytes(files[0])
    if data is None or not data.startswith(b"lCRF"):
        raise FormatError(f"{where}: what the pickle holds as its CRFsuite file is none")
    return model.read(Source(io.BytesIO(data), where), options)


def _made(value: Any) -> Iterator[Made]:
    """Every object in a value, each once, however often and wherever it is shared."""
    seen: set[int] = set()
    left = [value]
    while left:
        each = left.pop()
        if isinstance(each, dict):
            inner = list(each.values())
        elif isinstance(each, (list, tuple)):
            inner = list(each)
        elif isinstance(each, Made):
            inner = [each.arguments, each.state]
        else:
            continue
        if id(each) in seen:
            continue
        seen.add(id(each))
        if isinstance(each, Made):
            yield each
        left.extend(reversed(inner))


def _bytes(value: Any) -> bytes | None:
    """Bytes in whichever way they were pickled; None if it is none of the three."""
    if isinstance(value, Made) and value.kind == "_codecs.encode" and len(value.arguments) == 2:
        value = value.arguments[0]
    if isinstance(value, str):
        try:
            return value.encode("latin-1")
        except UnicodeEncodeError:
            return None
    return bytes(value) if isinstance(value, (bytes, bytearray)) else None
