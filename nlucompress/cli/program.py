"""The program as click sees it: finds subcommands, and ends as Python's exceptions say."""

from __future__ import annotations

import os
import sys
from importlib import import_module
from typing import Any

import click
from click.shell_completion import CompletionItem

from nlucompress.cli import quick
from nlucompress.cli.groups import ABOUT, COMMANDS, EPILOG, GROUPS, OPTIONS, SUMMARIES, WIDEST
from nlucompress.cli.shared.options.guess import near
from nlucompress.version import VERSION


class Interrupted(Exception):  # noqa: N818 - no error, but an end that was asked for
    """Ctrl-C was pressed while a command ran."""


class Commands(click.Group):
    """Imports a subcommand's file only when it is called."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Names, by group."""
        return list(COMMANDS)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The commands by what people come for."""
        for heading, group in GROUPS.items():
            with formatter.section(heading):
                formatter.write_dl([(name, summary) for name, (_, summary) in group.items()])

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of this name."""
        if cmd_name not in COMMANDS:
            return None
        module = import_module(f"nlucompress.cli.{COMMANDS[cmd_name]}")
        command: click.Command = module.command
        return command

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        """Names of commands, without their files, and options."""
        found = [
            CompletionItem(name, help=summary)
            for name, summary in SUMMARIES.items()
            if name.startswith(incomplete)
        ]
        return found + click.Command.shell_complete(self, ctx, incomplete)

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command; Ctrl-C reaches ``run`` as it is, without the empty line of click."""
        try:
            return super().invoke(ctx)
        except KeyboardInterrupt:
            raise Interrupted from None

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """The command that is asked for; a name that is not there is answered with the nearest."""
        name = args[0]
        if name not in COMMANDS and not name.startswith("-"):
            guess = near(name, COMMANDS)
            ctx.fail(f"no command {name!r}{guess or '; `nlucompress --help` lists them'}")
        return super().resolve_command(ctx, args)


@click.command(
    cls=Commands,
    help=ABOUT,
    epilog=EPILOG,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": WIDEST},
)
@click.version_option(
    VERSION, "-V", "--version", message=quick.version(), help=OPTIONS["-V, --version"]
)
@click.option("--no-config", is_flag=True, help=OPTIONS["--no-config"])
@click.option("--debug", is_flag=True, help=OPTIONS["--debug"])
def cli(debug: bool, no_config: bool) -> None:
    """Leave all to the command."""


def run(arguments: list[str]) -> int:
    """Run the command line and return its exit code.

    Raises:
        KeyboardInterrupt: Ctrl-C was pressed.
        BrokenPipeError: The reader of our output closed it.
        NluCompressError: And whatever else a command ends with.
    """
    stdout = sys.stdout
    if "_NLUCOMPRESS_COMPLETE" in os.environ:
        from nlucompress.cli import completion

        completion.answer()
    try:
        result = cli.main(arguments, prog_name="nlucompress", standalone_mode=False)
    except click.exceptions.Exit as finished:
        return finished.exit_code
    except SystemExit:
        # So click leaves after a shell's completion, and when a pipe closed: then it wraps stdout.
        if sys.stdout is not stdout:
            raise BrokenPipeError from None
        raise
    except (click.Abort, Interrupted):
        raise KeyboardInterrupt from None
    except click.ClickException as error:
        error.show()
        return click.UsageError.exit_code
    return result if isinstance(result, int) else 0
