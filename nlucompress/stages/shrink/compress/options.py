"""What a user chooses for compress."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar, Literal, get_args

from nlucompress.algo.assurance import least_limit
from nlucompress.errors import UsageError
from nlucompress.options import Options, option
from nlucompress.stages.measure.evaluate.gates import Gates

Effort = Literal["low", "normal", "high"]
Preset = Literal["faithful", "balanced", "small"]
PRESETS: tuple[Preset, ...] = get_args(Preset)
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
class CompressOptions(Options):
    """Options of ``compress`` with a development set.

    Attributes:
        gates: Bounds; those that compare hold against the model itself and every reference.
    """

    title: ClassVar[str] = "The search (with --dev)"

    gates: Gates = field(default=DEFAULT_GATES)
    risk: float = option(
        0.1,
        "Probability that a file is written and misses a gate on an unseen set as large as --dev; "
        "50% and more take the figures as they are",
        unit="share",
        above=0,
        below=1,
    )
    effort: Effort = option(
        "normal", "How many candidates are tried: up to 80, 250 or 1000", choices=get_args(Effort)
    )
    budget: float | None = option(
        None, "Begin no candidate later: 60s, 2m", kind=float, above=0, metavar="TIME"
    )
    jobs: int = option(1, "Candidates at once; what comes out does not depend on it", least=1)

    def __post_init__(self) -> None:
        """Check every range.

        Raises:
            UsageError: An option is out of range, or the gates are of another kind.
        """
        super().__post_init__()
        if self.gates.confidence is not None:
            raise UsageError("compress holds its gates by risk; a confidence is for evaluate")
