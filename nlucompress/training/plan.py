"""What a neural network learns from, and how: data and options, without torch."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray

from nlucompress.errors import UsageError
from nlucompress.networks.neural.sequence import Batch
from nlucompress.options import Options, nested, option
from nlucompress.training.schedules import Schedule

Int64 = NDArray[np.int64]
OptimizerName = Literal["adam", "adamw", "sgd"]

WINDOW = 16


@dataclass(frozen=True)
class LoopOptions(Options):
    """How a neural network is trained.

    ``adam`` is that of Kingma & Ba 2015, ``adamw`` that of Loshchilov & Hutter 2019, ``sgd`` has
    momentum 0.9. Rows of the table are updated only where they occur: without momentum under sgd,
    and without weight decay. ``clip`` is the greatest norm of a step's gradient.
    """

    title = "Training loop of neural networks"

    epochs: int = option(20, "Passes over the data at most", least=1)
    batch_size: int = option(32, "Texts of a step", least=1)
    schedule: Schedule = nested(Schedule)
    optimizer: OptimizerName = option(
        "adam",
        "How a step follows the gradient; sgd has momentum 0.9",
        choices=get_args(OptimizerName),
    )
    weight_decay: float = option(
        0.0, "Share of the layers' weights that a step takes away", least=0
    )
    dropout: float = option(
        0.3, "Share of activations left out of a step", unit="share", least=0, below=1
    )
    word_dropout: float = option(
        0.1, "Share of words left out of a step", unit="share", least=0, below=1
    )
    clip: float = 5.0
    patience: int = option(
        5, "Epochs without a better dev accuracy before it ends; 0: no end", least=0
    )
    seed: int = option(0, "Seed of all random choices", least=0, most=2**31)
    device: str = option("cpu", "Where torch trains", choices=("cpu", "cuda"))
    threads: int = option(1, "Threads of torch; results depend on their number", least=1)

    def __post_init__(self) -> None:
        """Check every range.

        Raises:
            UsageError: An option is out of range, or a name is unknown.
        """
        super().__post_init__()
        if not self.clip > 0:
            raise UsageError(f"the norm of a gradient, clip={self.clip}, is not above 0")


@dataclass(frozen=True)
class Data:
    """Texts as rows of the table, and the numbers of their labels, int64, shape (texts,)."""

    batch: Batch
    targets: Int64

    def take(self, index: Int64) -> Data:
        """The texts of these indices."""
        lengths = self.batch.lengths[index]
        ends = np.cumsum(self.batch.lengths)
        starts = (ends - self.batch.lengths)[index]
        inner = np.arange(int(lengths.sum())) - np.repeat(np.cumsum(lengths) - lengths, lengths)
        rows = self.batch.rows[np.repeat(starts, lengths) + inner]
        return Data(Batch(rows, lengths), self.targets[index])

    def batches(self, size: int, rng: np.random.Generator) -> list[Int64]:
        """Indices of the texts in random batches, the last one of which may be smaller.

        Of every ``WINDOW`` batches' texts, drawn at random, those of like length go together: a
        batch is as long as its longest text, and so it is half as long.
        """
        order = rng.permutation(len(self.targets))
        window = size * WINDOW
        windows = [order[at : at + window] for at in range(0, len(order), window)]
        batches = []
        for each in windows:
            by_length = each[np.argsort(self.batch.lengths[each], kind="stable")]
            batches += [by_length[at : at + size] for at in range(0, len(each), size)]
        return [batches[at] for at in rng.permutation(len(batches))]

    def parts(self, size: int) -> list[Data]:
        """The texts in their order, this many at a time."""
        every = np.arange(len(self.targets))
        return [self.take(every[at : at + size]) for at in range(0, len(every), size)]
