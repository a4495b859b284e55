"""Learning-rate schedules: the rate of every step, without torch."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

from nlucompress.errors import UsageError

ScheduleName = Literal["fixed", "clr", "calr", "cosine", "onecycle"]
DecayEvery = Literal["cycle", "epoch"]
SCHEDULES: tuple[ScheduleName, ...] = ("fixed", "clr", "calr", "cosine", "onecycle")


@dataclass(frozen=True)
class Schedule:
    """How the learning rate moves between its bounds.

    Attributes:
        name: ``fixed`` stays at ``upper``; ``clr`` is the triangular cycle of Smith 2017; ``calr``
            the cyclically annealed rate of Acharya et al. 2019 (section 3.2): the upper bound is
            multiplied by ``decay`` after every cycle or epoch, and pumped up again when it has come
            down to the lower one; ``cosine`` falls once (Loshchilov & Hutter 2017); ``onecycle``
            rises over the first 30 % of the steps and then falls (Smith & Topin 2018).
        upper, lower: Bounds of the rate.
        half_cycle: Steps from the lower to the upper bound; a cycle has twice as many.
        decay: Factor of the upper bound, for ``calr``.
        decay_every: When it falls: after every ``cycle`` or ``epoch``.
    """

    name: ScheduleName = "calr"
    upper: float = 1e-3
    lower: float = 1e-6
    half_cycle: int = 1000
    decay: float = 0.1
    decay_every: DecayEvery = "cycle"

    def __post_init__(self) -> None:
        """Check the name and every range.

        Raises:
            UsageError: The name is unknown, or a number is out of range.
        """
        if self.name not in SCHEDULES:
            raise UsageError(f"unknown schedule {self.name!r}; known: {', '.join(SCHEDULES)}")
        if self.decay_every not in ("cycle", "epoch"):
            raise UsageError(f"unknown --decay-every {self.decay_every!r}; known: cycle, epoch")
        for option, rate in (("--rate", self.upper), ("--lowest-rate", self.lower)):
            if not 0 < rate < math.inf:
                raise UsageError(f"{option} {rate} is not above 0 and finite")
        if self.name != "fixed" and self.lower >= self.upper:
            raise UsageError(f"--lowest-rate {self.lower:g} is not below --rate {self.upper:g}")
        if self.half_cycle < 1:
            raise UsageError(f"--half-cycle {self.half_cycle} is not at least 1")
        if not 0 < self.decay < 1:
            raise UsageError(f"--decay {self.decay} is not above 0 and below 1")

    def rate(self, step: int, steps: int, epoch_steps: int = 1) -> float:
        """Learning rate of a step, counted from 0, of this many steps in all and in an epoch."""
        if self.name == "fixed":
            return self.upper
        if self.name == "cosine":
            return self._between(self.upper, 0.5 + 0.5 * math.cos(math.pi * step / max(steps, 1)))
        if self.name == "onecycle":
            rise = max(1, round(0.3 * steps))
            if step < rise:
                return self._between(self.upper, (step + 1) / rise)
            share = (step - rise) / max(steps - rise, 1)
            return self._between(self.upper, 0.5 + 0.5 * math.cos(math.pi * share))
        cycle, within = divmod(step, 2 * self.half_cycle)
        # 0 at the ends of a cycle, 1 in its middle
        height = 1 - abs(within / self.half_cycle - 1)
        if self.name == "clr":
            return self._between(self.upper, height)
        past = cycle if self.decay_every == "cycle" else step // epoch_steps
        return self._between(self._upper(past), height)

    def _upper(self, past: int) -> float:
        """upper * decay^n, where n starts again at 0 once the bound has met the lower one."""
        falls = math.ceil(math.log(self.lower / self.upper) / math.log(self.decay) - 1e-9)
        return self.upper * self.decay ** (past % max(1, falls))

    def _between(self, upper: float, height: float) -> float:
        return self.lower + (upper - self.lower) * height
