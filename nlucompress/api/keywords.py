"""Options as keywords: ``quantize(model, bits=5)`` makes ``QuantizeOptions(bits=5)``."""

from __future__ import annotations

import dataclasses
import inspect
from collections.abc import Callable, Iterator, Mapping
from difflib import get_close_matches
from typing import Any, TypeVar

Chosen = TypeVar("Chosen")
Function = TypeVar("Function", bound=Callable[..., Any])


def chosen(kind: type[Chosen], options: Chosen | None, keywords: Mapping[str, Any]) -> Chosen:
    """The options of a stage: an object, keywords, or an object with what the keywords change.

    Raises:
        TypeError: The object is of another stage, or there is no such option; the nearest is named.
        UsageError: A value is of the wrong type, unknown or out of range.
    """
    if options is not None and not isinstance(options, kind):
        raise TypeError(f"options must be {kind.__name__}, not {type(options).__name__}")
    names = [name for name, _ in flat(kind)]
    for name in keywords:
        if name not in names:
            near = get_close_matches(name, names, 1)
            hint = f"; did you mean {near[0]}?" if near else f"; there are {', '.join(names)}"
            raise TypeError(f"no option {name!r}{hint}")
    made: Chosen = _changed(kind, options, keywords)
    return made


def takes(options: type) -> Callable[[Function], Function]:
    """Show the options among the arguments, for ``help`` and for editors."""

    def decorate(function: Function) -> Function:
        plain = inspect.signature(function)
        shown = [each for each in plain.parameters.values() if each.kind is not each.VAR_KEYWORD]
        shown += [
            inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=default)
            for name, default in flat(options)
            if name not in plain.parameters
        ]
        function.__signature__ = plain.replace(parameters=shown)  # type: ignore[attr-defined]
        return function

    return decorate


def flat(kind: Any) -> Iterator[tuple[str, Any]]:
    """Names and defaults of the options of a class, those within others in their place."""
    for field in dataclasses.fields(kind):
        if (inner := _within(field)) is not None:
            yield from flat(inner)
        else:
            default = field.default
            yield field.name, None if default is dataclasses.MISSING else default


def _within(field: dataclasses.Field[Any]) -> Any:
    """The class of the options that a field holds, None where it holds a value."""
    if dataclasses.is_dataclass(field.default):
        return type(field.default)
    nested = field.default_factory
    return nested if dataclasses.is_dataclass(nested) else None


def _changed(kind: Any, base: Any, keywords: Mapping[str, Any]) -> Any:
    values: dict[str, Any] = {}
    for field in dataclasses.fields(kind):
        if (inner := _within(field)) is not None:
            if any(name in keywords for name, _ in flat(inner)):
                before = None if base is None else getattr(base, field.name)
                values[field.name] = _changed(inner, before, keywords)
        elif field.name in keywords:
            value = keywords[field.name]
            values[field.name] = tuple(value) if isinstance(value, list) else value
    return kind(**values) if base is None else dataclasses.replace(base, **values)
