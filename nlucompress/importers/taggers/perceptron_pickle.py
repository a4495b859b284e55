"""Pickles of averaged perceptrons, compressed or not, of textblob-aptagger and older NLTK.

They hold what the JSON does, in dictionaries and a tuple, and are read without being unpickled. The
first operations tell them: a dictionary, a string, a dictionary, a string, a number.
"""

from __future__ import annotations

from typing import Any

from nlucompress.importers.reading import pickle_values
from nlucompress.importers.reading.pickle_stream import PickleStream
from nlucompress.importers.reading.pickle_values import Made
from nlucompress.io import packings

_HEAD = 1 << 12
_BYTES = ("STRING", "BINSTRING", "SHORT_BINSTRING")  # of Python 2
_TEXTS = (*_BYTES, "UNICODE", "BINUNICODE", "SHORT_BINUNICODE")
_NUMBERS = ("FLOAT", "BINFLOAT", "INT", "BININT", "BININT1", "BININT2")
_DICTIONARIES = ("DICT", "EMPTY_DICT")
_PASSED = ("PROTO", "FRAME", "MARK", "MEMOIZE", "PUT", "BINPUT", "LONG_BINPUT")
_FIRST = (_DICTIONARIES, _TEXTS, _DICTIONARIES, _TEXTS, _NUMBERS)


def recognizes(head: bytes) -> bool:
    """Whether a file that begins so is such a pickle."""
    return _first(packings.start(head, _HEAD)[1]) is not None


def value(data: bytes, where: str) -> Any:
    """What a pickle holds, as the JSON has it.

    Raises:
        FormatError: It is damaged, or holds other things.
        DataError: The compression is damaged.
    """
    data = packings.unpacked(data, where)
    found = pickle_values.read(data, where)
    if isinstance(found, tuple):
        found = [_listed(each) for each in found]
    elif isinstance(found, dict):
        found = {key: _listed(each) for key, each in found.items()}
    return _decoded(found) if _first(data[:_HEAD]) in _BYTES else found


def _first(head: bytes) -> str | None:
    """The operation that makes the first string; None if the first ones are others."""
    stream, text = PickleStream(head), ""
    for expected in _FIRST:
        name = "PROTO"
        while name in _PASSED:
            try:
                found = stream.operation()
            except (ValueError, IndexError):
                return None
            if found is None:
                return None
            name = found[0]
        if name not in expected:
            return None
        text = name if expected is _TEXTS else text
    return text


def _listed(each: Any) -> Any:
    """A set or tuple as a list."""
    if isinstance(each, Made) and each.kind in ("__builtin__.set", "builtins.set"):
        each = each.arguments[0] if each.arguments else []
    return list(each) if isinstance(each, tuple) else each


def _decoded(found: Any) -> Any:
    """Strings of Python 2, a letter for each byte, as the text whose UTF-8 the bytes are."""
    if isinstance(found, str):
        try:
            return found.encode("latin-1").decode("utf-8", "surrogateescape")
        except UnicodeEncodeError:
            return found
    if isinstance(found, dict):
        return {_decoded(key): _decoded(each) for key, each in found.items()}
    return [_decoded(each) for each in found] if isinstance(found, list) else found
