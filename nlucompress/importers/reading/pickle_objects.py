"""The objects in a pickle: what a call or a class would give, told and not made."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

_DTYPE = re.compile("[<>|=]?[biuf][1248]")
_RECONSTRUCT = ("numpy.core.multiarray._reconstruct", "numpy._core.multiarray._reconstruct")
_RECONSTRUCTORS = ("copy_reg._reconstructor", "copyreg._reconstructor", "copyreg.__newobj__")
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


def make(made: Any, arguments: Any) -> Any:
    """What a call stands for, without calling anything."""
    kind = made.text if isinstance(made, Name) else ""
    if kind in _RECONSTRUCT:
        return Made("array")
    if kind in _FROM_BUFFER:
        raw, dtype, shape, order = arguments
        return Made("array", state=_array((1, shape, dtype, order == "F", raw)))
    if kind == "numpy.dtype" and len(arguments[0]) < 8:
        return Made("dtype", arguments[0])
    if kind in _RECONSTRUCTORS and isinstance(arguments[0], Name):
        return Made(arguments[0].text)
    return Made(kind, arguments)


def build(made: Any, state: Any) -> None:
    """Give what was made its state; others have none that is read."""
    if not isinstance(made, Made):
        return
    if made.kind == "array":
        made.state = _array(state)
    elif made.kind == "dtype":
        made.arguments = (state[1] if state[1] in ("<", ">") else "") + made.arguments.lstrip(
            "<>|="
        )
    else:
        made.state = state


def _array(state: Any) -> NDArray[Any] | None:
    """The array of (version, shape, dtype, whether columns come first, bytes).

    None for one of objects.
    """
    _, shape, dtype, by_columns, raw = state
    if isinstance(raw, Made) and raw.kind == "_codecs.encode" and raw.arguments[1:] == ("latin1",):
        raw = raw.arguments[0]
    if isinstance(raw, str):  # protocol 2 and before: a character for each byte
        raw = raw.encode("latin-1")
    if not _DTYPE.fullmatch(dtype.arguments) or not isinstance(raw, (bytes, bytearray)):
        return None
    if any(type(size) is not int or size < 0 for size in shape) or len(shape) > 8:
        raise ValueError("an array has no shape")
    array = np.frombuffer(raw, np.dtype(dtype.arguments))
    if math.prod(shape) != len(array):
        raise ValueError("an array's shape does not fit its bytes")
    return array.reshape(shape, order="F" if by_columns else "C")
