"""The operations of a pickle one by one, and the arrays that joblib writes between them."""

from __future__ import annotations

import io
import math
import pickletools
import re
from typing import Any

import numpy as np

_BY_CODE = {each.code.encode("latin-1"): each for each in pickletools.opcodes}
_PLAIN = re.compile(r"[<>|=]?([biufcSUV])([0-9]{1,6})")
_ESCAPE = re.compile(rb"\\(x[0-9a-fA-F]{2}|.|$)", re.DOTALL)
_LINES = {"GLOBAL": 2, "INST": 2, "PERSID": 1}  # arguments that are as many lines
_ESCAPED = {b"n": b"\n", b"r": b"\r", b"t": b"\t", b"\\": b"\\", b"'": b"'", b'"': b'"'}


def _byte(match: re.Match[bytes]) -> bytes:
    """The byte that an escape of Python 2 stands for."""
    escape = match[1]
    if escape[:1] == b"x" and len(escape) == 3:
        return bytes.fromhex(escape[1:].decode())
    if escape not in _ESCAPED:
        raise ValueError("a string has an unknown escape")
    return _ESCAPED[escape]


class PickleStream:
    """A pickle's bytes and a place in them."""

    def __init__(self, data: bytes) -> None:
        """Begin at the first byte."""
        self._stream = io.BytesIO(data)
        self.size = len(data)

    @property
    def at(self) -> int:
        """The place of the next byte."""
        return self._stream.tell()

    def operation(self) -> tuple[str, Any] | None:
        """Name and argument of the next operation; None at the end of the bytes.

        Strings of bytes, which Python 2 writes, become text of latin-1, so that no byte is lost.

        Raises:
            ValueError: It is none, or its argument is damaged.
        """
        code = self._stream.read(1)
        if not code:
            return None
        operation = _BY_CODE.get(code)
        if operation is None:
            raise ValueError(f"byte {self.at - 1} is not an operation")
        if operation.name == "STRING":
            return operation.name, self._string()
        if operation.name in _LINES:
            lines = [self._line() for _ in range(_LINES[operation.name])]
            return operation.name, " ".join(lines)
        argument = operation.arg and operation.arg.reader(self._stream)
        return operation.name, argument

    def _line(self) -> str:
        line = self._stream.readline()
        if not line.endswith(b"\n"):
            raise ValueError("a line breaks off")
        return line[:-1].decode("latin-1")

    def _string(self) -> str:
        quoted = self._line().strip().encode("latin-1")
        if len(quoted) < 2 or quoted[:1] not in b"'\"":
            raise ValueError("a string breaks off")
        if quoted[-1:] != quoted[:1]:
            raise ValueError("a string has no closing quote")
        return _ESCAPE.sub(_byte, quoted[1:-1]).decode("latin-1")

    def array(self, dtype: str, shape: Any, order: str, aligned: bool) -> np.ndarray[Any, Any]:
        """The array whose bytes stand here, after a byte that counts padding if it is aligned.

        Raises:
            ValueError: It has no plain dtype or shape, or its bytes are cut off.
        """
        match = _PLAIN.fullmatch(dtype)
        if match is None or any(type(size) is not int or size < 0 for size in shape):
            raise ValueError("an array has no dtype or no shape")
        if aligned:
            self._stream.read(self._stream.read(1)[0])
        length = math.prod(shape) * int(match[2]) * (4 if match[1] == "U" else 1)
        if length > self.size - self.at:
            raise ValueError("an array is cut off")
        raw = self._stream.read(length)
        if len(shape) > 8 or match[1] == "V" or int(match[2]) == 0:
            return np.zeros(0)
        return np.frombuffer(raw, np.dtype(dtype)).reshape(
            shape, order="F" if order == "F" else "C"
        )
