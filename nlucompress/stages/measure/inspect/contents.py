"""What a description says of tables, matrices and network, read leniently: it may be damaged."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, TypeVar

from nlucompress.format.frame.container import Entry
from nlucompress.format.matrices.kinds import MAX_NESTING

Kind = TypeVar("Kind")
Entries = Mapping[str, Entry]

CHILDREN = ("left", "right", "codes", "centroids", "norms", "rotation")


@dataclass(frozen=True)
class MatrixInfo:
    """An encoded matrix; what the file does not tell is None.

    Attributes:
        encoding: ``dense``, ``sparse``, ``coded``, ``static``, ``product`` or ``pq``.
        numbers: ``float``, ``linear`` or ``codebook``.
        levels: Number of codes, for numbers that are codes.
        per: What has a scale or codebook of its own: tensor, row, label or group.
        group: Columns per group.
        dtype: Of the codes, where they are a tensor of their own.
        sparse_rows, block_rows, symbol_bits: The layout of coded rows.
        children: The matrices that a product and product-quantized rows are made of, by name.
    """

    encoding: str | None
    rows: int | None
    columns: int | None
    numbers: str | None
    levels: int | None
    per: str | None
    group: int | None
    dtype: str | None
    sparse_rows: bool | None
    block_rows: int | None
    symbol_bits: int | None
    children: Mapping[str, MatrixInfo]


@dataclass(frozen=True)
class TableInfo:
    """A table.

    Attributes:
        keys: Number of keys.
        index: ``strings``, ``hash``, ``hashes`` or ``static``.
        fingerprint_bits: Of a hash or static function, or of the one to be built of hashes.
        false_positive_rate: Share of unseen keys that a hash takes for known ones.
        hash_levels, hash_groups: Levels of the hash; cells and seed bits of its groups.
        counts: Whether it knows how often each key was seen.
        closed: Whether the parts of every n-gram are keys.
    """

    name: str
    keys: int | None
    index: str | None
    fingerprint_bits: int | None
    false_positive_rate: float | None
    hash_levels: int | None
    hash_groups: tuple[int, int] | None
    counts: bool
    closed: bool
    matrix: MatrixInfo


def field(value: object, name: str, kind: type[Kind]) -> Kind | None:
    """A field of an object if both are what they should be."""
    found = value.get(name) if isinstance(value, Mapping) else None
    if isinstance(found, bool) and kind is not bool:
        return None
    return found if isinstance(found, kind) else None


def tables_of(description: Mapping[str, Any], entries: Entries) -> tuple[TableInfo, ...]:
    """All tables by name."""
    tables = field(description, "tables", dict) or {}
    return tuple(_table(name, tables[name], entries) for name in sorted(tables))


def _table(name: str, value: object, entries: Entries) -> TableInfo:
    keys = field(value, "keys", dict)
    index = field(keys, "kind", str)
    size, width = field(keys, "size", int), field(keys, "fingerprint_bits", int)
    if index == "strings":
        size = _length(entries, f"tables.{name}.keys.offsets", 1)
    if index == "hashes":
        entry = entries.get(f"tables.{name}.keys.hashes")
        size = entry.shape[0] if entry is not None and len(entry.shape) == 2 else None
    rate = 2.0**-width if width is not None and 0 <= width <= 64 else None
    levels, groups = field(keys, "levels", list), field(keys, "groups", list) or []
    sane = len(groups) == 2 and all(type(n) is int for n in groups)
    matrix = matrix_of(field(value, "matrix", dict), f"tables.{name}.matrix", entries)
    if matrix.encoding == "static":
        matrix = replace(matrix, rows=size)
    return TableInfo(
        name,
        size,
        index,
        width,
        rate,
        len(levels) if levels is not None else None,
        (groups[0], groups[1]) if sane else None,
        field(value, "counts", bool) is True,
        field(value, "closed", bool) is True,
        matrix,
    )


def matrix_of(value: object, where: str, entries: Entries, nesting: int = 1) -> MatrixInfo:
    """A matrix of the description."""
    children = {
        name: matrix_of(child, f"{where}.{name}", entries, nesting + 1)
        for name in CHILDREN
        if nesting < MAX_NESTING and (child := field(value, name, dict)) is not None
    }
    encoding = field(value, "kind", str)
    codes = entries.get(f"{where}.codes")
    rows = columns = None
    if encoding == "dense" and codes is not None and len(codes.shape) == 2:
        rows, columns = codes.shape
    elif encoding == "sparse":
        rows, columns = _length(entries, f"{where}.starts", 1), field(value, "columns", int)
    elif encoding == "coded":
        shape = field(value, "shape", list) or []
        if len(shape) == 2 and all(type(n) is int for n in shape):
            rows, columns = shape
    elif encoding == "static":
        columns = field(value, "columns", int)
    elif encoding == "product" and {"left", "right"} <= children.keys():
        rows, columns = children["left"].rows, children["right"].columns
    elif encoding == "pq" and "codes" in children:
        rows, columns = children["codes"].rows, field(value, "columns", int)
    numbers = field(value, "numbers", dict)
    return MatrixInfo(
        encoding,
        rows,
        columns,
        field(numbers, "kind", str),
        field(numbers, "levels", int),
        field(numbers, "per", str),
        field(numbers, "group", int),
        codes.dtype if codes is not None else None,
        field(value, "sparse", bool),
        field(value, "block_rows", int),
        field(value, "symbol_bits", int),
        children,
    )


def network_of(description: Mapping[str, Any], entries: Entries) -> dict[str, Any] | None:
    """Kind, settings and tensors of the network."""
    network = field(description, "network", dict)
    if network is None:
        return None
    tensors = field(network, "tensors", dict) or {}
    return {
        "kind": field(network, "kind", str),
        "settings": field(network, "settings", dict) or {},
        "tensors": {
            name: matrix_of(tensors[name], f"network.tensors.{name}", entries)
            for name in sorted(tensors)
        },
    }


def _length(entries: Entries, name: str, less: int) -> int | None:
    entry = entries.get(name)
    return entry.shape[0] - less if entry is not None and len(entry.shape) == 1 else None
