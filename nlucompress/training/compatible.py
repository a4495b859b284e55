"""What keeps a new model's representations in the space of an older one's.

    1/n sum_i influence * CE(W z_i + b, label_i) + prototypes * CE(M z_i / |z_i| / T, label_i)

z_i is the new representation of a text; CE is the cross-entropy of the softmax. W and b are the old
model's last layer, frozen: the influence loss of backward-compatible training (Shen et al. 2020,
section 3). The rows of M are prototypes, the old model's mean representation of each label, of
length 1: there they stand in for classifier weights of labels that the old model does not know.
Here they are a classifier of all labels that reads by cosine, as a gallery is searched.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nlucompress.errors import UsageError
from nlucompress.options import Options, option

Float32 = NDArray[np.float32]
Int64 = NDArray[np.int64]

TEMPERATURE = 0.05  # T: cosines lie within -1 and 1, so that scores lie within -20 and 20


@dataclass(frozen=True)
class CompatibleOptions(Options):
    """How strongly a new model is held in the space of an old one."""

    title = "In the space of another model"

    influence: float = option(
        1.0, "Weight of its frozen classifier's loss (Shen et al. 2020, section 3)", least=0
    )
    prototypes: float = option(
        1.0, "Weight of a classifier by cosine to its mean representations", least=0
    )

    def __post_init__(self) -> None:
        """Check the weights.

        Raises:
            UsageError: One is negative or not finite, or both are 0.
        """
        super().__post_init__()
        if not self.influence and not self.prototypes:
            raise UsageError("--influence and --prototypes are both 0: nothing makes it compatible")


@dataclass(frozen=True)
class Frozen:
    """An old model as the training of a new one sees it.

    Attributes:
        weight: float32, shape (width, old labels): its last layer.
        bias: float32, shape (old labels,).
        targets: int64, shape (examples,): the old model's number of each label, -1 for one that it
            does not know. Such an example has no part in the influence loss.
        prototypes: float32, shape (width, labels of the data).
        classes: int64, shape (examples,): the column of each label's prototype.
        options: Weights of the terms.
    """

    weight: Float32
    bias: Float32
    targets: Int64
    prototypes: Float32
    classes: Int64
    options: CompatibleOptions

    def figures(self) -> dict[str, int]:
        """What the history tells."""
        judged = int((self.targets >= 0).sum())
        return {"width": len(self.weight), "examples": len(self.targets), "judged": judged}
