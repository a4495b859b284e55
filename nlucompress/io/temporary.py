"""Temporary directories beside a target; those of runs that were killed are removed by the next.

Who writes into one holds a lock on it (flock), which ends with the process, however that ends. One
that nobody has locked was left behind, and the next run that writes beside it removes it. What was
moved into its ``old`` to make way, and has no successor, goes back first.
"""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

try:
    import fcntl

    LOCKS = True
except ImportError:  # a system without: nobody removes anything
    LOCKS = False

PREFIX, SUFFIX = ".nlu-", ".writing"
_NAME = re.compile(rf"{re.escape(PREFIX)}[a-z0-9_]+{re.escape(SUFFIX)}")


@contextmanager
def temporary_directory(folder: Path) -> Iterator[Path]:
    """A new directory within another, gone at the end with all that is left in it.

    Raises:
        OSError: It cannot be made.
    """
    _sweep(folder)
    made, handle = _made(folder)
    try:
        yield made
    finally:
        shutil.rmtree(made, ignore_errors=True)
        if handle is not None:
            os.close(handle)


def _made(folder: Path) -> tuple[Path, int | None]:
    """A new directory, and what holds its lock; None on systems without."""
    while True:
        made = Path(tempfile.mkdtemp(prefix=PREFIX, suffix=SUFFIX, dir=folder))
        if not LOCKS:
            return made, None
        with contextlib.suppress(FileNotFoundError):
            handle = os.open(made, os.O_RDONLY)
            # Before it was locked, another run may have taken it for a remainder.
            if _locked(handle) is not False and made.exists():
                return made, handle
            os.close(handle)


def _sweep(folder: Path) -> None:
    """Remove what killed runs have left in a directory."""
    if not LOCKS:
        return
    with contextlib.suppress(OSError), os.scandir(folder) as entries:
        for entry in entries:
            if _NAME.fullmatch(entry.name) and entry.is_dir(follow_symlinks=False):
                with contextlib.suppress(OSError):
                    _remove(entry.path)


def _remove(left: str) -> None:
    handle = os.open(left, os.O_RDONLY | os.O_NOFOLLOW)
    try:
        if _locked(handle):
            for moved in Path(left, "old").glob("*"):
                if not (Path(left).parent / moved.name).exists():
                    os.replace(moved, Path(left).parent / moved.name)
            shutil.rmtree(left, ignore_errors=True)
    finally:
        os.close(handle)


def _locked(handle: int) -> bool | None:
    """Take the lock: whether it is ours now; None where the file system knows no locks."""
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError:
        return None
    return True
