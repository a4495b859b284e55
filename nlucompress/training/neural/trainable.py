"""Matrices that torch trains, of every encoding, and products of them.

A stored matrix becomes a module that gives rows and the whole, and goes back into the encoding that
it had.
"""

from __future__ import annotations

import numpy as np
from torch import Tensor

from nlucompress.errors import UsageError
from nlucompress.format.matrices.kinds import (
    Dense,
    Matrix,
    Product,
    ProductQuantized,
    Sparse,
)
from nlucompress.format.matrices.numbers import Floats, Linear
from nlucompress.training.neural.base import Trainable
from nlucompress.training.neural.centroids import Codes, Subvectors
from nlucompress.training.neural.plain import Plain, Rounded


def trainable(name: str, matrix: Matrix, pruned: bool = False) -> Trainable:
    """A matrix to train, of any encoding that is not sealed; what is ``pruned`` keeps its zeros.

    Raises:
        UsageError: Its encoding cannot be trained.
    """
    if isinstance(matrix, Product):
        left = trainable(f"{name}.left", matrix.left, pruned)
        return _Product(left, trainable(name, matrix.right, pruned))
    if isinstance(matrix, ProductQuantized):
        return Subvectors(matrix, trainable(f"{name}.centroids", matrix.centroids))
    if not isinstance(matrix, Dense | Sparse):
        raise UsageError(f"{name} is packed; finetune the model before pack")
    if isinstance(matrix, Sparse):
        matrix = _filled(matrix)
    if isinstance(matrix.numbers, Floats):
        return Plain(matrix, pruned)
    if isinstance(matrix.numbers, Linear):
        return Rounded(matrix, matrix.numbers, pruned)
    return Codes(matrix, matrix.numbers)


def _filled(matrix: Sparse) -> Dense:
    """The same codes, those of zeros too: a zero that a row left out may become another number."""
    rows, columns, codes = matrix.entries()
    if isinstance(matrix.numbers, Floats):
        dense = np.zeros(matrix.shape, np.float32)
    else:
        at = np.indices(matrix.shape)
        dense = matrix.numbers.zero(matrix.numbers.partition.of(at[0], at[1])).astype(np.uint8)
    dense[rows, columns] = codes
    return Dense(matrix.numbers, dense)


class _Product(Trainable):
    """Two factors, each trained."""

    def __init__(self, left: Trainable, right: Trainable) -> None:
        super().__init__()
        self.left, self.right = left, right

    def rows(self, index: Tensor) -> Tensor:
        return self.left.rows(index) @ self.right.whole()

    def whole(self) -> Tensor:
        return self.left.whole() @ self.right.whole()

    def stored(self) -> Matrix:
        return Product(self.left.stored(), self.right.stored())
