"""`nlucompress help`: the pages of the documentation, and the help of a command."""

from __future__ import annotations

import sys
from importlib.resources import files
from pathlib import Path

import click

from nlucompress.cli.shared import streams
from nlucompress.cli.shared.options.command import GroupedCommand
from nlucompress.cli.shared.options.guess import near
from nlucompress.errors import UsageError


def topics() -> dict[str, str]:
    """Title of each page, by topic."""
    pages = files("nlucompress").joinpath("docs").iterdir()
    found = {
        page.name.removesuffix(".md"): page.read_text(encoding="utf-8").partition("\n")[0]
        for page in pages
        if page.name.endswith(".md")
    }
    return {name: found[name].removeprefix("# ") for name in sorted(found)}


@click.command(name="help", cls=GroupedCommand)
@click.argument("topic", required=False)
@click.option(
    "--man",
    metavar="FOLDER",
    help="Write pages for `man` there: one of each command, one of all.",
)
@click.pass_context
def command(ctx: click.Context, topic: str | None, man: str | None) -> None:
    """Show the help of a command, or a page of the documentation.

    Without TOPIC, the list of pages. Where a page has the name of a command, it follows the help.
    On a terminal all is shown by $PAGER.

    \b
    Example:
      nlucompress help glossary
    """
    assert ctx.parent is not None  # it is a subcommand
    program = ctx.parent.command
    assert isinstance(program, click.Group)
    if man is not None:
        if topic is not None:
            raise UsageError("--man writes all pages; name no topic")
        _write_manual(program, ctx.parent, Path(man))
        return
    pages = topics()
    if topic is None:
        width = max(map(len, pages))
        streams.say("\n".join(f"{name:<{width}}  {title}" for name, title in pages.items()))
        return
    parts = []
    if (found := program.get_command(ctx.parent, topic)) is not None:
        with click.Context(
            found, info_name=topic, parent=ctx.parent, **found.context_settings
        ) as inner:
            parts.append(found.get_help(inner))
    if topic in pages:
        page = files("nlucompress").joinpath("docs", f"{topic}.md")
        parts.append(page.read_text(encoding="utf-8").rstrip())
    if not parts:
        guess = near(topic, [*pages, *program.list_commands(ctx.parent)])
        raise UsageError(f"no topic {topic!r}{guess or '; `nlucompress help` lists them'}")
    text = "\n\n".join(parts)
    if sys.stdout.isatty():
        click.echo_via_pager(text)
    else:
        streams.say(text)


def _write_manual(program: click.Group, parent: click.Context, folder: Path) -> None:
    from nlucompress.cli.manual import pages
    from nlucompress.format.files import write_atomically

    folder.mkdir(parents=True, exist_ok=True)
    written = pages(program, parent)
    for name in written:
        there = folder / name
        if there.exists() and not there.read_bytes().startswith(b'.TH "NLUCOMPRESS'):
            raise UsageError(f"{there}: is there already and is not a page of ours")
    for name, text in written.items():
        write_atomically(folder / name, [text.encode()])
