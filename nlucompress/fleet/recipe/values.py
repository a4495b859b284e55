"""Values of a recipe as the options dataclasses want them: checked against their annotations."""

from __future__ import annotations

import dataclasses
import re
import types
from collections.abc import Mapping
from difflib import get_close_matches
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

from nlucompress.errors import UsageError
from nlucompress.stages.units import size


class BadValueError(UsageError):
    """A value does not fit; ``key`` is what it stands under in its table, if that is known."""

    def __init__(self, key: str | None, message: str) -> None:
        """Key and what is wrong with it."""
        super().__init__(message)
        self.key = key


def filled(kind: type[Any], table: Mapping[str, Any]) -> Any:
    """An options dataclass from a table of its fields; hyphens count as underscores.

    Raises:
        BadValueError: A key is not a field, a value is of another type or out of range.
    """
    hints = get_type_hints(kind)
    names = [field.name for field in dataclasses.fields(kind) if field.init]
    given: dict[str, Any] = {}
    for key, value in table.items():
        name = key.replace("-", "_")
        if name not in names:
            raise BadValueError(key, f"unknown option {key!r}{_guess(name, names)}")
        if name in given:
            raise BadValueError(key, f"option {key!r} is given twice")
        try:
            given[name] = typed(hints[name], value)
        except ValueError as error:
            raise BadValueError(key, f"{key} = {value!r}: {error}") from None
    try:
        return kind(**given)
    except UsageError as error:
        raise BadValueError(_named(str(error), table), str(error)) from None


def _named(message: str, table: Mapping[str, Any]) -> str | None:
    """The key that a message is about, as an option or as a field."""
    for key in table:
        words = re.escape(key).replace("_", "-").replace(r"\-", "-").replace("-", "[-_]")
        if re.search(rf"(?<![\w-])(--)?{words}(?![\w-])", message):
            return key
    return None


def typed(hint: Any, value: Any) -> Any:
    """A value of TOML as an annotation wants it: lists become tuples, ``"95%"`` a fraction.

    Raises:
        ValueError: It does not fit; the text says what does.
    """
    origin, arguments = get_origin(hint), get_args(hint)
    if origin in (Union, types.UnionType):
        kinds = [each for each in arguments if each is not type(None)]
        problems = []
        for kind in kinds:
            try:
                return typed(kind, value)
            except ValueError as error:
                problems.append(str(error))
        raise ValueError("; ".join(dict.fromkeys(problems)))
    if origin is Literal:
        if value in arguments and type(value) in {type(each) for each in arguments}:
            return value
        raise ValueError(f"not one of {', '.join(map(str, arguments))}")
    if origin is tuple:
        return _items(arguments, value)
    if hint is float:
        return _float(value)
    if hint is int and isinstance(value, str):
        return size(value)
    if hint in (bool, int, str) and type(value) is hint:
        return value
    names = {bool: "true or false", int: "a whole number", str: "a text in quotes"}
    raise ValueError(f"expected {names.get(hint, 'another kind of value')}")


def _items(arguments: tuple[Any, ...], value: Any) -> tuple[Any, ...]:
    if not isinstance(value, list):
        raise ValueError("expected a list in brackets")
    if arguments[-1] is Ellipsis:
        return tuple(typed(arguments[0], each) for each in value)
    if len(value) != len(arguments):
        raise ValueError(f"expected {len(arguments)} values in brackets")
    return tuple(typed(kind, each) for kind, each in zip(arguments, value, strict=True))


def _float(value: Any) -> float:
    """A number, or a share or difference with its sign: ``"95%"``, ``"0.6pp"``."""
    if type(value) in (int, float):
        # A whole 1 stays what it is, so that those who take fractions can refuse it.
        return value  # type: ignore[no-any-return]
    if isinstance(value, str):
        for sign in ("%", "pp"):
            if value.endswith(sign):
                try:
                    return float(value.removesuffix(sign)) / 100
                except ValueError:
                    break
    raise ValueError('expected a number, or a share such as "95%" or "0.6pp"')


def _guess(name: str, known: list[str]) -> str:
    near = get_close_matches(name, known, 1)
    return f": did you mean `{near[0]}`?" if near else f"; known: {', '.join(known)}"
