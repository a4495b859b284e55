"""`nlucompress completion`."""

from __future__ import annotations

import os
import shlex
from importlib.resources import files

import click
from click.shell_completion import CompletionItem, ShellComplete, add_completion_class

from nlucompress.cli.shared import streams
from nlucompress.cli.shared.options.command import GroupedCommand

ASKED, WORDS = "_NLUCOMPRESS_COMPLETE", "_NLUCOMPRESS_WORDS"
SHELLS = ("bash", "zsh", "fish")


class Answering(ShellComplete):
    """Tells a shell what fits: lines of a kind, a value and a note, with tabs between.

    The shells complete files themselves, as they do for other programs; the value of such a line
    is the suffixes that they prefer.
    """

    source_template = ""

    def get_completion_args(self) -> tuple[list[str], str]:
        """The words before the cursor, one a line as they were typed, and the one at it."""
        typed = os.environ.get(WORDS, "").split("\n")
        words: list[str] = []
        for word in map(_unquoted, typed):
            if word == "=" and words and words[-1].startswith("--"):
                continue  # bash splits --data=file in three
            words.append(word)
        if typed[-1] == "=":
            words.append("")
        *before, last = words[1:] or [""]
        option, equals, value = last.partition("=")
        if equals and option.startswith("--"):
            return [*before, option], value
        return before, last

    def format_completion(self, item: CompletionItem) -> str:
        """An item as a line."""
        note = " ".join((item.help or "").split())
        return f"{item.type}\t{item.value}\t{note}"


def _unquoted(word: str) -> str:
    try:
        return "".join(shlex.split(word))
    except ValueError:  # a quote that is still open
        return word.lstrip("'\"")


def answer() -> None:
    """Let the program answer the shells that ask by :data:`ASKED`."""
    for shell in SHELLS:
        add_completion_class(type(shell, (Answering,), {"name": shell}), shell)


@click.command(name="completion", cls=GroupedCommand)
@click.argument("shell", type=click.Choice(SHELLS))
def command(shell: str) -> None:
    """Print the shell's completion script: commands, options, files and names with the tab key.

    Files of the kind that a command reads come first; behind a model, `--table`, `--tensor`,
    `--label` and `--model` complete the names that it holds.

    \b
    Example:
      nlucompress completion bash > nlucompress-completion.sh
    """
    script = files("nlucompress.cli").joinpath("shells", f"complete.{shell}")
    streams.say(script.read_text(encoding="utf-8").rstrip())
