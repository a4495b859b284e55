"""Product quantization: a row is a sequence of short vectors, each one of K centroids."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from nlucompress.errors import FormatError
from nlucompress.format.fields import Fields, Tensors
from nlucompress.format.matrices.numbers import Float32, Int64, Linear, Partition
from nlucompress.format.matrices.plain import MAX_SPARSE_COLUMNS
from nlucompress.format.matrices.product import (
    BATCH_VALUES,
    Parse,
    check_whole,
    rounded,
    store_children,
    whole,
)
from nlucompress.format.matrices.protocol import Matrix


@dataclass(frozen=True)
class ProductQuantized:
    """row = (norm * the centroids of its codes, one behind the other)[:columns] @ rotation.

    Attributes:
        columns: Columns of the matrix.
        codes: Shape (rows, subvectors); its numbers are the codes themselves.
        centroids: Shape (subvectors * K, size): centroid q of subvector j is row j * K + q.
        norms: Shape (rows, 1), or None where every norm is 1.
        rotation: Shape (columns, columns), or None.
    """

    kind: ClassVar[str] = "pq"
    columns: int
    codes: Matrix
    centroids: Matrix
    norms: Matrix | None = None
    rotation: Matrix | None = None

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns."""
        return self.codes.shape[0], self.columns

    @property
    def subvectors(self) -> int:
        """Codes of a row."""
        return self.codes.shape[1]

    @property
    def children(self) -> dict[str, Matrix]:
        """The matrices that it is made of, by the names of their fields."""
        named = {
            "codes": self.codes,
            "centroids": self.centroids,
            "norms": self.norms,
            "rotation": self.rotation,
        }
        return {name: child for name, child in named.items() if child is not None}

    @cached_property
    def _centroids(self) -> Float32:
        return whole(self.centroids)

    @cached_property
    def _rotation(self) -> NDArray[np.float64] | None:
        return None if self.rotation is None else whole(self.rotation).astype(np.float64)

    def rows(self, index: Int64) -> Float32:
        """The rows at these indices as float32, shape (n, columns).

        Raises:
            FormatError: A part is damaged, or a number leaves float32.
        """
        result = np.empty((len(index), self.columns), np.float32)
        step = max(1, BATCH_VALUES // self.columns)
        for begin in range(0, len(index), step):
            result[begin : begin + step] = self._rows(index[begin : begin + step])
        return result

    def _rows(self, index: Int64) -> Float32:
        first = np.arange(self.subvectors) * (self.centroids.shape[0] // self.subvectors)
        picked = self._centroids[first + self.codes.rows(index).astype(np.int64)]
        rows: Float32 = picked.reshape(len(index), -1)[:, : self.columns]
        if self.norms is not None:
            # A product of two float32 is exact in float64: it is rounded once, as theirs is.
            rows = rounded(rows.astype(np.float64) * self.norms.rows(index))
        if self._rotation is not None:
            rows = rounded(rows.astype(np.float64) @ self._rotation)
        return rows

    def take(self, order: Int64) -> ProductQuantized:
        """The matrix whose row i is row order[i] of this one: codes and norms move."""
        norms = None if self.norms is None else self.norms.take(order)
        codes = self.codes.take(order)
        return ProductQuantized(self.columns, codes, self.centroids, norms, self.rotation)

    def store(self, where: str, tensors: Tensors) -> dict[str, Any]:
        """Describe, and add tensors."""
        children = store_children(self.children, where, tensors)
        return {"kind": self.kind, "columns": self.columns, **children}

    @classmethod
    def parse(cls, fields: Fields, parse: Parse) -> ProductQuantized:
        """Read product-quantized rows; ``parse`` reads the matrices that they are made of."""
        columns = fields.integer("columns", 1, MAX_SPARSE_COLUMNS)
        codes, centroids = parse(fields.child("codes")), parse(fields.child("centroids"))
        norms = parse(fields.child("norms")) if fields.has("norms") else None
        rotation = parse(fields.child("rotation")) if fields.has("rotation") else None
        _check_codes(f"{fields.where}.codes", codes, centroids.shape[0])
        rows, count = codes.shape
        if not 1 <= count <= columns or centroids.shape[0] % count:
            raise FormatError(
                f"{fields.where}: {columns} columns and {centroids.shape[0]} centroids are not "
                f"those of {count} subvectors"
            )
        wanted = {
            "centroids": (centroids, (centroids.shape[0], -(-columns // count))),
            "norms": (norms, (rows, 1)),
            "rotation": (rotation, (columns, columns)),
        }
        for name, (matrix, shape) in wanted.items():
            if matrix is not None and matrix.shape != shape:
                raise FormatError(
                    f"{fields.where}.{name}: shape {list(matrix.shape)} is not {list(shape)}"
                )
            if matrix is not None and name != "norms":
                check_whole(f"{fields.where}.{name}", matrix)
        return cls(columns, codes, centroids, norms, rotation)


def code_numbers(levels: int) -> Linear:
    """Numbers that are their codes: 0 .. levels - 1."""
    return Linear(Partition(), np.ones(1, np.float32), np.zeros(1, np.int64), levels)


def _check_codes(where: str, codes: Matrix, centroids: int) -> None:
    """Every code must lead to a centroid; that is known without reading one."""
    numbers = getattr(codes, "numbers", None)
    if not isinstance(numbers, Linear) or numbers.partition.per != "tensor":
        raise FormatError(f"{where}: codes must be linear numbers of one part")
    if numbers.scale[0] != 1 or numbers.zero_point[0] != 0:
        raise FormatError(f"{where}: the codes' scale must be 1 and their zero point 0")
    if numbers.levels * codes.shape[1] > centroids:
        raise FormatError(f"{where}: {numbers.levels} levels are more than the centroids")
