"""The plain values in a pickle, read without Python's unpickler: nothing is imported or called.

The operations (Python's ``pickletools``) build numbers, strings, bytes, lists, tuples and
dictionaries. A class becomes its name, an object its class and state, a NumPy array is made from
its shape, dtype and bytes, and what any other call would give is unknown. So a pickle can do no
more than name things. Values are shared, not copied, and the small ones are counted: memory stays
within a small multiple of the file's size.
"""

from __future__ import annotations

import math
import pickletools
import re
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nlucompress.errors import FormatError

_MARK = object()
_PUSHED = ("INT", "BININT", "BININT1", "BININT2", "LONG", "LONG1", "LONG4", "STRING", "BINSTRING",
           "SHORT_BINSTRING", "BINBYTES", "SHORT_BINBYTES", "BINBYTES8", "BYTEARRAY8", "UNICODE",
           "BINUNICODE",
           "SHORT_BINUNICODE", "BINUNICODE8", "FLOAT", "BINFLOAT")  # fmt: skip
_EMPTY = {"EMPTY_LIST": list, "EMPTY_DICT": dict, "EMPTY_TUPLE": tuple, "EMPTY_SET": list}
_TUPLES = {"TUPLE1": 1, "TUPLE2": 2, "TUPLE3": 3}
_SMALL = (*_EMPTY, *_TUPLES, "TUPLE", "LIST", "DICT", "FROZENSET", "NEWOBJ", "REDUCE")
_LONGEST_NAME = 200
_CONSTANTS = {"NONE": None, "NEWTRUE": True, "NEWFALSE": False}
_DTYPE = re.compile("[<>|=]?[biuf][1248]")
_RECONSTRUCT = ("numpy.core.multiarray._reconstruct", "numpy._core.multiarray._reconstruct")

_FROM_BUFFER = ("numpy.core.numeric._frombuffer", "numpy._core.numeric._frombuffer")


@dataclass
class Name:
    """A class or function, not looked up."""

    text: str


@dataclass
class Made:
    """What a class would be made into.

    Attributes:
        kind: Name of the class; empty for what is unknown.
        arguments: What it is made from.
        state: What is set afterwards: an object's attributes, an array itself.
    """

    kind: str
    arguments: Any = ()
    state: Any = field(default=None)


def read(data: bytes, where: str) -> Any:
    """The value of a pickle.

    Raises:
        FormatError: It is damaged, or uses an operation that plain values do not need.
    """
    stack: list[Any] = []
    memo: dict[int, Any] = {}
    small = 0
    try:
        for operation, argument, at in pickletools.genops(data):
            if operation.name == "STOP":
                return stack[-1]
            small += operation.name in _SMALL
            if max(small, len(memo)) > 1000 + len(data) // 8:
                raise FormatError(f"{where}: the pickle holds more small values than vectors have")
            _run(operation.name, argument, stack, memo, f"{where}: byte {at}")
    except FormatError:
        raise
    except (ValueError, IndexError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise FormatError(f"{where}: the pickle is damaged ({str(error)[:80]})") from None
    raise FormatError(f"{where}: the pickle breaks off")


def _run(name: str, argument: Any, stack: list[Any], memo: dict[int, Any], where: str) -> None:
    """One operation."""
    if name in _PUSHED:
        stack.append(argument)
    elif name in _CONSTANTS:
        stack.append(_CONSTANTS[name])
    elif name in _EMPTY:
        stack.append(_EMPTY[name]())
    elif name == "MARK":
        stack.append(_MARK)
    elif name in ("MEMOIZE", "PUT", "BINPUT", "LONG_BINPUT"):
        memo[len(memo) if name == "MEMOIZE" else argument] = stack[-1]
    elif name in ("GET", "BINGET", "LONG_BINGET"):
        stack.append(memo[argument])
    elif name in _TUPLES:
        stack[-_TUPLES[name] :] = [tuple(stack[-_TUPLES[name] :])]
    elif name in ("TUPLE", "LIST", "FROZENSET", "DICT"):
        values = _marked(stack)
        stack.append(_pairs({}, values) if name == "DICT" else values)
        if name == "TUPLE":
            stack[-1] = tuple(values)
    elif name in ("APPEND", "APPENDS", "ADDITEMS"):
        values = [stack.pop()] if name == "APPEND" else _marked(stack)
        stack[-1].extend(values)
    elif name in ("SETITEM", "SETITEMS"):
        values = _marked(stack) if name == "SETITEMS" else [stack.pop(-2), stack.pop()]
        _pairs(stack[-1], values)
    elif name in ("GLOBAL", "STACK_GLOBAL"):
        parts = argument.split(" ") if name == "GLOBAL" else [stack.pop(-2), stack.pop()]
        if any(len(part) > _LONGEST_NAME for part in parts):
            raise ValueError("a name is too long")
        stack.append(Name(".".join(parts)))
    elif name in ("NEWOBJ", "REDUCE"):
        arguments, made = stack.pop(), stack.pop()
        stack.append(_made(made, arguments))
    elif name == "BUILD":
        state = stack.pop()
        _build(stack[-1], state)
    elif name == "POP":
        stack.pop()
    elif name not in ("PROTO", "FRAME"):
        raise FormatError(f"{where}: the pickle's operation {name} is not read")


def _marked(stack: list[Any]) -> list[Any]:
    """What was pushed since the last mark, which goes too."""
    at = len(stack) - 1
    while stack[at] is not _MARK:
        at -= 1
        if at < 0:
            raise ValueError("a mark is missing")
    values = stack[at + 1 :]
    del stack[at:]
    return values


def _pairs(into: Any, values: list[Any]) -> dict[Any, Any]:
    """Keys and values in turn; only text is kept as a key, others may take long to hash."""
    for key, value in zip(values[::2], values[1::2], strict=True):
        if isinstance(key, str) and isinstance(into, dict):
            into[key] = value
    result: dict[Any, Any] = into
    return result


def _made(made: Any, arguments: Any) -> Any:
    """What a call stands for, without calling anything."""
    kind = made.text if isinstance(made, Name) else ""
    if kind in _RECONSTRUCT:
        return Made("array")
    if kind in _FROM_BUFFER:
        raw, dtype, shape, order = arguments
        return Made("array", state=_array((1, shape, dtype, order == "F", raw)))
    if kind == "numpy.dtype" and len(arguments[0]) < 8:
        return Made("dtype", arguments[0])
    return Made(kind, arguments)


def _build(made: Made, state: Any) -> None:
    """Give what was made its state."""
    if made.kind == "array":
        made.state = _array(state)
    elif made.kind == "dtype":
        made.arguments = (state[1] if state[1] in ("<", ">") else "") + made.arguments[-2:]
    else:
        made.state = state


def _array(state: Any) -> NDArray[Any] | None:
    """The array of (version, shape, dtype, whether columns come first, bytes).

    None for one of objects, or one whose bytes are text, as protocols before 3 write them.
    """
    _, shape, dtype, by_columns, raw = state
    if not _DTYPE.fullmatch(dtype.arguments) or not isinstance(raw, (bytes, bytearray)):
        return None
    if any(type(size) is not int or size < 0 for size in shape) or len(shape) > 8:
        raise ValueError("an array has no shape")
    array = np.frombuffer(raw, np.dtype(dtype.arguments))
    if math.prod(shape) != len(array):
        raise ValueError("an array's shape does not fit its bytes")
    return array.reshape(shape, order="F" if by_columns else "C")
