"""The command `nlucompress`: finds subcommands, turns errors into one line and an exit code."""

from __future__ import annotations

import os
import signal
import sys
from importlib import import_module
from typing import Any

import click

from nlucompress.cli.shared import streams
from nlucompress.cli.shared.options.guess import near
from nlucompress.errors import NluCompressError, UsageError
from nlucompress.native import extension
from nlucompress.version import VERSION

GATE_MISSED, USAGE, BAD_INPUT, INTERRUPTED, CLOSED_PIPE = 1, 2, 3, 130, 141

# Groups of commands: file and first line of the help of each, so that no file is imported to tell.
GROUPS: dict[str, dict[str, tuple[str, str]]] = {
    "Make a model": {
        "train": (
            "learn.train.command",
            "Train a linear n-gram classifier, a tagger or a network.",
        ),
        "import": ("learn.import_", "Read a model of another program."),
        "finetune": ("learn.finetune", "Train a model on with the task's data."),
        "linearize": ("learn.linearize", "Train a network on from few examples, without torch."),
        "merge": ("learn.merge", "Mix an older and a newer model, to break less."),
    },
    "Make it small": {
        "compress": ("shrink.compress.command", "Find the smallest file that keeps its promises."),
        "factorize": ("shrink.factorize", "Replace a table by two thin factors."),
        "quantize": ("shrink.quantize", "Round weights to a few levels; drop what rounds to zero."),
        "phash": ("shrink.phash", "Replace the keys' strings by a minimal perfect hash."),
        "pack": ("shrink.pack", "Seal a model in its smallest encoding."),
        "run": ("shrink.run", "Put a model through a recipe."),
        "fleet": ("shrink.fleet.command", "Put every model of a folder through a recipe."),
        "search": ("shrink.search", "Find the cheapest student of a large network."),
    },
    "Prove that it works": {
        "evaluate": ("measure.evaluate.command", "Measure accuracy and what breaks; check gates."),
        "threshold": ("measure.threshold", "Choose the score below which a text is unknown."),
        "neighbours": ("measure.neighbours", "Compare the nearest neighbours in two tables."),
        "retrieval": ("measure.retrieval", "Measure queries in an older model's gallery."),
        "diff": (
            "measure.diff.command",
            "Tell what changed between two models, or send it as an overlay.",
        ),
        "inspect": ("measure.inspect.command", "Tell what a model holds and where its bytes go."),
    },
    "Use it": {
        "predict": ("use.predict", "Classify lines of text."),
        "tag": ("use.tag", "Tag the tokens of sentences."),
        "embed": ("use.embed", "Print the representations of texts."),
        "lookup": ("use.lookup", "Print the rows of keys."),
        "export": ("use.export", "Write a model for another program."),
    },
    "Learn more": {
        "help": ("help", "Show a page of the documentation."),
        "completion": ("completion", "Print a script that completes in a shell."),
    },
}
COMMANDS = {name: file for group in GROUPS.values() for name, (file, _) in group.items()}


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
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="A stage reads a model and writes a model: nlucompress quantize m.nlu --bits 5 "
    "| nlucompress phash | nlucompress pack -o m.packed.nlu",
)
@click.version_option(
    VERSION,
    "-V",
    "--version",
    prog_name="nlucompress",
    message="%(prog)s, version %(version)s, "
    + ("with the C extension" if extension is not None else "without the C extension (NumPy only)"),
)
@click.option("--debug", is_flag=True, help="Show a traceback instead of one line on an error.")
def cli(debug: bool) -> None:
    """Turn a trained NLU model into a small artifact that runs offline, and prove that it works.

    Exit codes: 0 done; 1 a gate was missed; 2 usage; 3 bad input, bad model or I/O; 130
    interrupted; 141 the reader of our output closed it.
    """


def main() -> None:
    """Entry point."""
    arguments = sys.argv[1:]
    code = run(arguments)
    try:
        streams.finish()
    except BrokenPipeError:
        code = code or CLOSED_PIPE
    except OSError as error:
        streams.complain(f"standard output: cannot write: {error.strerror or error}")
        code = code or BAD_INPUT
    # Buffers are flushed; leaving at once spares the interpreter's tear-down and its complaints.
    os._exit(code)


def run(arguments: list[str]) -> int:
    """Run the command line and return its exit code."""
    debug = "--debug" in arguments
    try:
        streams.prepare()
        stdout = sys.stdout
        result = cli.main(arguments, prog_name="nlucompress", standalone_mode=False)
    except click.exceptions.Exit as finished:
        return finished.exit_code
    except SystemExit as finished:
        # So click leaves after a shell's completion, and when a pipe closed: then it wraps stdout.
        if sys.stdout is not stdout:
            return CLOSED_PIPE
        return finished.code if isinstance(finished.code, int) else BAD_INPUT
    except (click.Abort, Interrupted, KeyboardInterrupt):
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # the end has begun
        streams.complain("interrupted")
        return INTERRUPTED
    except click.ClickException as error:
        error.show()
        return USAGE
    except BrokenPipeError:
        return CLOSED_PIPE
    except (NluCompressError, OSError, MemoryError) as error:
        if debug:
            _show_traceback()
        streams.complain(_line(error))
        return USAGE if isinstance(error, UsageError) else BAD_INPUT
    except Exception:  # Python's own exit code would be 1, which says that a gate was missed
        _show_traceback()
        streams.complain("this is a defect of nlucompress; please report the lines above")
        return BAD_INPUT
    return result if isinstance(result, int) else 0


def _show_traceback() -> None:
    import traceback

    if sys.stderr is not None:
        traceback.print_exc()


def _line(error: BaseException) -> str:
    if isinstance(error, MemoryError):
        return "not enough memory for this input"
    if isinstance(error, OSError):
        return f"{error.filename or 'input or output'}: {error.strerror or error}"
    return str(error)
