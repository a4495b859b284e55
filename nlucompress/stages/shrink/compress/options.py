"""What a user chooses for compress."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from nlucompress.errors import UsageError
from nlucompress.stages.measure.evaluate.gates import Gates

Effort = Literal["low", "normal", "high"]
TRIALS: dict[Effort, int] = {"low": 80, "normal": 250, "high": 1000}
BEAM: dict[Effort, int] = {"low": 2, "normal": 4, "high": 8}
NO_MARGIN = 0.5  # a risk from which on the figures of the development set count as they are
# Where neither a gate nor a preset is named.
DEFAULT_GATES = Gates(max_accuracy_drop=0.005, max_nfr=0.01)


@dataclass(frozen=True)
class CompressOptions:
    """Options of ``compress`` with a development set.

    Attributes:
        gates: Bounds; those that compare hold against the model itself and every reference.
        risk: Share of cases, above 0, in which the file may miss a gate on an unseen set as large
            as the development set; from 0.5 on the figures there count as they are.
        effort: How many candidates are tried at most, and from how many the search goes on.
        budget: Seconds after which no further candidates are tried, or None.
        jobs: Candidates that are tried at once; what comes out does not depend on it.
        seed: Of the splits behind ``risk``.
    """

    gates: Gates = field(default=DEFAULT_GATES)
    risk: float = 0.1
    effort: Effort = "normal"
    budget: float | None = None
    jobs: int = 1
    seed: int = 1

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
        if not 0 <= self.seed < 1 << 63:
            raise UsageError(f"--seed {self.seed} is not within 0 to 2^63 - 1")
        if self.gates.confidence is not None:
            raise UsageError("compress holds its gates by risk; a confidence is for evaluate")
