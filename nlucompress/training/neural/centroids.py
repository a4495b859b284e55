"""Codebooks and product-quantized rows in training: the codes stay, the centroids are trained."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from nlucompress.format.matrices.kinds import Dense, Matrix, ProductQuantized
from nlucompress.format.matrices.numbers import Codebook
from nlucompress.training.neural.base import Trainable, tensor_of


class Codes(Trainable):
    """Codes into a codebook; zero stays zero."""

    def __init__(self, matrix: Dense, numbers: Codebook) -> None:
        """Take over the numbers of a stored matrix."""
        super().__init__()
        self._matrix, self._numbers = matrix, numbers
        self.centroids = nn.Parameter(tensor_of(numbers.centroids))
        self.register_buffer("codes", tensor_of(matrix.codes))
        pinned = np.ones_like(numbers.centroids)
        pinned[:, 0] = 0
        self.register_buffer("pinned", tensor_of(pinned))

    def rows(self, index: Tensor) -> Tensor:
        """Rows at these indices."""
        columns = torch.arange(self._matrix.shape[1])
        part = self._numbers.partition.of(index.cpu().numpy()[..., None], columns.numpy())
        codes = self.codes[index].long()
        centroids = self.centroids * self.pinned
        result: Tensor = centroids[tensor_of(part).to(codes.device), codes]
        return result

    def whole(self) -> Tensor:
        """All rows."""
        return self.rows(torch.arange(self._matrix.shape[0]))

    def stored(self) -> Matrix:
        """The matrix in its encoding."""
        centroids = (self.centroids * self.pinned).detach().cpu().numpy()
        return Dense(Codebook(self._numbers.partition, centroids), self._matrix.codes)


class Subvectors(Trainable):
    """Product-quantized rows; norms and rotation stay, too."""

    def __init__(self, matrix: ProductQuantized, centroids: Trainable) -> None:
        """Take over the numbers of a stored matrix."""
        super().__init__()
        self._matrix, self.centroids = matrix, centroids
        every = np.arange(matrix.shape[0])
        levels = matrix.centroids.shape[0] // matrix.subvectors
        codes = matrix.codes.rows(every).astype(np.int64) + np.arange(matrix.subvectors) * levels
        self.register_buffer("codes", tensor_of(codes.astype(np.int32)))
        norms = np.ones((1, 1), np.float32) if matrix.norms is None else matrix.norms.rows(every)
        self.register_buffer("norms", tensor_of(norms))
        rotation = matrix.rotation
        turned = None if rotation is None else rotation.rows(np.arange(rotation.shape[0]))
        self.register_buffer("rotation", None if turned is None else tensor_of(turned))

    def rows(self, index: Tensor) -> Tensor:
        """Rows at these indices."""
        at = self.codes[index].long()
        joined = self.centroids.whole()[at].flatten(-2)[..., : self._matrix.columns]
        norms: Any = self.norms
        scaled = joined * (norms[index] if len(norms) > 1 else norms)
        result: Tensor = scaled if self.rotation is None else scaled @ self.rotation
        return result

    def whole(self) -> Tensor:
        """All rows."""
        return self.rows(torch.arange(self._matrix.shape[0]))

    def stored(self) -> Matrix:
        """The matrix in its encoding."""
        old = self._matrix
        centroids = self.centroids.stored()
        return ProductQuantized(old.columns, old.codes, centroids, old.norms, old.rotation)
