"""What a neural network learns from, and how: data and options, without torch."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from nlucompress.networks.neural.sequence import Batch
from nlucompress.training.schedules import Schedule

Int64 = NDArray[np.int64]
OptimizerName = Literal["adam", "adamw", "sgd"]

WINDOW = 16


@dataclass(frozen=True)
class LoopOptions:
    """How a neural network is trained.

    Attributes:
        epochs: Passes over the data at most.
        batch: Texts of a step.
        schedule: The learning rate of every step.
        optimizer: ``adam`` (Kingma & Ba 2015), ``adamw`` (Loshchilov & Hutter 2019) or ``sgd``
            with momentum 0.9. Rows of the table are updated only where they occur: without
            momentum under sgd, and without weight decay.
        weight_decay: Of the layers.
        dropout, word_dropout: Shares of activations and of words that a step leaves out.
        clip: Greatest norm of a step's gradient.
        patience: Epochs without a better development accuracy before training ends; 0 never ends.
        seed: Of the order of the texts, and of dropout.
        device: ``cpu`` or ``cuda``.
        threads: Threads of torch on the CPU; sums differ in their last bits between counts.
    """

    epochs: int = 20
    batch: int = 32
    schedule: Schedule = field(default_factory=Schedule)
    optimizer: OptimizerName = "adam"
    weight_decay: float = 0.0
    dropout: float = 0.3
    word_dropout: float = 0.1
    clip: float = 5.0
    patience: int = 5
    seed: int = 0
    device: str = "cpu"
    threads: int = 1


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
