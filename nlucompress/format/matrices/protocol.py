"""What every encoding of a matrix can do, whatever it is made of."""

from __future__ import annotations

from typing import Any, ClassVar, Protocol

from nlucompress.format.fields import Tensors
from nlucompress.format.matrices.numbers import Float32, Int64


class Matrix(Protocol):
    """A matrix of any encoding, as the matrices that are made of others see their parts."""

    kind: ClassVar[str]

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns."""

    def rows(self, index: Int64) -> Float32:
        """The rows at these indices as float32, shape (n, columns)."""

    def take(self, order: Int64) -> Matrix:
        """The matrix whose row i is row order[i] of this one."""

    def store(self, where: str, tensors: Tensors) -> dict[str, Any]:
        """Describe, and add tensors."""
