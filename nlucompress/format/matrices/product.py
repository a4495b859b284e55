"""A matrix of low rank: the product of two matrices."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from nlucompress.errors import FormatError
from nlucompress.format.fields import Fields, Tensors
from nlucompress.format.matrices.numbers import Float32, Int64
from nlucompress.format.matrices.protocol import Matrix

MAX_WHOLE = 1 << 22  # numbers of a matrix that is decoded as a whole, whatever a file claims
BATCH_VALUES = 1 << 20  # numbers of the rows that are multiplied at once

Parse = Callable[[Fields], Matrix]


@dataclass(frozen=True)
class Product:
    """Row i is left.row(i) @ right; each factor is any matrix.

    Attributes:
        left: Shape (rows, rank).
        right: Shape (rank, columns); decoded as a whole when a row is first read.
    """

    kind: ClassVar[str] = "product"
    left: Matrix
    right: Matrix

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns."""
        return self.left.shape[0], self.right.shape[1]

    @property
    def children(self) -> dict[str, Matrix]:
        """The matrices that it is made of, by the names of their fields."""
        return {"left": self.left, "right": self.right}

    @cached_property
    def _right(self) -> NDArray[np.float64]:
        return whole(self.right).astype(np.float64)

    def rows(self, index: Int64) -> Float32:
        """The rows at these indices as float32, shape (n, columns).

        Raises:
            FormatError: A factor is damaged, or a sum leaves float32.
        """
        result = np.empty((len(index), self.shape[1]), np.float32)
        step = max(1, BATCH_VALUES // max(*self.right.shape, 1))
        for begin in range(0, len(index), step):
            left = self.left.rows(index[begin : begin + step])
            result[begin : begin + step] = rounded(left.astype(np.float64) @ self._right)
        return result

    def take(self, order: Int64) -> Product:
        """The matrix whose row i is row order[i] of this one: the left rows move."""
        return Product(self.left.take(order), self.right)

    def store(self, where: str, tensors: Tensors) -> dict[str, Any]:
        """Describe, and add tensors."""
        return {"kind": self.kind, **store_children(self.children, where, tensors)}

    @classmethod
    def parse(cls, fields: Fields, parse: Parse) -> Product:
        """Read a product; ``parse`` reads its factors."""
        left, right = parse(fields.child("left")), parse(fields.child("right"))
        if left.shape[1] != right.shape[0]:
            raise FormatError(
                f"{fields.where}: {left.shape[1]} columns of left do not meet the "
                f"{right.shape[0]} rows of right"
            )
        check_whole(f"{fields.where}.right", right)
        return cls(left, right)


def store_children(
    children: dict[str, Matrix], where: str, tensors: Tensors
) -> dict[str, dict[str, Any]]:
    """The descriptions of the matrices that another is made of."""
    return {name: child.store(f"{where}.{name}", tensors) for name, child in children.items()}


def check_whole(where: str, matrix: Matrix) -> None:
    """Refuse a matrix that is too big to be decoded as a whole."""
    rows, columns = matrix.shape
    if rows * columns > MAX_WHOLE:
        raise FormatError(f"{where}: {rows} x {columns} numbers are more than {MAX_WHOLE}")


def whole(matrix: Matrix) -> Float32:
    """All rows as float32."""
    return matrix.rows(np.arange(matrix.shape[0]))


def rounded(sums: NDArray[np.float64]) -> Float32:
    """Sums in binary64 rounded once to float32; they must not leave it."""
    with np.errstate(over="ignore", invalid="ignore"):
        result = sums.astype(np.float32)
    if not np.isfinite(result).all():
        raise FormatError("the product of two matrices leaves float32: the file is damaged")
    return result
