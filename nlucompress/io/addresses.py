"""Files by address: a path of this machine, or ``s3://bucket/name`` and others through fsspec."""

from __future__ import annotations

import os
import re

from nlucompress.errors import FormatError, OutputError, UsageError

TYPE_CHECKING = False  # typing takes longer than an answer
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any

_PROTOCOL = re.compile(r"[a-z][a-z0-9+.-]+(::|://)", re.IGNORECASE)


def is_address(path: str | os.PathLike[str]) -> bool:
    """Whether this is not a path of this machine: ``s3://bucket/name``, ``zip://a::file.zip``."""
    return isinstance(path, str) and _PROTOCOL.match(path) is not None


def joined(folder: str, name: str) -> str:
    """The address of a file below a folder; its name has ``/`` between folders."""
    if not is_address(folder):
        return os.path.join(folder, *name.split("/"))
    first, chain, rest = folder.partition("::")
    between = "" if first.endswith("://") else "/"
    return f"{first if not between else first.rstrip('/')}{between}{name}{chain}{rest}"


def filesystem(address: str) -> tuple[Any, str]:
    """The fsspec file system of an address, and the path in it.

    Raises:
        UsageError: fsspec, or what it needs for this kind of address, is not installed.
    """
    try:
        import fsspec
    except ImportError:
        raise UsageError(
            f"{address}: such addresses need fsspec: pip install 'nlucompress[fleet]'"
        ) from None
    try:
        return fsspec.core.url_to_fs(address)  # type: ignore[no-any-return]
    except (ImportError, ValueError) as error:
        raise UsageError(f"{address}: {error}") from None


def read(address: str, most: int | None = None) -> bytes:
    """All bytes behind an address, or the first of them.

    Raises:
        FormatError: They cannot be read.
        UsageError: What reads such addresses is not installed.
    """
    system, path = filesystem(address)
    try:
        data: bytes = system.cat_file(path, start=None if most is None else 0, end=most)
    except Exception as error:  # each file system raises its own
        raise FormatError(f"{address}: {_reason(error)}") from None
    return data


def write(address: str, chunks: Iterable[bytes | memoryview]) -> None:
    """Put bytes behind an address; they appear whole or not at all.

    Object stores show an object once its upload is complete, so one call uploads all of it. Other
    file systems write under another name and move the file into place.

    Raises:
        OutputError: They cannot be written.
        UsageError: What writes to such addresses is not installed.
    """
    system, path = filesystem(address)
    from fsspec.archive import AbstractArchiveFileSystem

    if isinstance(system, AbstractArchiveFileSystem):
        raise OutputError(f"{address}: an archive can be read only; write to a folder instead")
    try:
        if system.async_impl:  # stores behind requests: s3, gs, abfs
            system.pipe_file(path, b"".join(chunks))
            return
        system.makedirs(system._parent(path), exist_ok=True)
        with system.transaction, system.open(path, "wb") as file:
            for chunk in chunks:
                file.write(chunk)
    except Exception as error:  # each file system raises its own
        raise OutputError(f"{address}: cannot write: {_reason(error)}") from None


def stamp(info: dict[str, Any]) -> str:
    """What changes when a file does, from what its file system says of it: size and time or tag."""
    for name in ("ETag", "etag", "md5Hash", "mtime", "LastModified", "created", "CRC"):
        if info.get(name) is not None:
            return f"{info.get('size')}:{info[name]}"
    return f"{info.get('size')}:"


def local_stamp(status: os.stat_result) -> str:
    """The same for a file of this machine."""
    return f"{status.st_size}:{status.st_mtime_ns}"


def stamp_of(path: str) -> str | None:
    """The stamp of a file, None where there is none."""
    if not is_address(path):
        try:
            return local_stamp(os.stat(path))
        except OSError:
            return None
    system, inner = filesystem(path)
    try:
        return stamp(system.info(inner))
    except Exception:  # each file system raises its own
        return None


def same(first: str, second: str) -> bool:
    """Whether two addresses name one file, as far as their text tells."""
    return first.rstrip("/") == second.rstrip("/")


def _reason(error: Exception) -> str:
    if isinstance(error, FileNotFoundError):
        return "not found"
    if isinstance(error, NotImplementedError):
        return "files of this kind of address can be read only"
    text = getattr(error, "strerror", None) or str(error) or type(error).__name__
    return " ".join(text.split())
