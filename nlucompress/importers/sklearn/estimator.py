"""An object of scikit-learn in plain values, wherever it comes from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from nlucompress.errors import FormatError


@dataclass(frozen=True)
class Estimator:
    """An object as its class and its attributes.

    Attributes:
        name: Name of the class, without the module.
        values: Attributes: None, bools, numbers, strings, lists, tuples, dicts, arrays, and
            estimators; anything else, such as a function, is an ``Opaque``.
    """

    name: str
    values: Mapping[str, Any]

    def get(self, name: str, default: Any = None) -> Any:
        """An attribute."""
        return self.values.get(name, default)

    def refuse(self, option: str, where: str, why: str = "is not supported") -> FormatError:
        """The error about an option."""
        value = self.values.get(option)
        shown = value.what if isinstance(value, Opaque) else repr(value)[:60]
        return FormatError(f"{where}: {self.name}: {option}={shown} {why}")


@dataclass(frozen=True)
class Opaque:
    """Something that is not looked into; ``what`` names it."""

    what: str
