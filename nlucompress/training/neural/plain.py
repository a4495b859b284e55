"""Floats in training, and floats that are rounded to a grid in every step."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from nlucompress.format.matrices.kinds import Dense, Matrix, from_dense
from nlucompress.format.matrices.numbers import Linear
from nlucompress.format.matrices.product import whole
from nlucompress.training.neural.base import Trainable, tensor_of


class Plain(Trainable):
    """Floats; where they are pruned, the zeros get no gradient and stay."""

    kept: Tensor | None

    def __init__(self, matrix: Dense, pruned: bool) -> None:
        """Take over the numbers of a stored matrix."""
        super().__init__()
        values = tensor_of(whole(matrix))
        self.weight = nn.Parameter(values)
        self.register_buffer("kept", values != 0 if pruned else None)

    def rows(self, index: Tensor) -> Tensor:
        """Rows at these indices."""
        found = functional.embedding(index, self.weight, sparse=True)
        return found if self.kept is None else found * self.kept[index]

    def whole(self) -> Tensor:
        """All rows."""
        return self.weight if self.kept is None else self.weight * self.kept

    def stored(self) -> Matrix:
        """The matrix in its encoding."""
        return from_dense(self.weight.detach().cpu().numpy().copy())  # training goes on in place


class Rounded(Plain):
    """Codes on a grid: floats that are rounded in every step.

    The gradient passes straight through the rounding (Bengio et al. 2013).
    """

    def __init__(self, matrix: Dense, numbers: Linear, pruned: bool) -> None:
        """Take over the numbers of a stored matrix."""
        super().__init__(matrix, pruned)
        self._numbers = numbers
        rows, columns = np.ogrid[: matrix.shape[0], : matrix.shape[1]]
        if numbers.partition.per != "row":
            rows = rows[:1]
        if numbers.partition.per in ("tensor", "row"):
            columns = columns[:, :1]
        part = np.broadcast_arrays(numbers.partition.of(rows, columns), rows + columns)[0]
        scale, zero = numbers.scale[part], numbers.zero(part)
        top = min(numbers.levels, 256) - 1
        self.register_buffer("scale", tensor_of(scale.astype(np.float32)))
        self.register_buffer("low", tensor_of((-zero).astype(np.float32)))
        self.register_buffer("high", tensor_of((top - zero).astype(np.float32)))
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
        """Rows at these indices."""
        return self._straight(super().rows(index), index)

    def whole(self) -> Tensor:
        """All rows."""
        return self._straight(super().whole(), None)

    def stored(self) -> Matrix:
        """The matrix in its encoding."""
        steps, _ = self._steps(self.weight.detach(), None)
        codes = (steps - self.low).cpu().numpy()
        return Dense(self._numbers, codes.astype(np.uint8))
