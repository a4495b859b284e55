"""What retrieval is asked for, and what it tells."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from nlucompress.errors import UsageError
from nlucompress.options import Options, option
from nlucompress.stages.measure.evaluate.gates import Gate, at_least, at_most, within_size
from nlucompress.stages.measure.reported import Reported


@dataclass(frozen=True)
class RetrievalOptions(Options):
    """What to measure, and its gates; ``max_size`` is in bytes of the query model's file."""

    recall: tuple[int, ...] = option(
        (1, 5, 10), "Look among so many nearest items", unit="counts", least=1
    )
    min_update_gain: float | None = option(
        None,
        "Gate: least share of what an update can gain (Shen et al. 2020, section 3)",
        kind=float,
        unit="gate",
        least=0,
        most=1,
    )
    max_cross_drop: float | None = option(
        None,
        "Gate: most points of top-1 that new queries may lie below old ones in the old gallery",
        kind=float,
        unit="points",
        least=0,
        most=1,
    )
    max_size: int | None = None

    def __post_init__(self) -> None:
        """Check the bounds and the numbers of items.

        Raises:
            UsageError: A number is below 1 or there is none, or a bound is not a fraction.
        """
        super().__post_init__()
        if not self.recall:
            raise UsageError("--recall takes at least one number")


@dataclass(frozen=True)
class Retrieval:
    """Share of queries whose nearest item, or one of the k nearest, has their label."""

    top1: float
    recall: Mapping[int, float]


@dataclass(frozen=True)
class HeadReport:
    """Accuracy of the old model's last layer on its own and on the new representations."""

    old: float
    cross: float


@dataclass(frozen=True)
class RetrievalReport(Reported):
    """Outcome; rates are fractions.

    Attributes:
        queries: Texts that ask.
        gallery: Texts that are found.
        absent: Queries of whose label the gallery has none; they find nothing and count as misses.
        old: Old queries in the old gallery.
        cross: New queries in the old gallery.
        new: New queries in a new gallery.
        reference: The reference's queries in its own gallery, if one was given.
        compatible: Whether cross is above old in top-1: the empirical criterion of compatibility
            (Shen et al. 2020, section 3).
        update_gain: (cross - old) / (reference - old) in top-1 (there), with new in the
            reference's place if there is none; None where that does not rise above old.
        head: What the old classifier says to new representations; None if the gallery's
            representations are projected and so are none that its classifier reads.
        size_bytes: Size of the query model's file.
        gallery_bytes: Size of the gallery model's file.
    """

    queries: int
    gallery: int
    absent: int
    old: Retrieval
    cross: Retrieval
    new: Retrieval
    reference: Retrieval | None
    compatible: bool
    update_gain: float | None
    head: HeadReport | None
    size_bytes: int
    gallery_bytes: int
    gates: tuple[Gate, ...]

    @property
    def passed(self) -> bool:
        """Whether every gate was met."""
        return all(gate.met for gate in self.gates)


def gates_of(
    options: RetrievalOptions, gain: float | None, drop: float, size: int
) -> tuple[Gate, ...]:
    """Outcomes; an update gain that is undefined meets no bound."""
    return (
        *at_least("min_update_gain", options.min_update_gain, gain),
        *at_most("max_cross_drop", options.max_cross_drop, drop),
        *within_size(options.max_size, size),
    )
