"""The plain values in a pickle, read without Python's unpickler: nothing is imported or called.

The operations (Python's ``pickletools``) build numbers, strings, bytes, lists, tuples and
dictionaries. A class becomes its name, an object its class and state, a NumPy array is built from
its shape, dtype and bytes, and what any other call would give is unknown. So a pickle can do no
more than name things; it takes memory in proportion to its size, for values are shared, not copied.
"""

from __future__ import annotations

import math
import pickletools
import re
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from nlucompress.errors import FormatError

_MARK = object()
_PUSHED = ("INT", "BININT", "BININT1", "BININT2", "LONG", "LONG1", "LONG4", "STRING", "BINSTRING",
           "SHORT_BINSTRING", "BINBYTES", "SHORT_BINBYTES", "BINBYTES8", "BYTEARRAY8", "UNICODE",
           "BINUNICODE",
           "SHORT_BINUNICODE", "BINUNICODE8", "FLOAT", "BINFLOAT")  # fmt: skip
_EMPTY = {"EMPTY_LIST": list, "EMPTY_DICT": dict, "EMPTY_TUPLE": tuple, "EMPTY_SET": list}
_TUPLES = {"TUPLE1": 1, "TUPLE2": 2, "TUPLE3": 3}
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
        state: What is set afterwards: an object's attributes.
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
    try:
        for operation, argument, at in pickletools.genops(data):
            if operation.name == "STOP":
                return stack[-1]
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
        stack.append(Name(".".join(parts)))
    elif name in ("NEWOBJ", "REDUCE"):
        arguments, made = stack.pop(), stack.pop()
        stack.append(_made(made, arguments))
    elif name == "BUILD":
        state, made = stack.pop(), stack.pop()
        stack.append(_array(made, state) if made.kind == "array" else _with(made, state))
        _again(memo, made, stack[-1])
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
    """Keys and values in turn; only plain keys are kept, for others cost time to hash."""
    for key, value in zip(values[::2], values[1::2], strict=True):
        if isinstance(key, (str, int)) and isinstance(into, dict):
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
        return _array(Made("array"), (1, shape, dtype, order == "F", raw))
    if kind == "numpy.dtype":
        return Made("dtype", arguments[0])
    if kind == "_codecs.encode" and arguments[1] == "latin1":  # bytes of older protocols
        return arguments[0].encode("latin1")
    return Made(kind, arguments)


def _with(made: Made, state: Any) -> Made:
    if made.kind == "dtype" and state[1] in ("<", ">", "|", "="):
        return Made("dtype", state[1] + made.arguments)
    made.state = state
    return made


def _array(made: Made, state: Any) -> Any:
    """The array of (version, shape, dtype, whether columns come first, bytes)."""
    _, shape, dtype, by_columns, raw = state
    if not _DTYPE.fullmatch(dtype.arguments) or not isinstance(raw, (bytes, bytearray)):
        return Made("array")  # of objects: nothing that is needed
    if any(type(size) is not int or size < 0 for size in shape) or len(shape) > 8:
        raise ValueError("an array has no shape")
    array = np.frombuffer(raw, np.dtype(dtype.arguments))
    if math.prod(shape) != len(array):
        raise ValueError("an array's shape does not fit its bytes")
    return array.reshape(shape, order="F" if by_columns else "C")


def _again(memo: dict[int, Any], made: Any, built: Any) -> None:
    """Let what was remembered before it was built be what it became."""
    if built is not made:
        for at in [at for at in list(memo)[-64:] if memo[at] is made]:
            memo[at] = built
