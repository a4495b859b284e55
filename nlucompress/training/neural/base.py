"""A matrix in training: what gives rows and the whole, and goes back into its encoding."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from nlucompress.format.matrices.kinds import Matrix


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


def tensor_of(values: Any) -> Tensor:
    """A copy: what a file holds is not written to."""
    return torch.from_numpy(np.array(values))
