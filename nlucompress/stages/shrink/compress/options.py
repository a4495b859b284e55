"""What a user chooses for compress."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from nlucompress.algo.assurance import least_limit
from nlucompress.errors import UsageError
from nlucompress.stages.measure.evaluate.gates import Gates

Effort = Literal["low", "normal", "high"]
TRIALS: dict[Effort, int] = {"low": 80, "normal": 250, "high": 1000}
BEAM: dict[Effort, int] = {"low": 2, "normal": 4, "high": 8}
NO_MARGIN = 0.5  # a risk from which on the figures of the development set count as they are
# Where neither a gate nor a preset is named.
DEFAULT_GATES = Gates(max_accuracy_drop=0.005, max_nfr=0.01)


def default_gates(units: int, risk: float = 0.1) -> Gates:
    """The default gates, or the narrowest that so few examples or sentences can be sure of."""
    least = least_limit(units, risk) if risk < NO_MARGIN else 0.0
    drop, nfr = DEFAULT_GATES.max_accuracy_drop or 0, DEFAULT_GATES.max_nfr or 0
    return Gates(max_accuracy_drop=max(drop, least), max_nfr=max(nfr, least))


@dataclass(frozen=True)
class CompressOptions:
    """Options of ``compress`` with a development set.

    Attributes:
        gates: Bounds; those that compare hold against the model itself and every reference.
        risk: Probability, above 0, that the file is written and misses a gate on an unseen set as
            large as the development set; from 0.5 on the figures there count as they are.
        effort: How many candidates are tried at most, and from how many the search goes on.
        budget: Seconds after which no further candidates are tried, or None.
        jobs: Candidates that are tried at once; what comes out does not depend on it.
    """

    gates: Gates = field(default=DEFAULT_GATES)
    risk: float = 0.1
    effort: Effort = "normal"
    budget: float | None = None
    jobs: int = 1

    def __post_init__(self) -> None:
        """Check every range.

        Raises:
            UsageError: An option is out of range.
        """
        if not 0 < self.risk < 1:
            raise UsageError(f"--risk {self.risk} is not above 0 and below 1")
        if self.effort not in TRIALS:
            raise UsageError(f"unknown effort {self.effort!r}; known: {', '.join(TRIALS)}")
        if self.budget is not None and not self.budget > 0:
            raise UsageError(f"--budget {self.budget} is not above 0")
        if self.jobs < 1:
            raise UsageError(f"--jobs {self.jobs} is not at least 1")
        if self.gates.confidence is not None:
            raise UsageError("compress holds its gates by risk; a confidence is for evaluate")
