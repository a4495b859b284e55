"""What is answered without click and NumPy, which take longer to import than the answers take.

Only plain lines are: `predict` and `lookup` of a sealed model with the options below, `--version`
and `--help`. Whatever else is asked, or goes wrong before the first answer, is left to click and
the command, so that nothing is said in two ways.
"""

from __future__ import annotations

import os
import stat
import sys

from nlucompress.cli.groups import SUMMARIES
from nlucompress.cli.shared import streams
from nlucompress.cli.shared.options.places import nearest, variables
from nlucompress.cli.shared.show.answers import answer_json, answer_text, row_json, row_text
from nlucompress.cli.shared.show.lines import read_lines
from nlucompress.errors import FormatError
from nlucompress.native import extension
from nlucompress.version import VERSION

LARGEST_FILE = 64 << 20  # larger ones are mapped, see `format.files`
MOST_LABELS = 20  # each takes a pass over the scores
_OPTIONS = {"predict": ("--top", "--json"), "lookup": ("--table", "--json")}


def version() -> str:
    """The line of `--version`."""
    how = "without the C extension (NumPy only)" if extension is None else "with the C extension"
    return f"nlucompress, version {VERSION}, {how}"


def run(arguments: list[str]) -> bool:
    """Do what the command line says and return True, or False where it is left to click."""
    if "_NLUCOMPRESS_COMPLETE" in os.environ:
        return _completed(os.environ.get("_NLUCOMPRESS_WORDS", "").split("\n"))
    if not arguments:
        return False
    if arguments in (["--version"], ["-V"]):
        streams.say(version())
        return True
    if arguments in (["--help"], ["-h"]):
        from nlucompress.cli.help_page import help_page

        streams.say(help_page())
        return True
    script = _script(arguments)
    if script is not None:
        streams.say(script)
        return True
    asked = _asked(arguments)
    if asked is None or extension is None or variables() or nearest() is not None:
        return False
    command, (model, lines), options = asked
    file = _file(model)
    if file is None:
        return False
    return (_lookup if command == "lookup" else _predict)(file, lines, options)


def _completed(words: list[str]) -> bool:
    """Tell a shell the commands that begin so, as `completion.Answering` does."""
    if len(words) != 2 or not words[1].isalpha():
        return False
    begins = [name for name in SUMMARIES if name.startswith(words[1])]
    streams.say("\n".join(f"plain\t{name}\t{SUMMARIES[name]}" for name in begins))
    return True


def _script(arguments: list[str]) -> str | None:
    """What `completion SHELL` prints, as the command does."""
    if len(arguments) != 2 or arguments[0] != "completion" or not arguments[1].isalpha():
        return None
    path = os.path.join(os.path.dirname(__file__), "shells", f"complete.{arguments[1]}")
    try:
        with open(path, encoding="utf-8") as file:
            return file.read().rstrip()
    except OSError:  # no shell that is known, or the package is not a folder
        return None


def _asked(arguments: list[str]) -> tuple[str, tuple[str, str], dict[str, str]] | None:
    """Command, files and options of a plain command line."""
    command, *rest = arguments
    files: list[str] = []
    options: dict[str, str] = {}
    while rest:
        word = rest.pop(0)
        if not word.startswith("-") or word == streams.STANDARD:
            files.append(word)
            continue
        name, equals, value = word.partition("=")
        flag = name == "--json"
        if name not in _OPTIONS.get(command, ()) or name in options or (flag and equals):
            return None
        if not flag and not equals:
            value = rest.pop(0) if rest else ""
        if name == "--top" and value not in [str(count) for count in range(1, MOST_LABELS + 1)]:
            return None
        if name == "--table" and (not value.isascii() or value.startswith("-")):
            return None
        options[name] = value
    files += [streams.STANDARD] if len(files) == 1 else []
    if command not in _OPTIONS or len(files) != 2 or files[0] in ("", streams.STANDARD):
        return None
    return command, (files[0], files[1]), options


def _file(path: str) -> bytes | None:
    """The bytes of a file of this machine, of a size that is read as a whole."""
    try:
        about = os.stat(path)
        if not stat.S_ISREG(about.st_mode) or not 0 < about.st_size <= LARGEST_FILE:
            return None
        with open(path, "rb") as file:
            return file.read()
    except (OSError, ValueError):
        return None


def _predict(file: bytes, texts: str, options: dict[str, str]) -> bool:
    try:
        reader = extension.Reader.sealed(file)
    except ValueError:
        return False
    as_json = "--json" in options
    if as_json and not reader.margins():  # the last digits would depend on the exponential
        return False
    top = int(options.get("--top", "1"))
    for lines in read_lines(texts):
        try:
            answers = reader.explain(lines, top)
        except ValueError as error:
            raise FormatError(f"table 'features': {error}") from None
        for answer in answers:
            streams.say(answer_json(answer) if as_json else answer_text(answer))
        sys.stdout.flush()
    return True


def _lookup(file: bytes, keys: str, options: dict[str, str]) -> bool:
    try:
        table = extension.Rows.sealed(file, options.get("--table"))
    except ValueError:
        return False
    as_json = "--json" in options
    for lines in read_lines(keys, "surrogateescape"):
        for key in lines:
            try:
                (row,) = table.of([key])
            except ValueError as error:
                raise FormatError(f"a coded matrix is damaged: {error}") from None
            streams.say(row_json(key, row) if as_json else row_text(key, row))
        sys.stdout.flush()
    return True
