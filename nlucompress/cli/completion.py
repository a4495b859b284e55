"""`nlucompress completion`."""

from __future__ import annotations

import click

from nlucompress.cli.shared import streams


@click.command(name="completion")
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
def command(shell: str) -> None:
    """Print the shell's completion script: names of commands and options with the tab key.

    \b
    Example:
      nlucompress completion bash > nlucompress-completion.sh
    """
    from click.shell_completion import get_completion_class

    from nlucompress.cli.main import cli

    complete = get_completion_class(shell)
    assert complete is not None, "click knows the three shells that the argument allows"
    streams.say(complete(cli, {}, "nlucompress", "_NLUCOMPRESS_COMPLETE").source())
