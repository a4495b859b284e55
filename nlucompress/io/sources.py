"""Where foreign bytes come from: a path or an open stream, gzipped or not, read forwards only."""

from __future__ import annotations

import gzip
import os
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from typing import Any, Protocol

from nlucompress.errors import DataError, FormatError
from nlucompress.io import addresses
from nlucompress.progress import tell

GZIP_MAGIC = b"\x1f\x8b"
BOM = b"\xef\xbb\xbf"  # UTF-8's byte order mark: it says nothing and is dropped


class Readable(Protocol):
    """An open binary stream; pipes and sockets do, for nothing is ever sought."""

    def read(self, size: int = -1, /) -> bytes | None:
        """Read up to this many bytes; b"" is the end."""


class Source:
    """A stream with a name for messages and a look at what comes first.

    Attributes:
        name: The path, or what the stream calls itself.
        path: The path, None for a stream: where to look for a file beside it.
    """

    def __init__(self, stream: Readable, name: str, path: str | None = None) -> None:
        """Wrap a stream; gzip (RFC 1952) is recognized by its magic bytes and unpacked."""
        self.name = name
        self.path = path
        self._raw: Any = stream
        self._size = os.stat(path).st_size if path is not None else 0
        self._stream = stream
        self._head = b""
        if self.head(len(GZIP_MAGIC)) == GZIP_MAGIC:
            packed: Any = _Joined(self._head, stream)
            self._stream = gzip.GzipFile(fileobj=packed, mode="rb")
            self._head = b""

    def head(self, size: int) -> bytes:
        """The next bytes, fewer only where the file ends, without taking them."""
        while len(self._head) < size:
            more = self._take(size - len(self._head))
            if not more:
                break
            self._head += more
        return self._head[:size]

    def read(self, size: int = -1) -> bytes:
        """Take up to this many bytes, or all that are left; b"" is the end.

        Raises:
            DataError: The stream breaks off or is damaged.
        """
        if not self._head:
            return self._take(size)
        if size < 0:
            taken, self._head = self._head + self._take(-1), b""
        else:
            taken, self._head = self._head[:size], self._head[size:]
        return taken

    def _take(self, size: int) -> bytes:
        try:
            data = self._stream.read(size)
            if self._size:
                tell(f"reading {self.name}", self._raw.tell() / self._size)
        except (EOFError, gzip.BadGzipFile, zlib.error) as error:
            raise DataError(
                f"{self.name}: the gzip stream is damaged or cut off ({error}); fetch it again"
            ) from None
        except OSError as error:
            raise DataError(f"{self.name}: cannot read: {error.strerror or error}") from None
        if data is None:
            raise DataError(f"{self.name}: the stream has no data yet; open it in blocking mode")
        return data

    def empty(self) -> DataError:
        """The error of a source without a single byte or line."""
        hint = "; did the command before it fail?" if self.name == "<stdin>" else ""
        return DataError(f"{self.name}: the file is empty{hint}")


class _Joined:
    """The bytes already taken, then the rest of the stream."""

    def __init__(self, head: bytes, stream: Readable) -> None:
        self._head = head
        self._stream = stream

    def read(self, size: int = -1) -> bytes | None:
        if self._head:
            taken, self._head = self._head, b""
            return taken
        return self._stream.read(size)


def remote_bytes(address: str) -> bytes:
    """All bytes behind an address.

    Raises:
        DataError: They cannot be read.
    """
    try:
        return addresses.read(address)
    except FormatError as error:
        raise DataError(str(error)) from None


Opened = Source | Readable | str | os.PathLike[str]


@contextmanager
def opened(source: Opened) -> Iterator[Source]:
    """A source for a path, an open binary stream or a source; only a path is closed again.

    Raises:
        DataError: The file cannot be opened.
    """
    if isinstance(source, Source):
        yield source
    elif isinstance(source, (str, os.PathLike)):
        path = os.fspath(source)
        if addresses.is_address(path):
            yield Source(BytesIO(remote_bytes(path)), path)
            return
        try:
            file = open(path, "rb")  # noqa: SIM115
        except (OSError, ValueError) as error:
            reason = error.strerror if isinstance(error, OSError) else error
            raise DataError(f"{path}: cannot open: {reason}") from None
        with file:
            yield Source(file, path, path)
    else:
        name = getattr(source, "name", None)
        yield Source(source, name if isinstance(name, str) else "<stream>")
