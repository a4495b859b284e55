"""Matrices that torch trains: floats, rounded codes, codebooks, and what is made of them.

A stored matrix becomes a module that gives rows and the whole, and goes back into the encoding that
it had.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from nlucompress.errors import UsageError
from nlucompress.format.matrices import (
    Coded,
    Dense,
    Matrix,
    Product,
    ProductQuantized,
    Sparse,
    from_dense,
)
from nlucompress.format.numbers import Codebook, Floats, Linear


class Trainable(nn.Module):
    """A matrix in training."""

    def rows(self, index: Tensor) -> Tensor:
        """Rows at these indices; gradients of plain rows are sparse."""
        raise NotImplementedError

    def whole(self) -> Tensor:
        """All rows."""
        raise NotImplementedError

    def stored(self) -> Matrix:
        """The matrix in its encoding."""
        raise NotImplementedError


def trainable(name: str, matrix: Matrix) -> Trainable:
    """A matrix to train, of any encoding that is not sealed.

    Raises:
        UsageError: Its encoding cannot be trained.
    """
    if isinstance(matrix, Product):
        left, right = trainable(f"{name}.left", matrix.left), trainable(name, matrix.right)
        return _Product(left, right)
    if isinstance(matrix, ProductQuantized):
        return _Quantized(matrix, trainable(f"{name}.centroids", matrix.centroids))
    if isinstance(matrix, Coded):
        raise UsageError(f"{name} is packed; finetune the model before pack")
    if isinstance(matrix, Sparse):
        matrix = _filled(matrix)
    if isinstance(matrix.numbers, Floats):
        return _Plain(matrix)
    if isinstance(matrix.numbers, Linear):
        return _Rounded(matrix, matrix.numbers)
    return _Codebook(matrix, matrix.numbers)


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


def _tensor(values: Any) -> Tensor:
    return torch.from_numpy(np.array(values))  # a copy: what a file holds is not written to


class _Plain(Trainable):
    """Floats."""

    def __init__(self, matrix: Dense) -> None:
        super().__init__()
        self.weight = nn.Parameter(_tensor(matrix.codes.astype(np.float32)))

    def rows(self, index: Tensor) -> Tensor:
        return functional.embedding(index, self.weight, sparse=True)

    def whole(self) -> Tensor:
        return self.weight

    def stored(self) -> Matrix:
        return from_dense(self.weight.detach().cpu().numpy().copy())  # training goes on in place


class _Rounded(Trainable):
    """Codes on a grid: floats that are rounded in every step.

    The gradient passes straight through the rounding (Bengio et al. 2013).
    """

    def __init__(self, matrix: Dense, numbers: Linear) -> None:
        super().__init__()
        self._matrix, self._numbers = matrix, numbers
        every = np.arange(matrix.shape[0])
        self.weight = nn.Parameter(_tensor(matrix.rows(every)))
        rows, columns = np.ogrid[: matrix.shape[0], : matrix.shape[1]]
        if numbers.partition.per != "row":
            rows = rows[:1]
        if numbers.partition.per in ("tensor", "row"):
            columns = columns[:, :1]
        part = np.broadcast_arrays(numbers.partition.of(rows, columns), rows + columns)[0]
        scale, zero = numbers.scale[part], numbers.zero(part)
        top = min(numbers.levels, 256) - 1
        self.register_buffer("scale", _tensor(scale.astype(np.float32)))
        self.register_buffer("low", _tensor((-zero).astype(np.float32)))
        self.register_buffer("high", _tensor((top - zero).astype(np.float32)))
        self._top = top

    def _steps(self, weight: Tensor, index: Tensor | None) -> tuple[Tensor, Tensor]:
        of: list[Tensor] = [
            each if index is None or len(each) == 1 else each[index]
            for each in (self.scale, self.low, self.high)
        ]
        safe = torch.where(of[0] != 0, of[0], torch.ones_like(of[0]))
        return torch.clamp(torch.round(weight / safe), of[1], of[2]), of[0]

    def _straight(self, weight: Tensor, index: Tensor | None) -> Tensor:
        steps, scale = self._steps(weight.detach(), index)
        return weight + (steps * scale - weight).detach()

    def rows(self, index: Tensor) -> Tensor:
        return self._straight(functional.embedding(index, self.weight, sparse=True), index)

    def whole(self) -> Tensor:
        return self._straight(self.weight, None)

    def stored(self) -> Matrix:
        steps, _ = self._steps(self.weight.detach(), None)
        codes = (steps - self.low).cpu().numpy()
        return Dense(self._numbers, codes.astype(np.uint8))


class _Codebook(Trainable):
    """Codes into a codebook: the codes stay, the centroids are trained, zero stays zero."""

    def __init__(self, matrix: Dense, numbers: Codebook) -> None:
        super().__init__()
        self._matrix, self._numbers = matrix, numbers
        self.centroids = nn.Parameter(_tensor(numbers.centroids))
        self.register_buffer("codes", _tensor(matrix.codes))
        pinned = np.ones_like(numbers.centroids)
        pinned[:, 0] = 0
        self.register_buffer("pinned", _tensor(pinned))

    def rows(self, index: Tensor) -> Tensor:
        columns = torch.arange(self._matrix.shape[1])
        part = self._numbers.partition.of(index.cpu().numpy()[..., None], columns.numpy())
        codes = self.codes[index].long()
        centroids = self.centroids * self.pinned
        result: Tensor = centroids[_tensor(part).to(codes.device), codes]
        return result

    def whole(self) -> Tensor:
        return self.rows(torch.arange(self._matrix.shape[0]))

    def stored(self) -> Matrix:
        centroids = (self.centroids * self.pinned).detach().cpu().numpy()
        return Dense(Codebook(self._numbers.partition, centroids), self._matrix.codes)


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


class _Quantized(Trainable):
    """Product-quantized rows: codes, norms and rotation stay, the centroids are trained."""

    def __init__(self, matrix: ProductQuantized, centroids: Trainable) -> None:
        super().__init__()
        self._matrix, self.centroids = matrix, centroids
        every = np.arange(matrix.shape[0])
        levels = matrix.centroids.shape[0] // matrix.subvectors
        codes = matrix.codes.rows(every).astype(np.int64) + np.arange(matrix.subvectors) * levels
        self.register_buffer("codes", _tensor(codes.astype(np.int32)))
        norms = np.ones((1, 1), np.float32) if matrix.norms is None else matrix.norms.rows(every)
        self.register_buffer("norms", _tensor(norms))
        rotation = matrix.rotation
        turned = None if rotation is None else rotation.rows(np.arange(rotation.shape[0]))
        self.register_buffer("rotation", None if turned is None else _tensor(turned))

    def rows(self, index: Tensor) -> Tensor:
        at = self.codes[index].long()
        joined = self.centroids.whole()[at].flatten(-2)[..., : self._matrix.columns]
        norms: Any = self.norms
        scaled = joined * (norms[index] if len(norms) > 1 else norms)
        result: Tensor = scaled if self.rotation is None else scaled @ self.rotation
        return result

    def whole(self) -> Tensor:
        return self.rows(torch.arange(self._matrix.shape[0]))

    def stored(self) -> Matrix:
        old = self._matrix
        centroids = self.centroids.stored()
        return ProductQuantized(old.columns, old.codes, centroids, old.norms, old.rotation)
