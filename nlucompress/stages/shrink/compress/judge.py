"""Gates on the answers of many candidates, and which of them is wanted most."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nlucompress.algo import assurance
from nlucompress.algo.assurance import Bounded
from nlucompress.format.model import Model
from nlucompress.stages.measure.evaluate.comparison import comparable
from nlucompress.stages.shrink.compress.measures import Measure
from nlucompress.stages.shrink.compress.options import NO_MARGIN, CompressOptions

Bools = NDArray[np.bool_]
Float64 = NDArray[np.float64]
Int64 = NDArray[np.int64]


@dataclass(frozen=True)
class Old:
    """A reference: which answers can be compared with it, and which of them it has right."""

    name: str
    compared: Bools
    right: Bools


@dataclass(frozen=True)
class Against:
    """A candidate against a reference, as fractions of the answers that are compared."""

    name: str
    accuracy_drop: float
    nfr: float


@dataclass(frozen=True)
class Verdict:
    """What is known of all candidates together.

    Attributes:
        margin: Standard errors by which a figure must lie within its bound.
        names: Of the gates, with their reference or None: the first axis of ``figures``.
        figures, errors: Each gate's figure and its standard error, shape (gates, trials).
        limits: Shape (gates,).
        met: Whether every gate is met with its margin, the size's too; shape (trials,).
        order: Trials from the most wanted to the least.
    """

    margin: float
    names: tuple[tuple[str, str | None], ...]
    figures: Float64
    errors: Float64
    limits: Float64
    met: Bools
    order: tuple[int, ...]

    @property
    def bounds(self) -> Float64:
        """What is held against the limits, shape (gates, trials)."""
        return self.figures + self.margin * self.errors


class Judge:
    """Judges candidates by their answers to the development set and by their bytes."""

    def __init__(
        self,
        model: Model,
        measure: Measure,
        answered: Mapping[str, tuple[Model, Sequence[str]]],
        options: CompressOptions,
    ) -> None:
        """Compare the references with the truth.

        Args:
            model: The model that is compressed.
            measure: Its measure.
            answered: References by name with their answers; the first is the model itself.
            options: With the gates.

        Raises:
            DataError: A reference shares no label with the model, or none of the data.
        """
        self._options = options
        self._unit_of = measure.units
        self.units = int(measure.units[-1]) + 1
        numbers = {label: at for at, label in enumerate(model.answers)}
        self._truth = np.array([numbers.get(label, -1) for label in measure.truth], np.int64)
        self.references = tuple(
            Old(
                name,
                comparable(model, old, name, measure.truth),
                np.array([a == b for a, b in zip(given, measure.truth, strict=True)], np.bool_),
            )
            for name, (old, given) in answered.items()
        )

    def right(self, answers: Int64) -> Bools:
        """Which answers are right, of the shape of the answers."""
        result: Bools = answers == self._truth
        return result

    def against(self, right: Bools) -> tuple[Against, ...]:
        """A candidate, by which of its answers are right, against each reference."""
        found = []
        for old in self.references:
            before, after = old.right[old.compared], right[old.compared]
            drop = float(before.mean()) - float(after.mean())
            found.append(Against(old.name, drop, float((before & ~after).mean())))
        return tuple(found)

    def verdict(self, answers: Int64, sizes: Sequence[int]) -> Verdict:
        """Judge candidates.

        Args:
            answers: Numbers of labels, shape (trials, answers).
            sizes: Bytes of each.
        """
        gates, right = self._options.gates, self.right(answers)
        names: list[tuple[str, str | None]] = []
        bounded: list[Bounded] = []
        if gates.min_accuracy is not None:
            names.append(("min_accuracy", None))
            everything = np.ones(right.shape[1], np.bool_)
            bounded.append(
                self._bounded(-right.astype(np.float32), everything, -gates.min_accuracy)
            )
        for old in self.references:
            if gates.max_accuracy_drop is not None:
                names.append(("max_accuracy_drop", old.name))
                lost = old.right.astype(np.float32) - right
                bounded.append(self._bounded(lost, old.compared, gates.max_accuracy_drop))
        for old in self.references:
            if gates.max_nfr is not None:
                names.append(("max_nfr", old.name))
                flipped = (old.right & ~right).astype(np.float32)
                bounded.append(self._bounded(flipped, old.compared, gates.max_nfr))
        by_size = np.argsort(sizes, kind="stable").tolist()
        margin = 0.0
        if bounded and self._options.risk < NO_MARGIN:
            margin = assurance.margin(bounded, by_size, self._options.risk, self._options.seed)
        count = len(sizes)
        figures = np.array([each.figures for each in bounded]).reshape(len(bounded), count)
        errors = np.array([each.errors() for each in bounded]).reshape(len(bounded), count)
        limits = np.array([each.limit for each in bounded])
        bounds = figures + margin * errors
        excess = np.maximum(bounds - limits[:, None], 0).max(axis=0, initial=0)
        excess[excess <= assurance.SLACK] = 0
        fits = np.array([gates.max_size is None or size <= gates.max_size for size in sizes])
        first, then = excess > 0, excess
        if not bounded:
            first, then = ~fits, np.where(fits, self._loss(right), np.array(sizes))
        keys = zip(first.tolist(), then.tolist(), sizes, range(count), strict=True)
        order = tuple(at for *_, at in sorted(keys))
        met = (excess == 0) & fits
        return Verdict(margin, tuple(names), figures, errors, limits, met, order)

    def _bounded(self, values: NDArray[np.float32], among: Bools, limit: float) -> Bounded:
        """A figure of the answers that are marked, summed by unit."""
        sizes = np.bincount(self._unit_of, among, self.units).astype(np.float32)
        if self.units == len(self._unit_of):
            return Bounded(values * among, sizes, limit)
        starts = np.searchsorted(self._unit_of, np.arange(self.units))
        return Bounded(np.add.reduceat(values * among, starts, axis=1), sizes, limit)

    def _loss(self, right: Bools) -> Float64:
        """Accuracy drop plus NFR against the model itself, shape (trials,)."""
        old = self.references[0].right
        lost = (old & ~right).mean(axis=1)
        result: Float64 = 2 * lost - (~old & right).mean(axis=1)
        return result
