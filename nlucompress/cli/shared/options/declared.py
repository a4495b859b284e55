"""Command-line options made from the fields of options classes."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, TypeVar

import click
from click.core import ParameterSource
from click.shell_completion import CompletionItem

from nlucompress.cli.shared.common import counts, lengths
from nlucompress.cli.shared.options.command import Grouped
from nlucompress.cli.shared.options.completing import offered
from nlucompress.cli.shared.options.shares import Points, Share
from nlucompress.options import Declared, Option, Options, declared, spelled

Function = TypeVar("Function", bound=Callable[..., Any])
Parse = Callable[[str], Any]

SEVERAL = "Several kinds of model"

if TYPE_CHECKING:
    Parameter = click.ParamType[Any]  # which older versions of click cannot subscribe
else:
    Parameter = click.ParamType


class Value(Parameter):
    """A value as an option's rule allows it."""

    def __init__(self, rule: Option, parse: Parse | None = None) -> None:
        """A rule, and how its text is read where it is none of the common ways."""
        self._rule, self._parse = rule, parse or _reader(rule)
        self.name = "text" if rule.kind is str else "number"

    def shell_complete(
        self, ctx: click.Context, param: click.Parameter, incomplete: str
    ) -> list[CompletionItem]:
        """What the tab key offers."""
        return offered(ctx, str(param.name), incomplete)

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """The value, which Python would accept too."""
        try:
            read = self._parse(value)
        except ValueError:
            read = value
        except click.BadParameter as error:
            self.fail(error.message, param, ctx)
        for part in read if isinstance(read, tuple) else (read,):
            if part is not None and (fault := self._rule.fault(part)):
                self.fail(fault, param, ctx)
        return read


def _reader(rule: Option) -> Parse:
    if rule.unit == "lengths":
        return lengths
    if rule.unit == "counts":
        return counts
    return rule.kind


def options_of(
    *owners: type[Options],
    leave: Sequence[str] = (),
    parse: Mapping[str, Parse] | None = None,
    **kinds: type[Options],
) -> Callable[[Function], Function]:
    """An option for every field of these classes, and of classes nested in them.

    What is not given arrives as None (of options that may be repeated, as an empty tuple), so that
    the class decides.

    Args:
        owners: The classes.
        leave: Names of options that the command declares itself.
        parse: How the text of some options is read, by name.
        kinds: Classes by the kind of model that they are for; an option that several of them have
            is one option, whose help tells the default of each kind.
    """
    found: dict[str, list[tuple[str, Declared]]] = {}
    for kind, owner in [*(("", owner) for owner in owners), *kinds.items()]:
        for each in declared(owner):
            if each.name not in leave:
                found.setdefault(each.name, []).append((kind, each))

    def decorate(function: Function) -> Function:
        for name, of_kinds in reversed(found.items()):
            function = _option(of_kinds, (parse or {}).get(name))(function)
        return function

    return decorate


def given(values: Mapping[str, Any]) -> dict[str, Any]:
    """Those of a command's options that stand on the command line."""
    context = click.get_current_context()
    return {
        name: value
        for name, value in values.items()
        if context.get_parameter_source(name) is not ParameterSource.DEFAULT
    }


def names_of(owner: type[Options]) -> set[str]:
    """Names of all options of a class."""
    return {each.name for each in declared(owner)}


def shown(rule: Option, default: Any) -> str:
    """A default as the help shows it; empty where there is nothing to say."""
    if rule.absent or default in (None, ()) or rule.kind is bool:
        return rule.absent
    if rule.unit in ("share", "gate", "points"):
        return f"{100 * default:g}%"
    if rule.unit == "lengths":
        low, high = default
        return f"{low}" if low == high else f"{low}-{high}"
    if isinstance(default, tuple):
        return ",".join(map(str, default))
    return f"{default:g}" if rule.kind is float else str(default)


def _defaults(of_kinds: Sequence[tuple[str, Declared]]) -> str:
    texts = {kind: shown(each.rule, each.default) for kind, each in of_kinds}
    if len(set(texts.values())) == 1:
        return next(iter(texts.values()))
    return "; ".join(f"{kind}: {text}" for kind, text in texts.items() if text)


def _option(
    of_kinds: Sequence[tuple[str, Declared]], parse: Parse | None
) -> Callable[[Function], Function]:
    first = of_kinds[0][1]
    rule, text, default = first.rule, f"{first.rule.help}.", _defaults(of_kinds)
    made: dict[str, Any] = {
        "default": None,
        "help": f"{text} [default: {default}]" if default else text,
        "cls": Grouped,
        "group": first.title if len(of_kinds) == 1 else SEVERAL,
    }
    declaration = spelled(first.name)
    if rule.kind is bool:
        made["is_flag"] = True
        if rule.off:
            declaration += f"/--{rule.off}"
    elif rule.choices and parse is None:
        made["type"] = click.Choice([str(each) for each in rule.choices])
        made["callback"] = lambda ctx, param, value: None if value is None else rule.kind(value)
        made["metavar"] = rule.metavar or None
    else:
        made["type"] = _type(rule, parse)
        made["metavar"] = rule.metavar or _metavar(rule)
    if rule.many:
        made |= {"multiple": True, "default": ()}
    return click.option(declaration, first.name, **made)


def _type(rule: Option, parse: Parse | None) -> Parameter:
    if rule.unit == "gate":
        return Share(gate=True)
    if rule.unit == "share":
        return Share(above=rule.above is not None, below=rule.below is not None)
    return Points() if rule.unit == "points" else Value(rule, parse)


def _metavar(rule: Option) -> str:
    named = {
        "share": "SHARE",
        "gate": "SHARE",
        "points": "POINTS",
        "lengths": "RANGE",
        "counts": "N,N",
    }
    return named.get(rule.unit) or {int: "N", float: "X"}.get(rule.kind, "NAME")
