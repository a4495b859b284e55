"""Zip archives, such as `.skops` files and models of OpenNLP, inflated within bounds."""

from __future__ import annotations

import io
import math
import zipfile
import zlib
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nlucompress.errors import FormatError

GROWTH, FREE = 100, 1 << 20  # what is inflated takes at most so many times the file, and this more
_HEADER = 1 << 12  # of a `.npy` member at most, as far as it is looked at ahead


@dataclass
class Budget:
    """The bytes that may still be inflated."""

    left: int

    def take(self, size: int, where: str) -> None:
        """Spend some.

        Raises:
            FormatError: There are not so many.
        """
        if size > self.left:
            raise FormatError(f"{where}: inflates to {size:,} bytes, more than a model needs")
        self.left -= size


class Archive:
    """The members of a zip archive, inflated within bounds."""

    def __init__(self, data: bytes, where: str, budget: Budget | None = None) -> None:
        """Read the directory.

        Raises:
            FormatError: It is damaged.
        """
        self._where = where
        self.budget = budget or Budget(GROWTH * len(data) + FREE)
        try:
            self._zip = zipfile.ZipFile(io.BytesIO(data))
        except (zipfile.BadZipFile, ValueError, OverflowError, NotImplementedError) as error:
            raise FormatError(f"{where}: the zip archive is damaged ({error})") from None

    def length(self, node: dict[str, Any]) -> int:
        """Values of an array's node in one dimension, by what its header says; 0 if unknown."""
        content, name = node.get("content"), node.get("file")
        if isinstance(content, list):
            return len(content)
        try:
            stream = io.BytesIO(self.front(str(name), _HEADER))
            np.lib.format.read_magic(stream)
            shape = np.lib.format.read_array_header_1_0(stream)[0]
        except (EOFError, OSError, RuntimeError, ValueError, LookupError, SyntaxError, TypeError,
                NotImplementedError, MemoryError):  # fmt: skip
            return 0
        # Each takes a byte at least of a member that is read within bounds itself.
        return min(shape[0], self.budget.left) if len(shape) == 1 else 0

    def nested(self, name: str) -> Archive:
        """A member that is a zip archive itself, such as a `.npz`, within the same bounds."""
        return Archive(self.member(name), f"{self._where}: {name[:60]}", self.budget)

    def names(self) -> list[str]:
        """The members that are files."""
        return [each.filename for each in self._zip.infolist() if not each.is_dir()]

    def front(self, name: str, size: int) -> bytes:
        """The first bytes of a member, none of one that is damaged; all of it by a size of -1."""
        if size < 0:
            return self.member(name)
        try:
            with self._zip.open(name) as file:
                return file.read(size)
        except (zipfile.BadZipFile, zlib.error, EOFError, OSError, RuntimeError, ValueError,
                LookupError, NotImplementedError, MemoryError):  # fmt: skip
            return b""

    def member(self, name: str) -> bytes:
        """The bytes of a member."""
        try:
            info = self._zip.getinfo(name)
            self.budget.take(info.file_size, f"{self._where}: {name[:60]}")
            with self._zip.open(info) as file:
                data = file.read(info.file_size + 1)
        except KeyError:
            raise FormatError(f"{self._where}: there is no {name[:60]!r} in the archive") from None
        except (zipfile.BadZipFile, zlib.error, EOFError, OSError, RuntimeError, ValueError,
                NotImplementedError, MemoryError) as error:  # fmt: skip
            raise FormatError(f"{self._where}: {name[:60]}: damaged ({error})") from None
        if len(data) != info.file_size:
            raise FormatError(f"{self._where}: {name} is longer than the archive says")
        return data

    def array(self, name: str) -> NDArray[Any]:
        """The array of a `.npy` member; objects are never unpickled."""
        data = self.member(name)
        stream = io.BytesIO(data)
        try:
            version = np.lib.format.read_magic(stream)
            reader = {
                (1, 0): np.lib.format.read_array_header_1_0,
                (2, 0): np.lib.format.read_array_header_2_0,
            }[version]
            shape, fortran, dtype = reader(stream)
            size = math.prod(shape) * dtype.itemsize
            if dtype.hasobject or min(shape, default=0) < 0 or size != len(data) - stream.tell():
                raise ValueError("its shape does not fit")
            flat = np.frombuffer(data, dtype, offset=stream.tell())
            return flat.reshape(shape, order="F" if fortran else "C")
        except (ValueError, LookupError, SyntaxError, TypeError, ArithmeticError) as error:
            reason = str(error).split("\n")[0][:80]
            raise FormatError(f"{self._where}: {name[:60]}: no plain array ({reason})") from None


@dataclass(frozen=True)
class Sparse:
    """A matrix by its rows, in scipy's CSR; it becomes dense only within the bounds."""

    matrix: Any
    budget: Budget
    where: str

    def toarray(self) -> NDArray[Any]:
        """All of its values."""
        self.budget.take(math.prod(self.matrix.shape) * 8, self.where)
        array: NDArray[Any] = self.matrix.toarray()
        return array

    def diagonal(self) -> NDArray[Any]:
        """The values on its diagonal."""
        array: NDArray[Any] = self.matrix.diagonal()
        return array
