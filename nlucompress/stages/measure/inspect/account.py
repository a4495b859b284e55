"""Where every byte of a model's file goes, and the bound beside it."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nlucompress.algo.coding import bounds, entropy
from nlucompress.format import codec
from nlucompress.format.frame import phrases
from nlucompress.format.frame.canonical import canonical
from nlucompress.format.indexes.kinds import Hashed
from nlucompress.format.indexes.static_keys import Hashes, Static
from nlucompress.format.matrices.kinds import (
    Coded,
    Matrix,
    Plain,
    Product,
    ProductQuantized,
    StaticRows,
    leaves,
)
from nlucompress.format.matrices.numbers import Floats
from nlucompress.format.model import Model, Table


@dataclass(frozen=True)
class Part:
    """Bytes of one part of the file."""

    name: str
    bytes: int


@dataclass(frozen=True)
class TableAccount:
    """What a table takes, in bits per key, against what it must.

    Attributes:
        keys: Number of keys.
        columns: Numbers per key.
        nonzero: Numbers that are not zero; None where rows are made of several matrices.
        key_bits: Bits per key of the strings, or of hash and fingerprints.
        hash_bits: Bits per key of the hash alone, None for strings.
        value_bits: Bits per key of the rows.
        bound_bits: log2(1 / false-positive rate) + entropy of the row's values, zeros included,
            taken as independent, for each matrix that the rows are made of; None while the keys
            are strings, and where the rows cannot be listed: in a static function that was read
            from a file.
        code_bound_bits: The same with the row's values as the code takes them: the entropy of
            counts, gaps and symbols, each in the class of its row. None where rows have no code.
        stored_bits: Of a static function: bits per key that fingerprints and rows have in it.
        overhead: Share of bits that a static function takes above them, its offsets counted.
    """

    name: str
    keys: int
    columns: int
    nonzero: int | None
    key_bits: float
    hash_bits: float | None
    value_bits: float
    bound_bits: float | None
    code_bound_bits: float | None = None
    stored_bits: float | None = None
    overhead: float | None = None


@dataclass(frozen=True)
class Account:
    """The whole file: its parts add up to its size."""

    total: int
    parts: tuple[Part, ...]
    tables: tuple[TableAccount, ...]


def account(model: Model) -> Account:
    """Count the bytes of the file that ``save`` writes for this model."""
    serialized = codec.serialize(model)
    tensors = dict(zip(serialized.names, map(len, serialized.tensors), strict=True))
    parts: list[Part] = []
    tables: list[TableAccount] = []
    for name, table in model.tables.items():
        prefix = f"tables.{name}."
        key_bytes = sum(tensors[t] for t in tensors if t.startswith(f"{prefix}keys."))
        row_bytes = sum(tensors[t] for t in tensors if t.startswith(f"{prefix}matrix."))
        parts += _key_parts(name, table, key_bytes)
        parts += _row_parts(name, f"{prefix}matrix.", table.matrix, tensors)
        if table.counts is not None:
            parts.append(Part(f"{name}: counts", table.counts.nbytes))
        tables.append(_table(name, table, key_bytes, row_bytes))
    network = sum(tensors[t] for t in tensors if t.startswith("network."))
    parts.append(Part("network", network))
    written = phrases.shorten if model.sealed else str.encode
    labels = tensors.get("labels.coded", len(written(canonical(list(model.labels)))))
    in_header = 0 if "labels.coded" in tensors else labels
    history = len(written(canonical([dict(record) for record in model.history])))
    history = history if model.history else 0
    parts.append(Part("labels", labels))
    parts.append(Part("history", history))
    parts.append(Part("header", len(serialized.header) - in_header - history))
    shown = tuple(part for part in parts if part.bytes)
    return Account(serialized.size, shown, tuple(tables))


def _key_parts(name: str, table: Table, key_bytes: int) -> list[Part]:
    if isinstance(table.keys, Static):
        bits = len(table.keys) * table.keys.fingerprint_bits
        fingerprints = (bits + 7) // 8
        rows = (table.keys.stored + 7) // 8 - fingerprints
        return [
            Part(f"{name}: fingerprints", fingerprints),
            Part(f"{name}: rows", rows),
            Part(f"{name}: function beside them", key_bytes - fingerprints - rows),
        ]
    if isinstance(table.keys, Hashes):
        return [Part(f"{name}: hashes of the keys", key_bytes)]
    if not isinstance(table.keys, Hashed):
        return [Part(f"{name}: strings", key_bytes)]
    hash_bytes = table.keys.cascade.nbytes
    return [
        Part(f"{name}: hash", hash_bytes),
        Part(f"{name}: fingerprints", key_bytes - hash_bytes),
    ]


def _row_parts(
    name: str, prefix: str, matrix: Matrix, tensors: Mapping[str, int]
) -> Iterator[Part]:
    if isinstance(matrix, (Product, ProductQuantized)):
        for part, child in matrix.children.items():
            yield from _row_parts(f"{name}: {part}", f"{prefix}{part}.", child, tensors)
        return
    row_bytes = sum(tensors[t] for t in tensors if t.startswith(prefix))
    if isinstance(matrix, StaticRows):
        yield Part(f"{name}: code tables", len(matrix.tables))
        yield Part(f"{name}: scales", row_bytes - len(matrix.tables))
        return
    if not isinstance(matrix, Coded):
        yield Part(f"{name}: {matrix.kind} rows", row_bytes)
        return
    sizes = matrix.parts[1]
    yield Part(f"{name}: code tables", sizes["tables"])
    yield Part(f"{name}: row starts", sizes["starts"])
    yield Part(f"{name}: rows", sizes["stream"])
    yield Part(f"{name}: scales", row_bytes - sum(sizes.values()))


def _table(name: str, table: Table, key_bytes: int, row_bytes: int) -> TableAccount:
    keys, columns = table.matrix.shape
    listed = [each for each in leaves(table.matrix).values() if _listed(each)]
    counted = [_value_counts(each) for each in listed]
    nonzero = counted[0][1] if len(counted) == 1 else None
    per_key = 8 / keys if keys else 0.0
    hash_bits = bound = of_code = None
    if isinstance(table.keys, Hashed):
        hash_bits = table.keys.cascade.nbytes * per_key
    if isinstance(table.keys, Hashed | Hashes | Static) and listed:
        bits_of_values = sum(entropy.entropy_bits(counts) for counts, _ in counted)
        bound = table.keys.fingerprint_bits + bits_of_values / max(keys, 1)
        allowed = [least for each in listed if (least := _allowed(each)) is not None]
        if len(allowed) == len(listed):
            of_code = table.keys.fingerprint_bits + sum(allowed) / max(keys, 1)
    bits = (key_bytes * per_key, hash_bits, row_bytes * per_key, bound, of_code)
    if not isinstance(table.keys, Static) or not table.keys.stored:
        return TableAccount(name, keys, columns, nonzero, *bits)
    stored = table.keys.stored
    overhead = 8 * key_bytes / stored - 1
    return TableAccount(name, keys, columns, nonzero, *bits, stored / keys, overhead)


def _listed(matrix: Plain) -> bool:
    """Whether the rows of a matrix can be listed."""
    return not isinstance(matrix, StaticRows) or matrix.built_of is not None


def _allowed(matrix: Plain) -> float | None:
    """Bits that the model behind a matrix's code allows; None of one that is not coded."""
    if isinstance(matrix, StaticRows) and matrix.built_of is not None:
        written = matrix.reader.common.reduced(matrix.built_of, matrix.layout)
        return bounds.code_bound(written, matrix.layout)
    return bounds.code_bound(matrix.all_rows, matrix.layout) if isinstance(matrix, Coded) else None


def _value_counts(matrix: Plain) -> tuple[NDArray[np.int64], int]:
    """How often each number of a matrix occurs, zeros included, and how many are not zero."""
    rows, columns, codes = matrix.entries()
    nonzero = int(np.count_nonzero(matrix.numbers.decode(codes, rows, columns)))
    missing = math.prod(matrix.shape) - codes.size
    if isinstance(matrix.numbers, Floats):
        symbols = np.unique(codes, return_inverse=True)[1].reshape(-1)
        return np.append(np.bincount(symbols), missing), nonzero
    levels = matrix.numbers.levels
    zero = matrix.numbers.zero(matrix.numbers.partition.of(rows, columns))
    shifted = (codes.astype(np.int64) - zero + levels).reshape(-1)
    counts = np.bincount(shifted, minlength=2 * levels)
    counts[levels] += missing
    return counts, nonzero
