"""Bounds that a report must meet, and how they came out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from nlucompress.errors import UsageError
from nlucompress.stages.measure.evaluate.comparison import Comparison
from nlucompress.stages.measure.evaluate.scope import Scope

SLACK = 1e-12  # a value that is at its bound but for rounding meets it


def check_fractions(options: object, *names: str) -> None:
    """Refuse bounds that are no fractions; None is none.

    Raises:
        UsageError: One is not from 0 to 1, or is the whole number 1, which may be meant as 1 %.
    """
    for name in names:
        value = getattr(options, name)
        if value is None:
            continue
        if isinstance(value, int) and value == 1:
            raise UsageError(f"{name}=1 could be read two ways: write 0.01 for 1 %, 1.0 for 100 %")
        if not 0 <= value <= 1:
            hint = f": for {value:g} % write {value / 100:g}" if 1 < value <= 100 else ""
            raise UsageError(f"{name}={value} is not a fraction from 0 to 1{hint}")


@dataclass(frozen=True)
class Gates:
    """Bounds that a model must meet; None is no bound. Every reference counts.

    Attributes:
        min_accuracy: Least accuracy, as a fraction: 0.95 is 95 %.
        max_accuracy_drop: Most by which accuracy may lie below a reference's, absolute, as a
            fraction: 0.006 is 0.6 percentage points.
        max_nfr: Most negative flips as a fraction of the examples: 0.012 is 1.2 %.
        min_unknown_recall: Least share of the out-of-scope texts that are answered as unknown.
        max_size: Most bytes of the file.
        confidence: With it, drop and flips miss their bound only if their bootstrap interval of
            this confidence lies above it altogether, so that noise misses no gate.
    """

    min_accuracy: float | None = None
    max_accuracy_drop: float | None = None
    max_nfr: float | None = None
    min_unknown_recall: float | None = None
    max_size: int | None = None
    confidence: float | None = None

    def __post_init__(self) -> None:
        """Check that shares are fractions.

        Raises:
            UsageError: One is out of range.
        """
        check_fractions(self, "min_accuracy", "max_accuracy_drop", "max_nfr", "min_unknown_recall")
        if self.confidence is not None and not 0 < self.confidence < 1:
            raise UsageError(f"--confidence {self.confidence} is not above 0 and below 1")

    def check(self, references: int) -> None:
        """Refuse what does not fit so many references.

        Raises:
            UsageError: A gate compares with a reference and there is none.
        """
        needs = self.max_accuracy_drop is not None or self.max_nfr is not None
        if needs and not references:
            raise UsageError("--max-accuracy-drop and --max-nfr compare with a --reference")


@dataclass(frozen=True)
class Gate:
    """A gate's outcome. Limit and value are fractions, or bytes for ``max_size``."""

    name: str
    limit: float
    value: float
    met: bool


@dataclass(frozen=True)
class ReferenceGate(Gate):
    """The outcome of a gate that compares, with the name of the reference."""

    reference: str


def at_least(name: str, bound: float | None, value: float | None) -> tuple[Gate, ...]:
    """The outcome of a lower bound, none without one; an undefined value meets no bound."""
    if bound is None:
        return ()
    met = value is not None and value >= bound - SLACK
    return (Gate(name, bound, value or 0.0, met),)


def at_most(name: str, bound: float | None, value: float) -> tuple[Gate, ...]:
    """The outcome of an upper bound, none without one."""
    if bound is None:
        return ()
    return (Gate(name, bound, value, value <= bound + SLACK),)


def within_size(limit: int | None, size: int) -> tuple[Gate, ...]:
    """The outcome of a bound in bytes, none without one."""
    return () if limit is None else (Gate("max_size", limit, size, size <= limit),)


def outcomes(
    gates: Gates,
    accuracy: float,
    size: int,
    references: Sequence[Comparison],
    scope: Scope | None = None,
) -> tuple[Gate, ...]:
    """Outcomes of an evaluation's gates; those that compare have one for each reference.

    Raises:
        UsageError: A gate is on unknown texts, and no model has an answer to them.
    """
    found = [*at_least("min_accuracy", gates.min_accuracy, accuracy)]
    if gates.min_unknown_recall is not None:
        if scope is None or scope.recall is None:
            raise UsageError(
                "--min-unknown-recall needs a model with a threshold (`nlucompress threshold`) and "
                "out-of-scope texts in the data"
            )
        found += at_least("min_unknown_recall", gates.min_unknown_recall, scope.recall)
    for old in references:
        sure = old.significance if gates.confidence is not None else None
        low = sure.drop.low if sure else old.accuracy_drop
        found += _compared(
            "max_accuracy_drop", gates.max_accuracy_drop, old.accuracy_drop, low, old
        )
    for old in references:
        sure = old.significance if gates.confidence is not None else None
        low = sure.nfr.low if sure else old.nfr
        found += _compared("max_nfr", gates.max_nfr, old.nfr, low, old)
    return (*found, *within_size(gates.max_size, size))


def _compared(
    name: str, bound: float | None, value: float, low: float, old: Comparison
) -> tuple[Gate, ...]:
    """The outcome against a reference: the least that the value may be decides."""
    return tuple(
        ReferenceGate(name, gate.limit, value, gate.met, old.name)
        for gate in at_most(name, bound, low)
    )
