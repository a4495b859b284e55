"""`nlucompress help`: the pages of the documentation, and the help of a command."""

from __future__ import annotations

import sys
from importlib.resources import files

import click

from nlucompress.cli.shared import streams
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


@click.command("help")
@click.argument("topic", required=False)
@click.pass_context
def command(ctx: click.Context, topic: str | None) -> None:
    """Show a page of the documentation, or the help of a command.

    Without TOPIC, the list of pages. On a terminal a page is shown by $PAGER. Where a page has the
    name of a command, `COMMAND --help` tells the options.

    \b
    Example:
      nlucompress help glossary
    """
    assert ctx.parent is not None  # it is a subcommand
    program = ctx.parent.command
    assert isinstance(program, click.Group)
    pages = topics()
    if topic is None:
        width = max(map(len, pages))
        streams.say("\n".join(f"{name:<{width}}  {title}" for name, title in pages.items()))
    elif (found := program.get_command(ctx.parent, topic)) is not None and topic not in pages:
        with click.Context(found, info_name=topic, parent=ctx.parent) as inner:
            streams.say(found.get_help(inner))
    elif topic in pages:
        text = files("nlucompress").joinpath("docs", f"{topic}.md").read_text(encoding="utf-8")
        if sys.stdout.isatty():
            click.echo_via_pager(text)
        else:
            streams.say(text.rstrip())
    else:
        guess = near(topic, [*pages, *program.list_commands(ctx.parent)])
        raise UsageError(f"no topic {topic!r}{guess or '; `nlucompress help` lists them'}")
