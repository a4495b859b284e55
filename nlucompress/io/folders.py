"""Directories of files, written whole or not at all."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterable, Mapping
from pathlib import Path

from nlucompress.errors import OutputError
from nlucompress.io.temporary import temporary_directory


def write_folder(
    path: str | os.PathLike[str], files: Mapping[str, Iterable[bytes | memoryview]]
) -> int:
    """Write files into a new directory beside the target and move it into place.

    What stood at the target is moved away first, deleted last, and comes back if the move fails.

    Returns:
        The bytes of all files.

    Raises:
        OutputError: It failed; the target is as it was and nothing else is left behind.
    """
    target = Path(os.path.realpath(path))
    size = 0
    try:
        with temporary_directory(target.parent) as temporary:
            fresh, old = temporary / "new", temporary / "old"
            fresh.mkdir()
            old.mkdir()
            for name, chunks in files.items():
                with open(fresh / name, "wb") as file:
                    for chunk in chunks:
                        size += file.write(chunk)
                    file.flush()
                    os.fsync(file.fileno())
            if target.exists():
                os.replace(target, old / target.name)
            try:
                os.replace(fresh, target)
            except OSError:
                with contextlib.suppress(OSError):
                    os.replace(old / target.name, target)
                raise
    except OSError as error:
        raise OutputError(f"{path}: cannot write: {error.strerror or error}") from None
    return size
