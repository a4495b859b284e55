"""What keeps a new model's representations in the space of an older one's.

    influence * 1/n sum_i CE(W_old z_i + b_old, label_i) + align * 1/n sum_i (1 - cos(z_i, z_old_i))

z_i is the new representation of a text and z_old_i the old one. The first term is the influence
loss of backward-compatible training (Shen et al. 2020, section 3.2): the old classifier, frozen,
reads the new representations. The second draws each to where the old model puts its text, as
distillation of features does.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nlucompress.errors import UsageError

Float32 = NDArray[np.float32]


@dataclass(frozen=True)
class CompatibleOptions:
    """How strongly a new model is held in the space of an old one.

    Attributes:
        influence: Weight of the old classifier's loss on the new representations.
        align: Weight of the distance, 1 - cosine, between new and old representations.
    """

    influence: float = 1.0
    align: float = 1.0

    def __post_init__(self) -> None:
        """Check the weights.

        Raises:
            UsageError: One is negative or not finite, or both are 0.
        """
        if not all(0 <= each < np.inf for each in (self.influence, self.align)):
            raise UsageError("--influence and --align must be at least 0")
        if not self.influence and not self.align:
            raise UsageError("--influence and --align are both 0: nothing makes it compatible")


@dataclass(frozen=True)
class Frozen:
    """An old model as the training of a new one sees it.

    Attributes:
        weight: float32, shape (width, old labels): its last layer.
        bias: float32, shape (old labels,).
        targets: int64, shape (examples,): the old model's number of each label, -1 for one that it
            does not know. Such an example has no part in the influence loss.
        representations: float32, shape (examples, width): its own ones.
        options: Weights of the terms.
    """

    weight: Float32
    bias: Float32
    targets: NDArray[np.int64]
    representations: Float32
    options: CompatibleOptions

    def figures(self) -> dict[str, int]:
        """What the history tells."""
        judged = int((self.targets >= 0).sum())
        return {"width": len(self.weight), "examples": len(self.targets), "judged": judged}
