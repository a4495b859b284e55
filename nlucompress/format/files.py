"""Models on disk: memory-mapped when read, whole or not at all when written."""

from __future__ import annotations

import contextlib
import mmap
import os
from collections.abc import Iterable
from pathlib import Path

from nlucompress.errors import FormatError, NluCompressError, OutputError
from nlucompress.format import codec
from nlucompress.format.model import Model


def read_bytes(path: str | os.PathLike[str]) -> memoryview:
    """Map a file into memory.

    Raises:
        FormatError: It cannot be opened or is empty.
    """
    try:
        with open(path, "rb") as file:
            if os.fstat(file.fileno()).st_size == 0 and Path(path).is_file():
                raise FormatError(f"{path}: the file is empty")
            try:
                return memoryview(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ))
            except (OSError, ValueError):  # a pipe or a device has no size to map
                return memoryview(file.read())
    except OSError as error:
        raise FormatError(f"{path}: {error.strerror or error}") from None


def load(path: str | os.PathLike[str], verify: bool = True) -> Model:
    """Read a model; its tensors stay in the memory-mapped file.

    Args:
        path: A ``.nlu`` file.
        verify: Check every digest, which reads the whole file once.

    Raises:
        FormatError: The file is missing, damaged, foreign, hostile or newer.
    """
    try:
        return codec.parse(read_bytes(path), verify)
    except NluCompressError as error:
        if str(error).startswith(f"{path}: "):
            raise
        raise type(error)(f"{path}: {error}") from None


def save(model: Model, path: str | os.PathLike[str]) -> int:
    """Write a model and return its size in bytes. An existing file is replaced at the end only.

    Raises:
        OutputError: The file cannot be written; what stood there before is untouched.
    """
    serialized = codec.serialize(model)
    write_atomically(path, (serialized.header, *(raw.data for raw in serialized.tensors)))
    return serialized.size


def write_atomically(path: str | os.PathLike[str], chunks: Iterable[bytes | memoryview]) -> None:
    """Write chunks to a temporary file beside the target, sync it and move it into place.

    A symbolic link stays one and the file that it names is replaced; a device or a named pipe is
    written to.

    Raises:
        OutputError: It failed; the target is as it was and the temporary file is gone.
    """
    import tempfile  # reading, which must start fast, does not need it

    target = Path(os.path.realpath(path))
    temporary = None
    try:
        if os.path.exists(path) and not (target.is_file() or target.is_dir()):
            with open(path, "wb") as device:
                for chunk in chunks:
                    device.write(chunk)
            return
        handle, temporary = tempfile.mkstemp(prefix=".nlu-", dir=target.parent)
        with os.fdopen(handle, "wb") as file:
            for chunk in chunks:
                file.write(chunk)
            file.flush()
            os.fsync(file.fileno())
        umask = os.umask(0)
        os.umask(umask)
        os.chmod(temporary, 0o666 & ~umask)
        os.replace(temporary, target)
    except BaseException as error:
        if temporary is not None:
            with contextlib.suppress(OSError):
                os.unlink(temporary)
        if isinstance(error, OSError):
            raise OutputError(f"{path}: cannot write: {error.strerror or error}") from None
        raise
