"""`.skops` files: a zip of a JSON schema and NumPy arrays. No object of it is ever made.

The schema is a tree of nodes, each with ``__class__``, ``__module__`` and ``__loader__``, which
tells what its content is. Nodes that a pipeline's answers do not depend on stay unread.
"""

from __future__ import annotations

import io
import json
import math
import zipfile
import zlib
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nlucompress.errors import FormatError
from nlucompress.format.model import Model
from nlucompress.importers.options import ImportOptions
from nlucompress.importers.reading.sources import Opened, opened
from nlucompress.importers.sklearn.estimator import Estimator, Opaque
from nlucompress.importers.sklearn.pipelines import model_of

SCHEMA = "schema.json"
MAX_NESTING = 60
GROWTH, FREE = 100, 1 << 20  # what is inflated takes at most so many times the file, and this more


def recognizes(head: bytes) -> bool:
    """Whether a zip archive's first member is one of skops: its schema, or an array by number."""
    if head[:4] != b"PK\x03\x04" or len(head) < 30:
        return False
    name = head[30 : 30 + int.from_bytes(head[26:28], "little")]
    stem, _, ending = name.rpartition(b".")
    return name == SCHEMA.encode() or (stem.isdigit() and ending in (b"npy", b"npz"))


def read(source: Opened, options: ImportOptions) -> Model:
    """Read a pipeline.

    Raises:
        FormatError: The file is damaged, or a step or an option is not supported.
        DataError: A weight is not finite.
    """
    with opened(source) as stream:
        data, where = stream.read(), stream.name
    archive = _Archive(data, where)
    try:
        schema = json.loads(archive.member(SCHEMA).decode())
    except (ValueError, RecursionError) as error:
        raise FormatError(f"{where}: {SCHEMA} is no JSON: {error}") from None
    return model_of(_Nodes(archive, where).value(schema, 0), where)


class _Archive:
    """The members of a zip archive, inflated within bounds."""

    def __init__(self, data: bytes, where: str) -> None:
        self._where = where
        self._left = GROWTH * len(data) + FREE
        try:
            self._zip = zipfile.ZipFile(io.BytesIO(data))
        except (zipfile.BadZipFile, ValueError, OverflowError, NotImplementedError) as error:
            raise FormatError(f"{where}: the zip archive is damaged ({error})") from None

    def member(self, name: str) -> bytes:
        """The bytes of a member."""
        try:
            info = self._zip.getinfo(name)
            if info.file_size > self._left:
                raise FormatError(f"{self._where}: {name} inflates to {info.file_size:,} bytes")
            with self._zip.open(info) as file:
                data = file.read(info.file_size + 1)
        except KeyError:
            raise FormatError(f"{self._where}: there is no {name[:60]!r} in the archive") from None
        except (zipfile.BadZipFile, zlib.error, EOFError, OSError, RuntimeError, ValueError,
                NotImplementedError, MemoryError) as error:  # fmt: skip
            raise FormatError(f"{self._where}: {name[:60]}: damaged ({error})") from None
        self._left -= len(data)
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
class _Nodes:
    """Nodes of a schema to plain values."""

    archive: _Archive
    where: str

    def value(self, node: Any, nesting: int) -> Any:
        """What a node stands for."""
        if nesting > MAX_NESTING:
            raise FormatError(f"{self.where}: the schema is nested too deeply")
        if not isinstance(node, dict) or not isinstance(node.get("__class__"), str):
            raise FormatError(f"{self.where}: a node of the schema is malformed")
        loader, kind, content = node.get("__loader__"), node["__class__"], node.get("content")
        if loader == "JsonNode" and isinstance(content, str):
            return self.json(content)
        if loader in ("ListNode", "TupleNode", "SetNode") and isinstance(content, list):
            values = [self.value(each, nesting + 1) for each in content]
            return {"TupleNode": tuple, "ListNode": list}.get(loader, list)(values)
        if loader in ("DictNode", "DefaultDictNode") and isinstance(content, dict):
            return {key: self.value(each, nesting + 1) for key, each in content.items()}
        if loader == "NdArrayNode":
            return self.array(node, nesting)
        module = str(node.get("__module__")).split(".")[0]
        if loader == "ObjectNode" and module == "sklearn" and content is not None:
            values = self.value(content, nesting + 1)
            if isinstance(values, dict):
                return Estimator(kind, values)
        return Opaque(kind[:60])

    def json(self, content: str) -> Any:
        """A number, a string, a bool or None."""
        try:
            value = json.loads(content)
        except (ValueError, RecursionError):
            raise FormatError(f"{self.where}: {content[:40]!r} is no JSON") from None
        return value

    def array(self, node: dict[str, Any], nesting: int) -> Any:
        """An array of a member of its own, or of objects, such as strings, in the schema."""
        if node.get("type") == "numpy" and isinstance(node.get("file"), str):
            array = self.archive.array(node["file"])
            return array if array.ndim else array.item()  # a scalar of NumPy
        if node.get("type") == "json":
            values = self.value(node.get("content"), nesting + 1)
            if isinstance(values, list) and all(isinstance(each, (str, int)) for each in values):
                return np.array(values, dtype=object)
        return Opaque("array")
