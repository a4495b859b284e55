"""How a command helps: its options under headings, over the whole width, nothing cut."""

from __future__ import annotations

import re
from typing import Any

import click
from click.core import ParameterSource

from nlucompress.cli.shared import streams
from nlucompress.cli.shared.options.completing import with_completion
from nlucompress.cli.shared.options.configuration import configured

_CONFIGURED = "nlucompress.configured"
FEW = 10  # options that need no headings
WIDE = 1000  # columns of the options at most: those of the terminal
PROSE = 100  # columns that a paragraph fills at most
LONGEST_CHOICE = 42  # columns of `[a|b|c]` that stand beside an option; longer ones in its text

OWN, DATA, GATES, FILES = "Options", "Data", "Gates", "Input and output"
# Options that several commands share stand under the same heading everywhere.
HEADINGS: dict[str, str] = {
    **dict.fromkeys(
        (
            "data", "dev", "gallery", "gallery_data", "data_format", "columns", "label_prefix",
            "strict",
        ),
        DATA,
    ),
    **dict.fromkeys(
        (
            "min_accuracy", "max_accuracy_drop", "max_nfr", "min_unknown_recall", "confidence",
            "max_size", "risk", "min_agreement", "gate", "gate_data", "gate_reference",
        ),
        GATES,
    ),
    **dict.fromkeys(
        (
            "references", "reference", "overlays", "bundled", "output", "html", "force",
            "as_json", "quiet", "log", "help", "show_config",
        ),
        FILES,
    ),
}  # fmt: skip
LAST = (DATA, GATES, FILES)


class Grouped(click.Option):
    """An option that stands under a heading of the help."""

    def __init__(self, *args: Any, group: str = "", **attributes: Any) -> None:
        """An option of click, and its heading."""
        super().__init__(*args, **attributes)
        self.group = group


class GroupedCommand(click.Command):
    """A command whose help shows its options under headings, and whose files a shell completes."""

    def __init__(self, *args: Any, **attributes: Any) -> None:
        """A command of click."""
        attributes.setdefault("context_settings", {"max_content_width": WIDE})
        super().__init__(*args, **attributes)
        with_completion(self.params)

    def get_params(self, ctx: click.Context) -> list[click.Parameter]:
        """The parameters, ``--show-config`` among them."""
        return [*super().get_params(ctx), _show_config()]

    def make_context(
        self,
        info_name: str | None,
        args: list[str],
        parent: click.Context | None = None,
        **extra: Any,
    ) -> click.Context:
        """The context of a call; options that it lacks come from files and variables."""
        off = parent is None or parent.params.get("no_config") or extra.get("resilient_parsing")
        found = {} if off else configured(self)
        if parent is not None:
            parent.meta[_CONFIGURED] = found
            extra["default_map"] = {name: each.value for name, each in found.items()}
        return super().make_context(info_name, args, parent, **extra)

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command; what it took from files and variables is told."""
        for name, each in ctx.meta.get(_CONFIGURED, {}).items():
            if ctx.get_parameter_source(name) is ParameterSource.DEFAULT_MAP:
                option = next(param for param in self.params if param.name == name)
                spelled = max(option.opts, key=len)
                told = f"nlucompress: {spelled} {_spoken(each.value)}, from {each.source}"
                streams.note(told, bool(ctx.params.get("quiet")))
        return super().invoke(ctx)

    def shown(self, ctx: click.Context) -> list[click.Parameter]:
        """The parameters that the help tells of."""
        return self.get_params(ctx)

    def format_help_text(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Paragraphs that can be read on a wide screen; examples in lines that fit."""
        whole, self.help = self.help, broken(self.help or "", formatter.width - 2)
        width, formatter.width = formatter.width, min(formatter.width, PROSE)
        try:
            super().format_help_text(ctx, formatter)
        finally:
            formatter.width, self.help = width, whole

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The command's own options first, input and output last."""
        options = [each for each in self.shown(ctx) if isinstance(each, click.Option)]
        if len(options) <= FEW:
            headings = [OWN] * len(options)
        else:
            headings = [heading(each) for each in options]
        groups: dict[str, list[tuple[str, str]]] = {OWN: []}
        for option, name in zip(options, headings, strict=True):
            if (row := record(option, ctx)) is not None:
                groups.setdefault(name, []).append(row)
        for name in sorted(groups, key=lambda each: LAST.index(each) + 1 if each in LAST else 0):
            if groups[name]:
                with formatter.section(name):
                    formatter.write_dl(groups[name])


def _show_config() -> click.Option:
    return click.Option(
        ["--show-config"],
        is_flag=True,
        is_eager=True,
        expose_value=False,
        callback=_shown_config,
        help="Show the value of every option, from which file or variable it comes, and exit.",
    )


def _shown_config(ctx: click.Context, param: click.Parameter, value: bool) -> None:
    if not value or ctx.resilient_parsing:
        return
    found = ctx.meta.get(_CONFIGURED, {})
    rows = []
    for option in ctx.command.params:
        if isinstance(option, click.Option):
            each = found.get(option.name)
            value = each.value if each else _default(option)
            source = each.source if each else "default"
            rows.append((max(option.opts, key=len), source, _spoken(value)))
    widths = [max(len(row[at]) for row in rows) for at in (0, 1)] if rows else [0, 0]
    for name, source, text in rows:
        streams.say(f"{name:<{widths[0]}}  {source:<{widths[1]}}  {text}")
    ctx.exit()


def _default(option: click.Option) -> Any:
    """The default, or what the help says of it where a class of options owns it."""
    told = re.search(r"\[default: (.*)\]", option.help or "")
    return told[1] if told else option.to_info_dict()["default"]


def _spoken(value: Any) -> str:
    if value is None or value == ():
        return "-"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return " ".join(map(str, value)) if isinstance(value, list | tuple) else str(value)


def heading(option: click.Option) -> str:
    """The title of the class that an option is a field of, or what it has to do with."""
    return getattr(option, "group", "") or HEADINGS.get(str(option.name), OWN)


def record(option: click.Option, ctx: click.Context) -> tuple[str, str] | None:
    """An option and its text; many choices are words of the text."""
    found = option.get_help_record(ctx)
    if found is None or not isinstance(option.type, click.Choice) or option.metavar is not None:
        return found
    joined = f"[{'|'.join(map(str, option.type.choices))}]"
    if len(joined) <= LONGEST_CHOICE:
        return found
    names = ", ".join(map(str, option.type.choices))
    return found[0].replace(joined, "NAME"), f"{found[1]} NAME is one of {names}."


def broken(text: str, width: int) -> str:
    """A help text whose calls of the program go on in a next line where they are too long."""
    lines: list[str] = []
    for line in text.splitlines():
        words = line.split()
        if words[:1] != ["nlucompress"] or len(line) <= width:
            lines.append(line)
            continue
        margin = line[: len(line) - len(line.lstrip())]
        row = margin + words[0]
        for word in words[1:]:
            if len(row) + len(word) + 3 > width:
                lines.append(f"{row} \\")
                row = f"{margin}  "
            row += f" {word}" if row.strip() else word
        lines.append(row)
    return "\n".join(lines)
