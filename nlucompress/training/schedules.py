"""Learning-rate schedules: the rate of every step, without torch."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal, get_args

from nlucompress.errors import UsageError
from nlucompress.options import Options, option

ScheduleName = Literal["fixed", "clr", "calr", "cosine", "onecycle"]
DecayEvery = Literal["cycle", "epoch"]


@dataclass(frozen=True)
class Schedule(Options):
    """How the learning rate moves between its bounds.

    ``clr`` is the triangular cycle of Smith 2017, ``calr`` the cyclically annealed rate of Acharya
    et al. 2019 (section 3.2): the upper bound is multiplied by ``decay`` after every cycle or
    epoch, and pumped up again when it has come down to the lower one. ``cosine`` falls once
    (Loshchilov & Hutter 2017); ``onecycle`` rises over the first 30 % of the steps and then falls
    (Smith & Topin 2018).
    """

    title = "Learning rate of neural networks"

    name: ScheduleName = option(
        "onecycle",
        "How the rate moves; calr is the cyclically annealed one of Acharya et al. 2019",
        choices=get_args(ScheduleName),
        flag="schedule",
    )
    learning_rate: float = option(1e-3, "Highest learning rate", above=0)
    lowest_learning_rate: float = option(1e-6, "Lowest learning rate of a schedule", above=0)
    half_cycle: int = option(1000, "clr, calr: steps from the lowest rate to the highest", least=1)
    decay: float = option(0.1, "calr: factor of the highest rate", above=0, below=1)
    decay_every: DecayEvery = option(
        "cycle", "calr: when the highest rate falls", choices=get_args(DecayEvery)
    )

    def __post_init__(self) -> None:
        """Check every field, and that the bounds are the right way round.

        Raises:
            UsageError: A name is unknown, or a number is out of range.
        """
        super().__post_init__()
        if self.name != "fixed" and self.lowest_learning_rate >= self.learning_rate:
            raise UsageError(
                f"--lowest-learning-rate {self.lowest_learning_rate:g} is not below "
                f"--learning-rate {self.learning_rate:g}"
            )

    def rate(self, step: int, steps: int, epoch_steps: int = 1) -> float:
        """Learning rate of a step, counted from 0, of this many steps in all and in an epoch."""
        if self.name == "fixed":
            return self.learning_rate
        if self.name == "cosine":
            return self._between(
                self.learning_rate, 0.5 + 0.5 * math.cos(math.pi * step / max(steps, 1))
            )
        if self.name == "onecycle":
            rise = max(1, round(0.3 * steps))
            if step < rise:
                return self._between(self.learning_rate, (step + 1) / rise)
            share = (step - rise) / max(steps - rise, 1)
            return self._between(self.learning_rate, 0.5 + 0.5 * math.cos(math.pi * share))
        cycle, within = divmod(step, 2 * self.half_cycle)
        # 0 at the ends of a cycle, 1 in its middle
        height = 1 - abs(within / self.half_cycle - 1)
        if self.name == "clr":
            return self._between(self.learning_rate, height)
        past = cycle if self.decay_every == "cycle" else step // epoch_steps
        return self._between(self._upper(past), height)

    def _upper(self, past: int) -> float:
        """upper * decay^n, where n starts again at 0 once the bound has met the lower one."""
        falls = math.ceil(
            math.log(self.lowest_learning_rate / self.learning_rate) / math.log(self.decay) - 1e-9
        )
        return self.learning_rate * self.decay ** (past % max(1, falls))

    def _between(self, upper: float, height: float) -> float:
        return self.lowest_learning_rate + (upper - self.lowest_learning_rate) * height
