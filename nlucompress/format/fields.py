"""Typed, bounded access to the description and the tensors of a file that nobody trusts yet."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nlucompress.errors import FormatError

Tensors = dict[str, NDArray[Any]]


class Fields:
    """One JSON object of the description: every field is asked for once, others are refused."""

    def __init__(
        self,
        value: object,
        where: str,
        tensors: Mapping[str, NDArray[Any]],
        read: set[str] | None = None,
    ) -> None:
        """Wrap a value that must be an object; ``where`` is its path in the description."""
        if not isinstance(value, dict):
            raise FormatError(f"{where}: an object is expected in the description")
        self._left: dict[str, object] = dict(value)
        self._tensors = tensors
        self._read = set() if read is None else read
        self.where = where

    def _take(self, name: str, kind: type) -> Any:
        if name not in self._left:
            raise FormatError(f"{self.where}: field {name!r} is missing")
        value = self._left.pop(name)
        if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
            raise FormatError(f"{self.where}: field {name!r} is not of type {kind.__name__}")
        return value

    def has(self, name: str) -> bool:
        """Whether an optional field is there."""
        return name in self._left

    def integer(self, name: str, low: int, high: int) -> int:
        """An integer in [low, high]."""
        value: int = self._take(name, int)
        if not low <= value <= high:
            raise FormatError(f"{self.where}: {name} = {value} is outside [{low}, {high}]")
        return value

    def number(self, name: str) -> float:
        """A finite number."""
        if name in self._left and type(self._left[name]) is int:
            return float(self.integer(name, -(1 << 53), 1 << 53))
        value: float = self._take(name, float)
        if not np.isfinite(np.float64(value)) or abs(value) > float(np.finfo(np.float32).max):
            raise FormatError(f"{self.where}: {name} is no finite float32")
        return value

    def flag(self, name: str) -> bool:
        """A boolean."""
        value: bool = self._take(name, bool)
        return value

    def text(self, name: str, choices: Sequence[str] = ()) -> str:
        """A string, one of the choices if there are any."""
        value: str = self._take(name, str)
        if choices and value not in choices:
            raise FormatError(
                f"{self.where}: unknown {name} {value[:40]!r}; known: {list(choices)}"
            )
        return value

    def items(self, name: str) -> list[object]:
        """A list."""
        value: list[object] = self._take(name, list)
        return value

    def strings(self, name: str) -> tuple[str, ...]:
        """A list of strings."""
        value = self.items(name)
        if not all(isinstance(item, str) for item in value):
            raise FormatError(f"{self.where}: field {name!r} holds something that is not a string")
        return tuple(str(item) for item in value)

    def integers(self, name: str, low: int, high: int) -> tuple[int, ...]:
        """A list of integers, each in [low, high]."""
        result: list[int] = []
        for item in self.items(name):
            if not isinstance(item, int) or isinstance(item, bool) or not low <= item <= high:
                raise FormatError(f"{self.where}: {name} holds {item!r}, not in [{low}, {high}]")
            result.append(item)
        return tuple(result)

    def mapping(self, name: str) -> dict[str, Any]:
        """An object that is passed on as it is."""
        value: dict[str, Any] = self._take(name, dict)
        return value

    def child(self, name: str) -> Fields:
        """A nested object."""
        value = self._take(name, dict)
        return Fields(value, f"{self.where}.{name}", self._tensors, self._read)

    def children(self, name: str) -> dict[str, Fields]:
        """An object of objects, by name in ascending order."""
        value = self.mapping(name)
        return {
            key: Fields(value[key], f"{self.where}.{name}.{key}", self._tensors, self._read)
            for key in sorted(value)
        }

    def tensor(
        self,
        name: str,
        dtypes: type[np.generic] | tuple[type[np.generic], ...],
        shape: tuple[int | None, ...],
    ) -> NDArray[Any]:
        """Tensor ``where.name``; its dtype must be one of ``dtypes``, None in shape is any size."""
        full = f"{self.where}.{name}"
        if full not in self._tensors:
            raise FormatError(f"tensor {full!r} is missing")
        array = self._tensors[full]
        allowed = dtypes if isinstance(dtypes, tuple) else (dtypes,)
        self._read.add(full)
        # Tensors are little-endian; on a machine that is not, their dtype is not the native one.
        if array.dtype.newbyteorder("=") not in [np.dtype(each) for each in allowed]:
            raise FormatError(f"tensor {full!r} has dtype {array.dtype}, which does not fit")
        fits = array.ndim == len(shape) and all(
            want is None or want == got for want, got in zip(shape, array.shape, strict=True)
        )
        if not fits:
            wanted = [each if each is not None else "any" for each in shape]
            raise FormatError(f"tensor {full!r} has shape {list(array.shape)}, not {wanted}")
        return array

    def finite(
        self,
        name: str,
        shape: tuple[int | None, ...],
        dtypes: type[np.floating] | tuple[type[np.floating], ...] = np.float32,
    ) -> NDArray[Any]:
        """A tensor of floats, float32 if nothing else is said, without NaN and infinities."""
        array = self.tensor(name, dtypes, shape)
        if not np.isfinite(array).all():
            raise FormatError(f"tensor {self.where}.{name} holds NaN or infinite numbers")
        return array

    def check_all_read(self) -> None:
        """Refuse tensors that no field asked for."""
        unread = set(self._tensors) - self._read
        if unread:
            raise FormatError(f"tensor {min(unread)!r} belongs to nothing in the description")

    def close(self) -> None:
        """Refuse what was not asked for: a field of a newer version must not pass unseen."""
        if self._left:
            raise FormatError(f"{self.where}: unknown field {min(self._left)!r}")
