"""Where options may stand besides the command line: files from here upwards, and variables."""

from __future__ import annotations

import os

from nlucompress.errors import DataError

OWN, PROJECT = "nlucompress.toml", "pyproject.toml"
PREFIX = "NLUCOMPRESS_"
# Variables that mean something else than an option of their name.
RESERVED = ("NLUCOMPRESS_DATA", "NLUCOMPRESS_PURE", "NLUCOMPRESS_PROGRESS_SECONDS")


def variables() -> list[str]:
    """The variables that may hold options."""
    return [name for name in os.environ if name.startswith(PREFIX) and name not in RESERVED]


def nearest() -> tuple[str, str, tuple[str, ...]] | None:
    """The nearest file of options, its text, and the table in it that counts.

    The search ends at the root of a repository. Of two files in one folder ours is taken.

    Raises:
        DataError: Ours cannot be read.
    """
    try:
        folder = here = os.getcwd()
    except OSError:  # a folder that is gone has no files
        return None
    while True:
        for name in (OWN, PROJECT):
            path = os.path.join(folder, name)
            if os.path.isfile(path) and (text := _text(path, name)) is not None:
                root = () if name == OWN else ("tool", "nlucompress")
                return name if folder == here else path, text, root
        above = os.path.dirname(folder)
        if above == folder or os.path.exists(os.path.join(folder, ".git")):
            return None
        folder = above


def _text(path: str, name: str) -> str | None:
    """The text of a file that speaks of us; a project's file is there for others too."""
    try:
        with open(path, encoding="utf-8") as file:
            text = file.read()
    except (OSError, UnicodeDecodeError) as error:
        if name == PROJECT:
            return None
        raise DataError(f"{path}: cannot be read: {error}") from None
    return text if name == OWN or "tool.nlucompress" in text else None
