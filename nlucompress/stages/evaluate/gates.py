"""Bounds that a report must meet, and how they came out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from nlucompress.errors import UsageError
from nlucompress.stages.evaluate.comparison import Comparison

SLACK = 1e-12  # a value that is at its bound but for rounding meets it


@dataclass(frozen=True)
class Gates:
    """Bounds that a model must meet; None is no bound. Every reference counts.

    Attributes:
        min_accuracy: Least accuracy in percent.
        max_accuracy_drop: Most percentage points (absolute) below a reference's accuracy.
        max_nfr: Most negative flips in percent of the examples.
        max_size: Most bytes of the file.
        confidence: With it, drop and flips miss their bound only if their bootstrap interval of
            this confidence lies above it altogether, so that noise misses no gate.
    """

    min_accuracy: float | None = None
    max_accuracy_drop: float | None = None
    max_nfr: float | None = None
    max_size: int | None = None
    confidence: float | None = None

    def check(self, references: int) -> None:
        """Refuse what does not fit so many references.

        Raises:
            UsageError: A gate compares with a reference and there is none, or the confidence is
                out of range.
        """
        if self.confidence is not None and not 0 < self.confidence < 1:
            raise UsageError(f"--confidence {self.confidence} is not above 0 and below 1")
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


def at_least(name: str, percent: float | None, value: float | None) -> tuple[Gate, ...]:
    """The outcome of a lower bound, none without one; an undefined value meets no bound."""
    if percent is None:
        return ()
    met = value is not None and value >= percent / 100 - SLACK
    return (Gate(name, percent / 100, value or 0.0, met),)


def at_most(name: str, percent: float | None, value: float) -> tuple[Gate, ...]:
    """The outcome of an upper bound, none without one."""
    if percent is None:
        return ()
    return (Gate(name, percent / 100, value, value <= percent / 100 + SLACK),)


def within_size(limit: int | None, size: int) -> tuple[Gate, ...]:
    """The outcome of a bound in bytes, none without one."""
    return () if limit is None else (Gate("max_size", limit, size, size <= limit),)


def outcomes(
    gates: Gates, accuracy: float, size: int, references: Sequence[Comparison]
) -> tuple[Gate, ...]:
    """Outcomes of an evaluation's gates; those that compare have one for each reference."""
    found = [*at_least("min_accuracy", gates.min_accuracy, accuracy)]
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
    name: str, percent: float | None, value: float, low: float, old: Comparison
) -> tuple[Gate, ...]:
    """The outcome against a reference: the least that the value may be decides."""
    return tuple(
        ReferenceGate(name, gate.limit, value, gate.met, old.name)
        for gate in at_most(name, percent, low)
    )
