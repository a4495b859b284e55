"""Folders, zip and tar archives that hold a model among other files, such as those of an engine.

What is in them is told by content as files are. One file that can be imported is; of several, each
is named with its format, for the user to choose. JSON is not a model here: too much looks like it.
"""

from __future__ import annotations

import io
import os
import tarfile
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import IO

from nlucompress.errors import DataError, ForeignFileWarning, FormatError, NluCompressError
from nlucompress.importers.vectors import text_layouts
from nlucompress.io.sources import Source
from nlucompress.io.zip_archive import Archive

MOST_FILES = 2000  # that are looked into
_SHOWN = 8
TAR = b"ustar"
_TAR_AT = 257


@dataclass(frozen=True)
class Member:
    """A file within a container: its name there, and its first bytes and all of it by size."""

    name: str
    read: Callable[[int], bytes]


def is_tar(head: bytes) -> bool:
    """Whether a file that begins so is a tar archive (POSIX ustar, GNU)."""
    return head[_TAR_AT : _TAR_AT + len(TAR)] == TAR


def in_folder(where: str) -> Iterator[Member]:
    """The files of a folder and those below, in the order of their names."""
    for folder, below, names in os.walk(where):
        below.sort()
        for name in sorted(names):
            path = Path(folder) / name
            if path.is_file():
                yield Member(os.path.relpath(path, where), partial(_front, path))


def in_archive(data: bytes, where: str) -> Iterator[Member]:
    """The files of a zip or tar archive.

    Raises:
        FormatError: It is damaged.
    """
    if not is_tar(data):
        archive = Archive(data, where)
        for name in archive.names():
            yield Member(name, partial(archive.front, name))
        return
    try:
        with tarfile.open(fileobj=io.BytesIO(data), mode="r:") as tar:
            for each in tar:
                if (
                    each.isreg()
                    and not each.issparse()
                    and (file := tar.extractfile(each)) is not None
                ):
                    yield Member(each.name, partial(_again, file))
    except (tarfile.TarError, ValueError, OSError) as error:
        raise FormatError(f"{where}: the tar archive is damaged ({str(error)[:80]})") from None


def chosen(
    members: Iterator[Member], where: str, head: int, recognize: Callable[[bytes], str]
) -> Source | None:
    """The one file that can be imported, and a warning that names it; None if there is none.

    Args:
        members: The files.
        where: Name of the container.
        head: How many bytes ``recognize`` wants.
        recognize: The format by the first bytes.

    Raises:
        DataError: There are too many files.
        FormatError: Several can be imported; each is named.
    """
    found: list[tuple[Member, str]] = []
    for number, member in enumerate(members):
        if number == MOST_FILES:
            raise DataError(f"{where}: more than {MOST_FILES:,} files; name the one to import")
        kind = _kind(member.read(head), recognize)
        if kind is not None:
            found.append((member, kind))
    if not found:
        return None
    if len(found) > 1:
        listed = [f"{member.name} ({kind})" for member, kind in found[:_SHOWN]]
        more = f" and {len(found) - _SHOWN} more" if len(found) > _SHOWN else ""
        raise FormatError(
            f"{where}: several files in it can be imported: {', '.join(listed)}{more}; take one "
            "out and name it"
        )
    member, kind = found[0]
    warnings.warn(f"{where}: imports {member.name} ({kind})", ForeignFileWarning, stacklevel=4)
    return Source(io.BytesIO(member.read(-1)), os.path.join(where, member.name))


def _kind(head: bytes, recognize: Callable[[bytes], str]) -> str | None:
    """The format of a file, None for what is not imported."""
    try:
        kind = recognize(head)
        if kind in text_layouts.LAYOUTS:
            lines = head.split(b"\n", 2)
            last = (lines[1] if len(lines) > 2 else lines[0]).split()[1:]
            text_layouts.plan(lines[0], lines[1] if len(lines) > 1 else None, None, "")
            if not last or not all(text_layouts.NUMBER.fullmatch(each) for each in last[-1:]):
                return None
    except NluCompressError:
        return None
    if kind in ("pickle", "zip") or (kind == "perceptron" and head.lstrip()[:1] in b"{["):
        return None
    return kind


def _front(path: Path, size: int) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(size)
    except OSError as error:
        raise DataError(f"{path}: cannot read: {error.strerror or error}") from None


def _again(file: IO[bytes], size: int) -> bytes:
    try:
        file.seek(0)
        return file.read(size)
    except tarfile.TarError as error:
        raise FormatError(f"{file.name}: the tar archive is cut off ({error})") from None
