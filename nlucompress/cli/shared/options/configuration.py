"""Options from files and variables: `nlucompress.toml`, pyproject.toml, `NLUCOMPRESS_<OPTION>`."""

from __future__ import annotations

import os
import shlex
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import click

from nlucompress.cli.shared.options.guess import near
from nlucompress.cli.shared.options.places import PREFIX, RESERVED, nearest, variables
from nlucompress.errors import DataError

# What a call writes, replaces or trusts is said by the call alone.
NEVER = ("output", "force", "html", "log", "checkpoint", "man", "bundled", "trust_pickle")


@dataclass(frozen=True)
class Configured:
    """A value of an option that does not stand on the command line, and where it was found."""

    value: Any
    source: str


def configured(command: click.Command) -> dict[str, Configured]:
    """Values for a command's parameters, by their names.

    Variables come before files, and of the variables the one that names the command.

    Raises:
        DataError: A file is malformed, or a name or a value is wrong; the message says where.
    """
    name = str(command.name)
    options = dict(_options(command))
    found = {options[key].name or "": each for key, each in _in_file(name, options).items()}
    for key, option in options.items():
        for variable in (_variable(name, key), _variable(key)):
            if variable in os.environ and variable not in RESERVED:
                value = _checked(option, _from_text(option, os.environ[variable]), variable)
                found[option.name or ""] = Configured(value, variable)
                break
    own = _variable(name, "")
    for variable in variables():
        key = variable.removeprefix(own).lower().replace("_", "-")
        if variable.startswith(own) and key not in options:
            raise DataError(f"{variable}: {_unknown(name, key, options)}")
    return found


def _options(command: click.Command) -> Iterator[tuple[str, click.Option]]:
    """The options that may be configured, by their long names."""
    for param in command.params:
        if isinstance(param, click.Option) and param.name not in NEVER:
            yield max(param.opts, key=len).removeprefix("--"), param


def _variable(*words: str) -> str:
    return PREFIX + "_".join(words).upper().replace("-", "_")


def _in_file(command: str, options: Mapping[str, click.Option]) -> dict[str, Configured]:
    found = nearest()
    if found is None:
        return {}
    from nlucompress.cli.groups import COMMANDS
    from nlucompress.fleet.recipe import toml_file

    path, text, root = found
    tree: Any = toml_file.parse(text, path)
    for step in root:
        tree = tree[step]

    def wrong(steps: tuple[str, ...], message: str) -> DataError:
        return DataError(f"{path}, line {toml_file.line_of(text, (*root, *steps))}: {message}")

    if not isinstance(tree, dict):
        raise wrong((), "options stand in a table for each command")
    for key, table in tree.items():
        if key not in COMMANDS:
            raise wrong((key,), f"no command {key!r}{near(key, COMMANDS)}")
        if not isinstance(table, dict):
            raise wrong((key,), f"options stand in a table: [{'.'.join((*root, key))}]")
    read: dict[str, Configured] = {}
    for key, value in tree.get(command, {}).items():
        spelled = key.replace("_", "-")
        if spelled not in options:
            raise wrong((command, key), _unknown(command, spelled, options))
        line = toml_file.line_of(text, (*root, command, key))
        source = f"{path}, line {line}"
        option = options[spelled]
        read[spelled] = Configured(_checked(option, _from_toml(option, value), source), source)
    return read


def _from_toml(option: click.Option, value: Any) -> Any:
    """A value as the command line would hold it."""
    if isinstance(value, bool):
        return value
    if isinstance(value, list):
        parts = [str(each) for each in value]
        return parts if option.multiple else ",".join(parts)
    return [str(value)] if option.multiple else str(value)


def _from_text(option: click.Option, text: str) -> Any:
    return shlex.split(text) if option.multiple else text


def _checked(option: click.Option, value: Any, source: str) -> Any:
    """The value, after a look whether the option takes it."""
    spelled = max(option.opts, key=len)
    if isinstance(value, bool) and not option.is_flag:
        raise DataError(f"{source}: {spelled} takes a value, not true or false")
    try:
        option.type_cast_value(click.Context(click.Command(None)), value)
    except click.BadParameter as error:
        raise DataError(f"{source}: {spelled}: {error.message}") from None
    except ValueError as error:
        raise DataError(f"{source}: {spelled}: {error}") from None
    return value


def _unknown(command: str, key: str, options: Mapping[str, Any]) -> str:
    if key.replace("-", "_") in NEVER:
        return f"--{key} is said by the call alone"
    return f"{command} has no option --{key}{near(key, options)}"
