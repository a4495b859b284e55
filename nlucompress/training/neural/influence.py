"""The loss that holds new representations in the space of an old model's, in torch."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional

from nlucompress.training.compatible import Frozen
from nlucompress.training.plan import Int64


class Influence:
    """The terms of ``training.compatible`` for a batch."""

    def __init__(self, frozen: Frozen, device: str) -> None:
        """Take over the old model's numbers, which no step changes."""
        self._options = frozen.options
        self._weight = torch.from_numpy(frozen.weight).to(device)
        self._bias = torch.from_numpy(frozen.bias).to(device)
        self._targets = torch.from_numpy(frozen.targets).to(device)
        self._old = torch.from_numpy(frozen.representations).to(device)

    def __call__(self, representations: Tensor, index: Int64) -> Tensor:
        """The loss of new representations, shape (texts, width), of the examples of an index."""
        at = torch.from_numpy(index).to(representations.device)
        targets = self._targets[at]
        scores = representations @ self._weight + self._bias
        losses = functional.cross_entropy(scores, targets, ignore_index=-1, reduction="none")
        apart = 1 - functional.cosine_similarity(representations, self._old[at], dim=1)
        return (self._options.influence * losses + self._options.align * apart).mean()
