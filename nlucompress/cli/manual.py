"""Pages for `man`, made from the same texts as the help."""

from __future__ import annotations

import re

import click

from nlucompress.cli.groups import GROUPS
from nlucompress.cli.shared.options.command import OWN, heading, record
from nlucompress.version import VERSION

EXIT_CODES = (
    ("0", "Done."),
    ("1", "A gate was missed."),
    ("2", "Wrong usage."),
    ("3", "Bad input, bad model, or input or output failed."),
    ("130", "Interrupted."),
    ("141", "The reader of our output closed it."),
)


def program_page(program: click.Command) -> str:
    """The page `nlucompress(1)`: what it is, its commands and exit codes."""
    lines = [
        _head("nlucompress", _first(program.help or "")),
        ".SH SYNOPSIS\n.B nlucompress\n.I COMMAND\n.RI [ OPTIONS ]\n.RI [ FILES ]",
        _described(program.help or ""),
        ".SH COMMANDS\nThe options of each stand in\n.BR nlucompress\\-COMMAND (1)\n"
        "and in what\n.B nlucompress help COMMAND\nprints.",
    ]
    for title, commands in GROUPS.items():
        lines.append(f".SS {_text(title)}")
        lines += [_item(f"\\fB{_text(name)}\\fR", text) for name, (_, text) in commands.items()]
    lines.append(".SH EXIT STATUS")
    lines += [_item(f"\\fB{code}\\fR", text) for code, text in EXIT_CODES]
    lines.append(".SH SEE ALSO\n.B nlucompress help\nlists the pages of the documentation.")
    return "\n".join(lines) + "\n"


def command_page(name: str, command: click.Command, parent: click.Context) -> str:
    """The page of a command."""
    full = f"nlucompress-{name}"
    with click.Context(command, info_name=name, parent=parent) as context:
        usage = " ".join(command.collect_usage_pieces(context))
        options = [each for each in command.get_params(context) if isinstance(each, click.Option)]
        groups: dict[str, list[tuple[str, str]]] = {}
        for option in options:
            if (row := record(option, context)) is not None:
                groups.setdefault(heading(option), []).append(row)
    lines = [
        _head(full, _first(command.help or "")),
        f".SH SYNOPSIS\n.B nlucompress {_text(name)}\n{_text(usage)}",
        _described(command.help or ""),
        ".SH OPTIONS",
    ]
    for title, rows in groups.items():
        if title != OWN:
            lines.append(f".SS {_text(title)}")
        lines += [_item(f"\\fB{_text(spelled)}\\fR", text) for spelled, text in rows]
    lines.append(".SH SEE ALSO\n.BR nlucompress (1)")
    return "\n".join(lines) + "\n"


def pages(program: click.Group, parent: click.Context) -> dict[str, str]:
    """The text of every page by the name of its file."""
    found = {"nlucompress.1": program_page(program)}
    for name in program.list_commands(parent):
        command = program.get_command(parent, name)
        assert command is not None, "it is listed"
        found[f"nlucompress-{name}.1"] = command_page(name, command, parent)
    return found


def _head(name: str, summary: str) -> str:
    title = name.upper().replace("-", "\\-")
    return (
        f'.TH "{title}" "1" "" "nlucompress {VERSION}" "nlucompress"\n'
        f".SH NAME\n{_text(name)} \\- {_text(summary.rstrip('.'))}"
    )


def _first(text: str) -> str:
    """The first sentence of a help text."""
    paragraph = " ".join(text.strip().split("\n\n")[0].split())
    return re.split(r"(?<=\.) ", paragraph)[0]


def _described(text: str) -> str:
    """A help text's paragraphs, and its example as it stands."""
    lines = [".SH DESCRIPTION"]
    for paragraph in text.strip().split("\n\n"):
        if "\b" not in paragraph:
            lines.append(f".PP\n{_text(' '.join(paragraph.split()))}")
            continue
        shown = [line.strip() for line in paragraph.replace("\b", "").splitlines() if line.strip()]
        if shown[0] == "Example:":
            lines.append(".SH EXAMPLE")
            shown = shown[1:]
        lines.append(".nf\n" + "\n".join(map(_text, shown)) + "\n.fi")
    return "\n".join(lines)


def _item(term: str, text: str) -> str:
    return f".TP\n{term}\n{_text(' '.join(text.split()))}"


def _text(text: str) -> str:
    """A text without what roff would read as its own."""
    escaped = (
        text.replace("\\", "\\e").replace("-", "\\-").replace("'", "\\(aq").replace("`", "\\(ga")
    )
    return f"\\&{escaped}" if escaped.startswith((".", "\\(aq")) else escaped


if __name__ == "__main__":
    from nlucompress.cli.program import cli

    print(program_page(cli), end="")
