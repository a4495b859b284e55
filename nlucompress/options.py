"""Options: fields of a dataclass that own their default, range, choices and meaning.

A stage's options are a frozen dataclass over :class:`Options` whose fields are made by
:func:`option` and :func:`nested`. The command line builds its options from the same fields, so that
each is written once, and Python and the shell refuse the same values.
"""

from __future__ import annotations

import dataclasses
import math
import operator
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from numbers import Integral, Real
from typing import Any, ClassVar, Literal, TypeVar

from nlucompress.errors import UsageError

Unit = Literal["", "share", "gate", "points", "lengths", "counts"]
Chosen = TypeVar("Chosen", bound="Options")
_KEY, _NESTED = "option", "nested"


@dataclass(frozen=True)
class Option:
    """What a field of an options class takes.

    Attributes:
        help: Its meaning, a phrase.
        kind: Type of a value; of a tuple, that of its parts; object leaves the check to the class.
        choices: The only values, if not empty.
        least, most: Closed bounds.
        above, below: Open bounds.
        unit: How the command line spells it: ``share`` as 0.95 or 95%, ``points`` as 0.6pp,
            ``gate`` as a share, but 1 without a sign is refused; ``lengths`` as 1-3, ``counts``
            as 1,5,10. The value is a fraction, a pair, a tuple.
        metavar: What stands for the value in the help.
        flag: The option's name where it is not the field's, such as ``lambda``.
        off: Name of the flag that says no; ``no-`` and the name where the default is yes.
        absent: What the help says of the default, where that is not its value.
        many: It may be repeated; the value is a tuple.
        optional: None is a value although it is not the default.
    """

    help: str
    kind: type = str
    choices: tuple[Any, ...] = ()
    least: float | None = None
    most: float | None = None
    above: float | None = None
    below: float | None = None
    unit: Unit = ""
    metavar: str = ""
    flag: str = ""
    off: str = ""
    absent: str = ""
    many: bool = False
    optional: bool = False

    def fault(self, value: object) -> str | None:
        """What is wrong with a value, or None: ``-3 is not at least 1``."""
        if self.choices:
            if value in self.choices:
                return None
            return f"{value!r} is not one of {', '.join(map(str, self.choices))}"
        if self.kind is object:
            return None
        if self.kind is bool:
            return None if isinstance(value, bool) else f"{value!r} is not true or false"
        if self.kind is str:
            return None if isinstance(value, str) else f"{value!r} is not a text"
        number: type = Integral if self.kind is int else Real
        if not isinstance(value, number) or isinstance(value, bool):
            return f"{value!r} is not a {'whole ' if self.kind is int else ''}number"
        assert isinstance(value, float | int | Real)
        if not math.isfinite(value):
            return f"{value} is not finite"
        if self.unit in ("gate", "points") and value == 1 and isinstance(value, Integral):
            return "1 could be read two ways: write 0.01 for 1 %, 1.0 for 100 %"
        return self._out_of_range(float(value))

    def _out_of_range(self, value: float) -> str | None:
        if self.least is not None and self.most is not None:
            inside = self.least <= value <= self.most
            return None if inside else f"{value:g} is not within {self.least:g} to {self.most:g}"
        bounds = (
            (self.least, operator.ge, "at least"),
            (self.above, operator.gt, "above"),
            (self.most, operator.le, "at most"),
            (self.below, operator.lt, "below"),
        )
        told = [
            (holds(value, to), f"{name} {to:g}") for to, holds, name in bounds if to is not None
        ]
        if all(inside for inside, _ in told):
            return None
        return f"{value:g} is not {' and '.join(text for _, text in told)}"


def option(default: Any, meaning: str, **rules: Any) -> Any:
    """A field of an options class; ``rules`` are attributes of :class:`Option`.

    The kind is that of the default, if it is not given; a default of None allows None.
    """
    if "kind" not in rules and default is not None:
        sample = default[0] if isinstance(default, tuple) and default else default
        rules["kind"] = str if isinstance(sample, tuple) else type(sample)
    return dataclasses.field(default=default, metadata={_KEY: Option(meaning, **rules)})


def nested(options: type[Options]) -> Any:
    """A field that holds further options."""
    return dataclasses.field(default_factory=options, metadata={_NESTED: options})


class Options:
    """Base of the options of a stage; checks every field when it is made.

    Attributes:
        title: Heading over the options in the help.
    """

    title: ClassVar[str] = ""

    def __post_init__(self) -> None:
        """Check the fields.

        Raises:
            UsageError: A value is of the wrong type, unknown or out of range.
        """
        for field in dataclasses.fields(self):  # type: ignore[arg-type]
            rule, value = field.metadata.get(_KEY), getattr(self, field.name)
            if not isinstance(rule, Option) or (
                value is None and (rule.optional or field.default is None)
            ):
                continue
            parts = value if isinstance(value, tuple) and not rule.choices else (value,)
            for part in parts:
                if fault := rule.fault(part):
                    raise UsageError(f"{spelled(key(field))}: {fault}")

    @classmethod
    def of(cls: type[Chosen], values: Mapping[str, Any]) -> Chosen:
        """Build them from values by name, those of nested options among them.

        Names that are not of these options are passed over; see :func:`declared`.
        """
        found: dict[str, Any] = {}
        for field in dataclasses.fields(cls):  # type: ignore[arg-type]
            if _NESTED in field.metadata:
                found[field.name] = field.metadata[_NESTED].of(values)
            elif key(field) in values:
                found[field.name] = values[key(field)]
        return cls(**found)


@dataclass(frozen=True)
class Declared:
    """An option of a class: its name, rule and default, and the title of the class."""

    name: str
    rule: Option
    default: Any
    title: str


def declared(options: type[Options]) -> Iterator[Declared]:
    """Every option, those of nested options in their place."""
    for field in dataclasses.fields(options):  # type: ignore[arg-type]
        if _NESTED in field.metadata:
            yield from declared(field.metadata[_NESTED])
        elif _KEY in field.metadata:
            yield Declared(key(field), field.metadata[_KEY], field.default, options.title)


def key(field: dataclasses.Field[Any]) -> str:
    """The name by which an option is given: its flag's, where it has one."""
    rule = field.metadata.get(_KEY)
    return field.name if rule is None or not rule.flag else rule.flag.replace("-", "_")


def spelled(name: str) -> str:
    """An option as it is written in a shell: ``--batch-size``."""
    return f"--{name.replace('_', '-')}"
