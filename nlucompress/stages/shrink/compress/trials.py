"""Candidates are made and measured, each once; what several begin with is made once too."""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import chain, groupby

import numpy as np
from numpy.typing import NDArray

from nlucompress.format import codec
from nlucompress.format.model import Model
from nlucompress.progress import unheard
from nlucompress.stages.shrink.compress.choices import Point, Space
from nlucompress.stages.shrink.compress.measures import Measure
from nlucompress.stages.shrink.compress.pipeline import Pipeline

KEPT = 6  # models between stages that are kept for those that begin alike


@dataclass(frozen=True)
class Trial:
    """A candidate that was tried.

    Attributes:
        point: Its place in the space.
        steps: How it is made.
        size: Bytes of its file.
        answers: To the development set, numbers of labels.
    """

    point: Point
    steps: Pipeline
    size: int
    answers: NDArray[np.int64]


class Maker:
    """Makes models from one model."""

    def __init__(self, model: Model) -> None:
        """Begin with a model."""
        self._model = model
        self._made: OrderedDict[Pipeline, Model] = OrderedDict()

    def made(self, steps: Pipeline) -> Model:
        """The model behind these steps; those behind all but the last are kept for a while."""
        if not steps:
            return self._model
        before = self._made.get(steps[:-1])
        if before is None:
            before = self.made(steps[:-1])
            self._made[steps[:-1]] = before
            while len(self._made) > KEPT:
                self._made.popitem(last=False)
        return steps[-1].run(before)


class Trials:
    """Candidates in the order of their trial; a place that was tried is not tried again."""

    def __init__(
        self,
        model: Model,
        space: Space,
        measure: Measure,
        most: int,
        jobs: int = 1,
        budget: float | None = None,
        told: Callable[[Trial], None] | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Prepare.

        Args:
            model: What is compressed.
            space: Where candidates lie.
            measure: Their answers.
            most: Trials at most.
            jobs: Trials at once.
            budget: Seconds after which none begins, once there is one.
            told: Called with each, in order.
            clock: Tells seconds.
        """
        self.found: list[Trial] = []
        self.space = space
        self.stopped_by_budget = False
        self._tried: set[Point] = set()
        self._model, self._measure, self._most, self._told = model, measure, most, told
        self._jobs, self._clock = jobs, clock
        self._end = None if budget is None else clock() + budget

    @property
    def over(self) -> bool:
        """Whether no more may be tried."""
        return self.stopped_by_budget or len(self.found) >= self._most

    def untried(self, points: Iterable[Point]) -> list[Point]:
        """Those that were not tried, each once, in order."""
        return [point for point in dict.fromkeys(points) if point not in self._tried]

    def run(self, points: Sequence[Point]) -> None:
        """Try candidates in the order of their points, until no more may be tried."""
        chosen = sorted(self.untried(points)[: self._most - len(self.found)])
        alike = [list(each) for _, each in groupby(chosen, lambda at: self.space.pipeline(at)[0])]
        if self._jobs == 1:
            self._keep(map(self._group, alike))
            return
        with ThreadPoolExecutor(self._jobs) as pool:
            self._keep(pool.map(self._group, alike))

    def _group(self, points: Sequence[Point]) -> list[Trial | None]:
        """Trials that begin alike; None where there was no time left."""
        maker = Maker(self._model)
        made: list[Trial | None] = []
        for point in points:
            in_time = self._end is None or self._clock() < self._end
            made.append(self._try(maker, point) if in_time or not (self.found or made) else None)
        return made

    def _keep(self, groups: Iterable[Sequence[Trial | None]]) -> None:
        for trial in chain.from_iterable(groups):
            if trial is None:
                self.stopped_by_budget = True
                return
            self._tried.add(trial.point)
            self.found.append(trial)
            if self._told is not None:
                self._told(trial)

    def _try(self, maker: Maker, point: Point) -> Trial:
        steps = self.space.pipeline(point)
        with unheard():
            hashed = maker.made(steps[:-1])
            file = codec.to_bytes(steps[-1].run(hashed))
            return Trial(point, steps, len(file), self._measure.answers(hashed, file))
