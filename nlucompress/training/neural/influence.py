"""The loss that holds new representations in the space of an old model's, in torch."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional

from nlucompress.training.compatible import TEMPERATURE, Frozen
from nlucompress.training.plan import Int64


class Influence:
    """The terms of ``training.compatible`` for a batch."""

    def __init__(self, frozen: Frozen, device: str) -> None:
        """Take over the old model's numbers, which no step changes."""
        self._options = frozen.options
        self._weight = torch.from_numpy(frozen.weight).to(device)
        self._bias = torch.from_numpy(frozen.bias).to(device)
        self._targets = torch.from_numpy(frozen.targets).to(device)
        self._prototypes = torch.from_numpy(frozen.prototypes).to(device)
        self._classes = torch.from_numpy(frozen.classes).to(device)

    def __call__(self, representations: Tensor, index: Int64) -> Tensor:
        """The loss of new representations, shape (texts, width), of the examples of an index."""
        at = torch.from_numpy(index).to(representations.device)
        scores = representations @ self._weight + self._bias
        losses = functional.cross_entropy(
            scores, self._targets[at], ignore_index=-1, reduction="none"
        )
        cosines = functional.normalize(representations, dim=1) @ self._prototypes
        apart = functional.cross_entropy(cosines / TEMPERATURE, self._classes[at], reduction="none")
        return (self._options.influence * losses + self._options.prototypes * apart).mean()
