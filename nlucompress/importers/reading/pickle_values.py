"""The plain values in a pickle, read without Python's unpickler: nothing is imported or called.

The operations (Python's ``pickletools``) build numbers, strings, bytes, lists, tuples and
dictionaries. A class becomes its name, an object its class and state, a NumPy array is made from
its shape, dtype and bytes, and what any other call would give is unknown. So a pickle can do no
more than name things. Values are shared, not copied, and the small ones are counted: memory stays
within a small multiple of the file's size.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from nlucompress.errors import FormatError
from nlucompress.importers.reading.pickle_objects import Made as Made
from nlucompress.importers.reading.pickle_objects import Name, build, make
from nlucompress.importers.reading.pickle_stream import PickleStream

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
_JOBLIB_ARRAY = "joblib.numpy_pickle.NumpyArrayWrapper"
_DEEPEST = 20


@dataclass
class _Count:
    """How many small values there are, in a pickle and those within it."""

    small: int = 0


def read(data: bytes, where: str) -> Any:
    """The value of a pickle, plain or of joblib.

    Raises:
        FormatError: It is damaged, or uses an operation that plain values do not need.
    """
    try:
        return _read(PickleStream(data), _Count(), 0, where)
    except FormatError:
        raise
    except (ValueError, IndexError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise FormatError(f"{where}: the pickle is damaged ({str(error)[:80]})") from None


def _read(stream: PickleStream, count: _Count, depth: int, where: str) -> Any:
    """The value of the pickle that begins here; joblib writes arrays of objects as such."""
    if depth > _DEEPEST:
        raise ValueError("pickles within pickles go too deep")
    stack: list[Any] = []
    memo: dict[int, Any] = {}
    at = stream.at
    while (found := stream.operation()) is not None:
        name, argument = found
        if name == "STOP":
            return stack[-1]
        count.small += name in _SMALL
        if count.small > 1000 + stream.size // 8 or len(memo) > 1000 + stream.size // 4:
            raise FormatError(f"{where}: the pickle holds more small values than vectors have")
        _run(name, argument, stack, memo, f"{where}: byte {at}")
        at = stream.at
        if name == "BUILD" and isinstance(stack[-1], Made) and stack[-1].kind == _JOBLIB_ARRAY:
            state = stack[-1].state
            dtype = state["dtype"].arguments
            if dtype.lstrip("|") in ("O", "O8", "O4"):
                stack[-1] = _read(stream, count, depth + 1, where)
                continue
            aligned = state.get("numpy_array_alignment_bytes") is not None
            array = stream.array(dtype, state["shape"], state["order"], aligned)
            stack[-1] = Made("array", state=array)
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
        if isinstance(stack[-1], list):
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
        stack.append(make(made, arguments))
    elif name == "BUILD":
        state = stack.pop()
        build(stack[-1], state)
    elif name == "NEWOBJ_EX":
        made, arguments, _ = stack[-3:]
        stack[-3:] = [make(made, arguments)]
    elif name in ("INST", "OBJ"):
        values = _marked(stack)
        kind = Name(argument.replace(" ", ".")) if name == "INST" else values.pop(0)
        stack.append(make(kind, tuple(values)))
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
