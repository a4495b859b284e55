"""`nlucompress completion`."""

from __future__ import annotations

import click

from nlucompress.cli.shared import streams


@click.command(name="completion")
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
def command(shell: str) -> None:
    """Print the shell's completion script: names of commands and options with the tab key.

    Bash must be of version 4.4 or newer.

    \b
    Example:
      nlucompress completion bash > nlucompress-completion.sh
    """
    from click.shell_completion import ShellComplete, get_completion_class

    from nlucompress.cli.program import cli

    complete = get_completion_class(shell)
    assert complete is not None, "click knows the three shells that the argument allows"
    # Not the shell's own source(): that of bash first runs bash, to see how old it is.
    streams.say(ShellComplete.source(complete(cli, {}, "nlucompress", "_NLUCOMPRESS_COMPLETE")))
