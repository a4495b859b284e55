"""The errors that nlucompress raises on purpose. The command line maps each to an exit code."""

from __future__ import annotations

import os

_flags: list[bool] = []  # not empty while the command line runs
RENAMED = {
    "lambda": "lambda_",
    "table": "tables",
    "tensor": "tensors",
}  # flags whose fields have another name
WORDS = "activation|device|dtype|loss|method|network|per|weight"  # whose values are words
NEVER = "and|are|belongs?|do|does|has|is|knows|needs|or|takes"  # words that are no value


class NluCompressError(Exception):
    """Base of all errors that a user can cause; its text is one line: what, where, what to do.

    It is written with the options of the command line, and speaks of arguments in Python.
    """

    def __str__(self) -> str:
        """The text, as the one who reads it would write it."""
        text = str(self.args[0]) if len(self.args) == 1 else super().__str__()
        return text if _flags else in_arguments(text)


class UsageError(NluCompressError):
    """The options do not fit together or do not fit the model."""


class FormatError(NluCompressError):
    """A file is damaged, foreign, hostile or newer than this reader."""

    def __str__(self) -> str:
        """The text as it is: options in it are those of the program that made the file."""
        return str(self.args[0]) if len(self.args) == 1 else super().__str__()


class DataError(NluCompressError):
    """A text, key or data file cannot be used; the message names the line or the key."""


class StageOrderError(NluCompressError):
    """A stage was applied to a model that an earlier stage made unfit for it."""


class OutputError(NluCompressError):
    """A result could not be written."""


class MissingFileError(FormatError, DataError, FileNotFoundError):
    """A model or a file of data is not there."""


class ExistingFileError(OutputError, FileExistsError):
    """A file stands where a result is to be written, and was not said to be replaced."""


class ForeignFileWarning(UserWarning):
    """A part of a foreign file was left out, or the file says what is not so; the text names it."""


def unreadable(
    path: str | os.PathLike[str], error: OSError, kind: type[NluCompressError]
) -> NluCompressError:
    """What to raise for a file that cannot be opened; of a missing one, with its name and errno."""
    text = f"{path}: {error.strerror or error}"
    if not isinstance(error, FileNotFoundError):
        return kind(text)
    missing = MissingFileError(text)
    missing.errno, missing.filename = error.errno, os.fspath(path)
    missing.strerror = error.strerror
    return missing


class in_flags:  # noqa: N801 - a context manager, without the import that makes one of a function
    """While it is entered, errors speak of the options of the command line."""

    def __enter__(self) -> None:
        """From now on."""
        _flags.append(True)

    def __exit__(self, *error: object) -> None:
        """As before."""
        _flags.pop()


def in_arguments(text: str) -> str:
    """A message with arguments of Python in place of options: ``--group 4`` is ``group=4``.

    What stands between backticks is a command or of another program, and stays.
    """
    if "--" not in text:
        return text
    import re

    option = re.compile(
        rf"--(?P<no>no-)?(?P<name>(?P<word>(?:{WORDS})(?![\w-]))?(?(word)|[a-z]\w*(?:-\w+)*))"
        r"(?:[ =](?P<value>[A-Z][A-Z_]*\b|\d[\w.]*%?"
        rf"|(?(word)(?!(?:{NEVER})\b)[a-z][\w-]*|(?!))))?"
    )

    def argument(found: re.Match[str]) -> str:
        name = found["name"].replace("-", "_")
        if found["name"] == "drop-zero-rows":
            return "keep_zero_rows=False"
        if found["no"]:
            return f"{name}=False"
        name = RENAMED.get(name, name)
        value = found["value"]
        if value is None:
            return name
        return f"{name}={value!r}" if found["word"] and value[0].islower() else f"{name}={value}"

    parts = text.split("`")
    parts[::2] = [option.sub(argument, part) for part in parts[::2]]
    return "`".join(parts)
