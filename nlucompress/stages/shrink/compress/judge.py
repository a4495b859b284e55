"""Gates on the answers of many candidates, and which of them is wanted most."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nlucompress.algo.assurance import Counts, least_examples
from nlucompress.format.model import Model
from nlucompress.stages.measure.evaluate.comparison import comparable
from nlucompress.stages.measure.evaluate.gates import SLACK
from nlucompress.stages.shrink.compress.choices import Point
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
        names: Of the gates, with their reference or None: the first axis of ``figures``.
        figures, errors: Each gate's figure and its standard error, shape (gates, trials).
        bounds: What is held against the limits, of the same shape.
        limits: Shape (gates,). A least accuracy counts as a most error.
        met: Whether every gate is met by its bound, the size's too; shape (trials,).
        order: Trials from the most wanted to the least.
        needed: Examples with which a file that changes no answer would meet every gate.
    """

    names: tuple[tuple[str, str | None], ...]
    figures: Float64
    errors: Float64
    bounds: Float64
    limits: Float64
    met: Bools
    order: tuple[int, ...]
    needed: float


@dataclass(frozen=True)
class Bounded:
    """A gate's counts and its limit."""

    name: str
    reference: str | None
    counts: Counts
    limit: float


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

    def verdict(
        self, answers: Int64, sizes: Sequence[int], points: Sequence[Point] = ()
    ) -> Verdict:
        """Judge candidates.

        A figure's bound is that of the candidate, and that of the mean of it and of those one step
        away if that is worse: the smallest of many is lucky, and a candidate's neighbours share
        only such luck as the bound accounts for.

        Args:
            answers: Numbers of labels, shape (trials, answers).
            sizes: Bytes of each.
            points: Their places; without them no neighbours are looked at.
        """
        gates, right, risk = self._options.gates, self.right(answers), self._options.risk
        bounded = list(self._bounded(right))
        count = len(sizes)

        def rows(values: Sequence[Float64]) -> Float64:
            return np.array(values).reshape(len(bounded), count)

        figures = rows([each.counts.figures for each in bounded])
        bounds = figures
        if risk < NO_MARGIN:
            bounds = rows([each.counts.bounds(risk) for each in bounded])
            if len(points):
                near = neighbours(points)
                alike = [each.counts.averaged(near).bounds(risk) for each in bounded]
                bounds = np.maximum(bounds, rows(alike))
        limits = np.array([each.limit for each in bounded])
        excess = np.maximum(bounds - limits[:, None], 0).max(axis=0, initial=0)
        excess[excess <= SLACK] = 0
        fits = np.array([gates.max_size is None or size <= gates.max_size for size in sizes])
        first, then = excess > 0, excess
        if not bounded:
            first, then = ~fits, np.where(fits, self._loss(right), np.array(sizes))
        keys = zip(first.tolist(), then.tolist(), sizes, range(count), strict=True)
        return Verdict(
            tuple((each.name, each.reference) for each in bounded),
            figures,
            rows([each.counts.errors for each in bounded]),
            bounds,
            limits,
            (excess == 0) & fits,
            tuple(at for *_, at in sorted(keys)),
            self._needed(bounded),
        )

    def _bounded(self, right: Bools) -> Iterator[Bounded]:
        gates = self._options.gates
        if gates.min_accuracy is not None:
            everything = np.ones(right.shape[1], np.bool_)
            counts = self._counts(~right, None, everything)
            yield Bounded("min_accuracy", None, counts, 1 - gates.min_accuracy)
        for old in self.references:
            if gates.max_accuracy_drop is not None:
                counts = self._counts(old.right & ~right, ~old.right & right, old.compared)
                yield Bounded("max_accuracy_drop", old.name, counts, gates.max_accuracy_drop)
        for old in self.references:
            if gates.max_nfr is not None:
                counts = self._counts(old.right & ~right, None, old.compared)
                yield Bounded("max_nfr", old.name, counts, gates.max_nfr)

    def _counts(self, worse: Bools, better: Bools | None, among: Bools) -> Counts:
        """Flips among the answers that are marked, by unit."""
        sizes = np.bincount(self._unit_of, among, self.units).astype(np.float64)

        def by_unit(flips: Bools) -> NDArray[np.float32]:
            values = (flips & among).astype(np.float32)
            if self.units == len(self._unit_of):
                return values
            starts = np.searchsorted(self._unit_of, np.arange(self.units))
            return np.add.reduceat(values, starts, axis=1)

        return Counts.of(by_unit(worse), None if better is None else by_unit(better), sizes)

    def _needed(self, bounded: Sequence[Bounded]) -> float:
        """Examples, of the data's own kind, that a file which changes nothing needs."""
        return max(
            (
                least_examples(each.limit, self._options.risk) * self.units / each.counts.examples
                for each in bounded
                if each.reference is not None
            ),
            default=0.0,
        )

    def _loss(self, right: Bools) -> Float64:
        """Accuracy drop plus NFR against the model itself, shape (trials,)."""
        old = self.references[0].right
        lost = (old & ~right).mean(axis=1)
        result: Float64 = 2 * lost - (~old & right).mean(axis=1)
        return result


def neighbours(points: Sequence[Point]) -> Float64:
    """Weights that take the mean over a place and those a step away, shape (places, places)."""
    places = np.array(points)
    near = np.abs(places[:, None, :] - places[None, :, :]).sum(axis=2) <= 1
    result: Float64 = near / near.sum(axis=1, keepdims=True)
    return result
