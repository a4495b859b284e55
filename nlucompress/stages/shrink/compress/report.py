"""What a search found: every candidate, the front among them, and the one that was chosen."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from nlucompress.algo.significance import Interval, wilson
from nlucompress.format import codec
from nlucompress.format.model import Model
from nlucompress.stages.measure.evaluate.gates import SLACK, Gate
from nlucompress.stages.measure.reported import Reported
from nlucompress.stages.shrink.compress.judge import Against, Judge, Verdict
from nlucompress.stages.shrink.compress.options import NO_MARGIN, CompressOptions
from nlucompress.stages.shrink.compress.pipeline import Pipeline
from nlucompress.stages.shrink.compress.search import answers_of
from nlucompress.stages.shrink.compress.trials import Trial, Trials

NEAREST = 3  # candidates that are named where none met the gates


@dataclass(frozen=True)
class HeldGate(Gate):
    """The outcome of a gate on a candidate.

    Attributes:
        bound: The value on as many unseen answers but for the risk, which decides; for the size the
            value itself.
        reference: Which the gate compares with, or None.
    """

    bound: float
    reference: str | None = None

    @property
    def slack(self) -> float:
        """How far within its limit the bound is, as a share of the limit."""
        inside = (
            self.bound - self.limit if self.name.startswith("min_") else self.limit - self.bound
        )
        return inside / max(self.limit, 1e-12)


@dataclass(frozen=True)
class Candidate:
    """A candidate that was tried.

    Attributes:
        number: In the order of trial, from 1.
        steps: How it is made.
        size_bytes: Of its file.
        accuracy: On the development set; of a tagger that of tokens.
        references: Against each reference, the model itself first.
        gates: Outcomes.
    """

    number: int
    steps: Pipeline
    size_bytes: int
    accuracy: float
    references: tuple[Against, ...]
    gates: tuple[HeldGate, ...]

    @property
    def met(self) -> bool:
        """Whether every gate was met."""
        return all(gate.met for gate in self.gates)

    @property
    def binding(self) -> HeldGate | None:
        """The gate that leaves least room, of those that are missed if any is."""
        return min(self.gates, key=lambda gate: (gate.met, gate.slack), default=None)


@dataclass(frozen=True)
class CompressReport(Reported):
    """Outcome of a search; rates are fractions.

    Attributes:
        original_bytes: Of the model's own file.
        original_accuracy: Of the model on the development set.
        answers: How many there are to give; units, such as sentences, that are drawn together.
        risk: That a gate is missed on as many unseen answers.
        needed: Units with which a file that changes no answer would meet every gate.
        candidates: In the order of trial.
        order: Their indices from the most wanted to the least.
        stopped_by_budget: Whether the time was over before the search.
    """

    original_bytes: int
    original_accuracy: float
    answers: int
    units: int
    risk: float
    needed: float
    candidates: tuple[Candidate, ...]
    order: tuple[int, ...]
    stopped_by_budget: bool

    @property
    def bounded(self) -> bool:
        """Whether bounds for unseen answers decided, not the figures as they are."""
        return self.risk < NO_MARGIN

    @property
    def chosen(self) -> Candidate | None:
        """The candidate that was chosen, if any met the gates."""
        best = self.candidates[self.order[0]]
        return best if best.met else None

    @property
    def nearest(self) -> tuple[Candidate, ...]:
        """The candidates that are nearest to the gates, the best first."""
        return tuple(self.candidates[at] for at in self.order[:NEAREST])

    @property
    def front(self) -> tuple[Candidate, ...]:
        """Candidates than which none is both smaller and better, the smallest first.

        Better is to lose less: accuracy drop plus NFR against the model itself.
        """
        return tuple(_front(self.candidates))

    def interval(self, candidate: Candidate) -> Interval:
        """Of its accuracy, by as many answers as there are units, at 95 %."""
        return wilson(round(candidate.accuracy * self.units), self.units)


def loss(candidate: Candidate) -> float:
    """Accuracy drop plus NFR against the model itself."""
    own = candidate.references[0]
    return own.accuracy_drop + own.nfr


def _front(candidates: Iterable[Candidate]) -> Iterable[Candidate]:
    least = float("inf")
    for each in sorted(candidates, key=lambda at: (at.size_bytes, loss(at), at.number)):
        if loss(each) < least:
            least = loss(each)
            yield each


def reported(
    model: Model, judge: Judge, trials: Trials, verdict: Verdict, options: CompressOptions
) -> CompressReport:
    """The figures of a search."""
    right = judge.right(answers_of(trials.found))
    candidates = tuple(
        Candidate(
            at + 1,
            trial.steps,
            trial.size,
            float(right[at].mean()),
            judge.against(right[at]),
            _gates(verdict, at, trial, options),
        )
        for at, trial in enumerate(trials.found)
    )
    return CompressReport(
        codec.size(model),
        float(judge.references[0].right.mean()),
        right.shape[1],
        judge.units,
        options.risk,
        verdict.needed,
        candidates,
        verdict.order,
        trials.stopped_by_budget,
    )


def _gates(
    verdict: Verdict, at: int, trial: Trial, options: CompressOptions
) -> tuple[HeldGate, ...]:
    gates: list[HeldGate] = []
    rows = (verdict.limits, verdict.figures[:, at], verdict.bounds[:, at])
    for (name, reference), *row in zip(verdict.names, *map(list, rows), strict=True):
        limit, value, bound = map(float, row)
        met = bound <= limit + SLACK
        if name == "min_accuracy":
            limit, value, bound = 1 - limit, 1 - value, 1 - bound
        gates.append(HeldGate(name, limit, value, met, bound, reference))
    most = options.gates.max_size
    if most is not None:
        gates.append(HeldGate("max_size", most, trial.size, trial.size <= most, trial.size))
    return tuple(gates)
