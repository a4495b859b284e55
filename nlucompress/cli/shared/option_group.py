"""Options that mean something only beside another one."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar

import click

from nlucompress.errors import UsageError

Function = TypeVar("Function", bound=Callable[..., Any])
Options = dict[str, tuple[str, Any, str]]


def option_group(into: str, lead: str, options: Options) -> Callable[[Function], Function]:
    """Options by name: metavar, type and help.

    Those given arrive together as the dictionary ``into``; without ``lead`` none may be given.
    """
    names = [name[2:].replace("-", "_") for name in options]

    def decorate(function: Function) -> Function:
        @wraps(function)  # which keeps the options that were declared before
        def call(**values: Any) -> Any:
            given = {name: values.pop(name) for name in names}
            given = {name: value for name, value in given.items() if value is not None}
            if given and lead not in given:
                stray = next(iter(given)).replace("_", "-")
                raise UsageError(f"--{stray} is for --{lead}")
            return function(**{into: given}, **values)

        for name, (metavar, kind, text) in reversed(options.items()):
            call = click.option(name, metavar=metavar, type=kind, help=text)(call)
        return call  # type: ignore[return-value]

    return decorate
