"""Models on disk: read into memory or mapped, whole or not at all when written."""

from __future__ import annotations

import mmap
import os
from collections.abc import Iterable
from pathlib import Path
from typing import BinaryIO, TypeAlias

from nlucompress.errors import (
    ExistingFileError,
    FormatError,
    NluCompressError,
    OutputError,
    unreadable,
)
from nlucompress.format import codec
from nlucompress.format.model import Model
from nlucompress.io import addresses

Readable: TypeAlias = str | os.PathLike[str] | bytes | bytearray | memoryview | BinaryIO

READ_WHOLE = 64 << 20  # bytes up to which nobody can pull a file away from under its reader


def read_bytes(path: Readable, in_memory: bool = False, whole: int | None = None) -> memoryview:
    """Read a file of up to ``whole`` bytes (64 MiB), and map a larger one unless ``in_memory``.

    Bytes are taken as they are, and an open binary file is read from where it stands. The path may
    be an address that fsspec knows, such as ``s3://bucket/model.nlu``.

    A file that is shortened in place while it is mapped kills the process that reads on (SIGBUS;
    see ``mapped.refuse_lost``): replace it by a new one of its name instead, as ``save`` does.

    Raises:
        FormatError: It cannot be opened, is empty or changes its size meanwhile.
        MissingFileError: It is not there.
        TypeError: It is not a path, no bytes and no binary file.
    """
    if not isinstance(path, str | os.PathLike):
        return memoryview(_given(path))
    if addresses.is_address(path):
        return memoryview(addresses.read(str(path)))
    try:
        with open(path, "rb") as file:
            size = os.fstat(file.fileno()).st_size
            if size == 0 and Path(path).is_file():
                raise FormatError(f"{path}: the file is empty")
            if in_memory or size <= (READ_WHOLE if whole is None else whole):
                return memoryview(file.read())
            try:
                mapped = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
                if mapped.size() != len(mapped):
                    raise FormatError(f"{path}: the file changed its size while it was opened")
                return memoryview(mapped)
            except (OSError, ValueError):  # a pipe or a device has no size to map
                return memoryview(file.read())
    except OSError as error:
        raise unreadable(path, error, FormatError) from None


def _given(source: object) -> bytes | bytearray | memoryview:
    """Bytes that were given, or those of an open file."""
    if hasattr(source, "read"):
        source = source.read()
    if not isinstance(source, bytes | bytearray | memoryview):
        raise TypeError(
            f"a model, a path, bytes or an open binary file is needed, not {type(source).__name__}"
        )
    if not source:
        raise FormatError("the file is empty")
    return source


def loaded(source: Model | Readable) -> Model:
    """A model as it is, or read by ``load``."""
    return source if isinstance(source, Model) else load(source)


def load(path: Readable, verify: bool = True, in_memory: bool = False) -> Model:
    """Read a model; of a file above 64 MiB, the tensors stay in its memory map.

    Args:
        path: A ``.nlu`` file: its path, its bytes, or an open binary file.
        verify: Check every digest, which reads the whole file once.
        in_memory: Read a large file into memory too, so that nobody can shorten it under its
            reader. A mapped file must be replaced by a new one, never be shortened in place.

    Raises:
        FormatError: The file is missing, damaged, foreign, hostile or newer.
        MissingFileError: It is not there; this is a FileNotFoundError too.
        TypeError: It is not a path, no bytes and no binary file.
    """
    buffer = read_bytes(path, in_memory)
    try:
        return codec.parse(buffer, verify)
    except NluCompressError as error:
        if not isinstance(path, str | os.PathLike):
            raise
        raise type(error)(f"{path}: {error}") from None


def save(model: Model, path: str | os.PathLike[str], overwrite: bool = False) -> int:
    """Write a model and return its size in bytes.

    Raises:
        ExistingFileError: The file is there, and ``overwrite`` is not told; with it, the file is
            replaced at the end, whole.
        OutputError: The file cannot be written; what stood there before is untouched.
    """
    refuse_existing(path, overwrite)
    serialized = codec.serialize(model)
    write_atomically(path, (serialized.header, *(raw.data for raw in serialized.tensors)))
    return serialized.size


def refuse_existing(path: str | os.PathLike[str], overwrite: bool) -> None:
    """Refuse to write over a file or folder, unless that is told; devices and pipes are no files.

    Raises:
        ExistingFileError: It is there.
    """
    if not overwrite and (os.path.isfile(path) or os.path.isdir(path)):
        raise ExistingFileError(f"{path}: exists already; overwrite=True replaces it")


def write_whole(
    path: str, chunks: Iterable[bytes | memoryview], staging: str | None = None
) -> None:
    """Write a file, or what an address names, with the folders above it; whole or not at all.

    Args:
        path: The file or address.
        chunks: Its bytes.
        staging: Folder of the same file system for the temporary file; None for beside the target,
            where every writer looks through all that stands there.

    Raises:
        OutputError: It failed; what stood there is untouched.
    """
    try:
        if not addresses.is_address(path):
            os.makedirs(os.path.dirname(path) or ".", exist_ok=True)
            if staging is not None:
                os.makedirs(staging, exist_ok=True)
    except OSError as error:
        raise OutputError(f"{path}: cannot write: {error.strerror or error}") from None
    write_atomically(path, chunks, staging)


def write_atomically(
    path: str | os.PathLike[str],
    chunks: Iterable[bytes | memoryview],
    staging: str | os.PathLike[str] | None = None,
) -> None:
    """Write chunks to a temporary file beside the target, sync it and move it into place.

    A symbolic link stays one and the file that it names is replaced; a device or a named pipe is
    written to. What runs that were killed have left beside the target is removed. With ``staging``
    the temporary file is in that folder instead, of the same file system. Behind an address the
    file system's own way to show a file at its end is used.

    Raises:
        OutputError: It failed; the target is as it was and the temporary file is gone.
    """
    if addresses.is_address(path):
        addresses.write(str(path), chunks)
        return
    # Reading, which must start fast, does not need it.
    from nlucompress.io.temporary import temporary_directory

    target = Path(os.path.realpath(path))
    try:
        if os.path.exists(path) and not (target.is_file() or target.is_dir()):
            with open(path, "wb") as device:
                for chunk in chunks:
                    device.write(chunk)
            return
        with temporary_directory(Path(staging or target.parent)) as folder:
            with open(folder / "new", "wb") as file:
                for chunk in chunks:
                    file.write(chunk)
                file.flush()
                os.fsync(file.fileno())
            os.replace(folder / "new", target)
    except OSError as error:
        raise OutputError(f"{path}: cannot write: {error.strerror or error}") from None
