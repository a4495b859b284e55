"""`.skops` files: a zip of a JSON schema and NumPy arrays. No object of it is ever made.

The schema is a tree of nodes, each with ``__class__``, ``__module__`` and ``__loader__``, which
tells what its content is. The attributes of an object are read when they are asked for, so nodes
that a pipeline's answers do not depend on are never looked at.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from nlucompress.errors import FormatError
from nlucompress.format.model import Model
from nlucompress.importers.options import ImportOptions
from nlucompress.importers.sklearn.estimator import Estimator, Opaque
from nlucompress.importers.sklearn.pipelines import joined, model_of
from nlucompress.io.sources import Opened, opened
from nlucompress.io.zip_archive import Archive, Sparse

SCHEMA = "schema.json"
MAX_NESTING = 60
WIDEST = 1 << 31  # of a HashingVectorizer
_VECTORIZERS = ("CountVectorizer", "TfidfVectorizer", "DictVectorizer", "HashingVectorizer")


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
    described = [_described(source)]
    if options.vectorizer is not None:
        described.insert(0, _described(options.vectorizer))
    room = 8 * _weights([schema for _, schema, _ in described], described[-1][0])
    parts = []
    for archive, schema, where in described:
        archive.budget.left += room
        parts.append(_Nodes(archive, where).value(schema, 0))
    where = described[-1][2]
    return model_of(parts[0] if len(parts) == 1 else joined(*parts), where)


def _described(source: Opened) -> tuple[Archive, Any, str]:
    """A file's archive, its schema and its name."""
    with opened(source) as stream:
        data, where = stream.read(), stream.name
    archive = Archive(data, where)
    try:
        return archive, json.loads(archive.member(SCHEMA).decode()), where
    except (ValueError, RecursionError) as error:
        raise FormatError(f"{where}: {SCHEMA} is no JSON: {error}") from None


def _weights(schemas: list[Any], archive: Archive) -> int:
    """How many weights the schemas describe: the columns of all vectorizers times all labels.

    The weights of hashed n-grams are nearly all 0, and deflate shrinks those a thousand times.
    """
    columns = labels = classifiers = 0
    waiting = list(schemas)
    while waiting:
        node = waiting.pop()
        if isinstance(node, list):
            waiting.extend(node)
        elif isinstance(node, dict):
            values = node.get("content")
            values = values.get("content") if isinstance(values, dict) else None
            if isinstance(values, dict) and node.get("__class__") in _VECTORIZERS:
                columns += _columns(values)
            if isinstance(values, dict) and "coef_" in values:
                classifiers += 1
            if isinstance(values, dict) and isinstance(values.get("classes_"), dict):
                labels = max(labels, archive.length(values["classes_"]))
            waiting.extend(node.values())
    return columns * labels * max(1, classifiers)


def _columns(values: dict[str, Any]) -> int:
    """The columns that a vectorizer's attributes tell of."""
    size, known = values.get("n_features"), values.get("vocabulary_")
    if isinstance(known, dict) and isinstance(known.get("content"), dict):
        return len(known["content"])
    text = size.get("content") if isinstance(size, dict) else None
    return (
        min(int(text), WIDEST) if isinstance(text, str) and re.fullmatch("[0-9]{1,10}", text) else 0
    )


@dataclass(frozen=True)
class _Attributes(Mapping[str, Any]):
    """Attributes of an object, each read when it is asked for."""

    nodes: _Nodes
    content: dict[str, Any]
    nesting: int
    read: dict[str, Any] = field(default_factory=dict)

    def __getitem__(self, name: str) -> Any:
        if name not in self.read:
            self.read[name] = self.nodes.value(self.content[name], self.nesting)
        return self.read[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self.content)

    def __len__(self) -> int:
        return len(self.content)


@dataclass(frozen=True)
class _Nodes:
    """Nodes of a schema to plain values."""

    archive: Archive
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
        if loader == "SparseMatrixNode" and isinstance(node.get("file"), str):
            return self.sparse(node["file"])
        module = str(node.get("__module__")).split(".")[0]
        if loader == "ObjectNode" and module == "sklearn" and isinstance(content, dict):
            inner = content.get("content")
            if content.get("__loader__") == "DictNode" and isinstance(inner, dict):
                return Estimator(kind, _Attributes(self, inner, nesting + 2))
        return Opaque(kind[:60])

    def sparse(self, name: str) -> Any:
        """A sparse matrix of a member of its own, itself a zip of arrays."""
        from scipy.sparse import csr_matrix

        archive = self.archive.nested(name)
        if archive.array("format.npy").tolist() != b"csr":
            return Opaque("sparse matrix that is not stored by rows")
        data, indices, starts, shape = (
            archive.array(f"{each}.npy") for each in ("data", "indices", "indptr", "shape")
        )
        try:
            matrix = csr_matrix((data, indices, starts), tuple(shape.tolist()))
            matrix.check_format(full_check=True)
        except (ValueError, TypeError, LookupError, OverflowError) as error:
            reason = str(error).split("\n")[0][:80]
            raise FormatError(f"{self.where}: {name[:60]}: no sparse matrix ({reason})") from None
        return Sparse(matrix, self.archive.budget, f"{self.where}: {name[:60]}")

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
            nodes = node.get("content")
            if isinstance(nodes, list):  # of nodes, without a node of its own
                values = [self.value(each, nesting + 1) for each in nodes]
                if all(isinstance(each, (str, int, float)) for each in values):
                    return np.array(values, dtype=object)
        return Opaque("array")
