"""What a neural network learns from, and how: data and options, without torch."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from nlucompress.errors import UsageError
from nlucompress.networks.neural.sequence import Batch
from nlucompress.training.schedules import Schedule

Int64 = NDArray[np.int64]
OptimizerName = Literal["adam", "adamw", "sgd"]
OPTIMIZERS: tuple[OptimizerName, ...] = ("adam", "adamw", "sgd")
DEVICES = ("cpu", "cuda")

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

    def __post_init__(self) -> None:
        """Check every range.

        Raises:
            UsageError: An option is out of range, or a name is unknown.
        """
        for name, least in (("epochs", 1), ("batch", 1), ("patience", 0), ("threads", 1)):
            if not getattr(self, name) >= least:
                raise UsageError(f"--{name} {getattr(self, name)} is not at least {least}")
        if not 0 <= self.seed <= 2**31:
            raise UsageError(f"--seed {self.seed} is not within 0 to 2^31")
        for name, known in (("optimizer", OPTIMIZERS), ("device", DEVICES)):
            if getattr(self, name) not in known:
                raise UsageError(
                    f"unknown {name} {getattr(self, name)!r}; known: {', '.join(known)}"
                )
        for name in ("dropout", "word_dropout"):
            if not 0 <= getattr(self, name) < 1:
                option = name.replace("_", "-")
                raise UsageError(f"--{option} {getattr(self, name)} is not from 0 and below 1")
        if not 0 <= self.weight_decay < math.inf:
            raise UsageError(f"--weight-decay {self.weight_decay} is not at least 0 and finite")
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
