"""The options that say how labelled data are laid out; the readers of data ask for them here."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import click

from nlucompress.data.layouts import LAYOUTS, PREFIX, DataOptions
from nlucompress.errors import UsageError

Function = TypeVar("Function", bound=Callable[..., Any])

_META = "nlucompress.data"


def _kept(ctx: click.Context, param: click.Parameter, value: Any) -> None:
    if value is not None and param.name is not None:
        ctx.meta.setdefault(_META, {})[param.name] = value


def data_options(function: Function) -> Function:
    """``--data-format``, ``--columns``, ``--label-prefix``, ``--strict``; no parameters arrive."""
    function = click.option(
        "--strict",
        is_flag=True,
        default=None,
        expose_value=False,
        callback=_kept,
        help="Refuse labelled texts that look wrong, where a warning is printed otherwise.",
    )(function)
    options: tuple[tuple[str, Any, str, str], ...] = (
        (
            "--data-format",
            click.Choice(LAYOUTS),
            "",
            "Layout of labelled texts; default: by content. lines: `label<TAB>text`; csv, tsv: "
            "with a header.",
        ),
        (
            "--columns",
            str,
            "LABEL,TEXT",
            "Names of the columns, or JSON fields, of label and text; the data have a header then.",
        ),
        (
            "--label-prefix",
            str,
            "TEXT",
            f"Before a label in fastText lines; default {PREFIX}.",
        ),
    )
    for name, kind, metavar, text in reversed(options):
        function = click.option(
            name, type=kind, metavar=metavar or None, help=text, expose_value=False, callback=_kept
        )(function)
    return function


def data_layout() -> DataOptions:
    """What the options of the running command say.

    Raises:
        UsageError: They contradict each other, or the columns are not two names.
    """
    said = given()
    columns = said.get("columns")
    names = None
    if columns is not None:
        label, _, text = columns.partition(",")
        if not label or not text or "," in text:
            raise UsageError(f"--columns {columns!r} is not two names such as label,text")
        names = (label, text)
    return DataOptions(said.get("data_format"), names, said.get("label_prefix", PREFIX))


def refuse_layout() -> None:
    """Taggers read tagged tokens alone.

    Raises:
        UsageError: An option of the layout was given.
    """
    for name in given().keys() - {"strict"}:
        raise UsageError(f"--{name.replace('_', '-')} is for labelled texts, not for tagged tokens")


def given() -> dict[str, Any]:
    """What this call of the program says of its data, by the names of the options."""
    context = click.get_current_context(silent=True)
    found: dict[str, Any] = context.meta.get(_META, {}) if context is not None else {}
    return found
