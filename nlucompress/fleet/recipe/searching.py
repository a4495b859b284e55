"""`compress` as a stage of a recipe: the gates are those of the recipe."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from nlucompress.errors import NluCompressError
from nlucompress.fleet.job.case import Case
from nlucompress.format.model import Model
from nlucompress.stages.measure.evaluate.gates import Gates
from nlucompress.stages.shrink.compress.options import (
    DEFAULT_GATES,
    CompressOptions,
    Effort,
    Preset,
    default_gates,
)

_BOUNDS = ("min_accuracy", "max_accuracy_drop", "max_nfr", "max_size")


@dataclass(frozen=True)
class SearchOptions:
    """Options of ``compress`` in a recipe; jobs are the fleet's.

    Attributes:
        preset: Instead of a search, which needs data: one of the fixed pipelines.
        risk, effort, budget: As in ``CompressOptions``.
    """

    preset: Preset | None = None
    risk: float = CompressOptions.risk
    effort: Effort = CompressOptions.effort
    budget: float | None = CompressOptions.budget

    def __post_init__(self) -> None:
        """Check every range.

        Raises:
            UsageError: An option is out of range.
        """
        self.options(DEFAULT_GATES)

    def options(self, gates: Gates) -> CompressOptions:
        """Those of the search for gates.

        Raises:
            UsageError: The gates are not those of a search.
        """
        kept = dataclasses.asdict(self)
        del kept["preset"]
        bounds = {name: getattr(gates, name) for name in _BOUNDS}
        return CompressOptions(gates=Gates(**bounds, confidence=gates.confidence), **kept)


class NothingMetError(NluCompressError):
    """No candidate met the gates.

    Attributes:
        figures: Of the candidate that is nearest to them.
        gates: Its outcomes.
    """

    def __init__(self, figures: Mapping[str, float], gates: tuple[Mapping[str, Any], ...]) -> None:
        """Figures and gates of the nearest."""
        super().__init__("no candidate met the gates")
        self.figures, self.gates = figures, gates


def searched(options: SearchOptions, gates: Gates, case: Case, model: Model) -> Model:
    """The smallest sealed model that meets gates, or that of the preset.

    Args:
        options: What the recipe says.
        gates: The recipe's.
        case: The data, and what the gates compare with beside the model itself.
        model: The model, behind the stages before.

    Raises:
        NothingMetError: No candidate met the gates.
        DataError: There are no data, or none that fit.
    """
    from nlucompress.stages.shrink.compress.stage import by_preset, compress

    if options.preset is not None:
        return by_preset(model, options.preset)[0]
    bounded = any(getattr(gates, name) is not None for name in _BOUNDS)
    asked = options.options(gates if bounded else default_gates(len(case.data), options.risk))
    small, report = compress(model, case.data, case.others, asked, case.name)
    if small is not None:
        return small
    best = report.nearest[0]
    against = best.references[-1]
    figures = {
        "size_before": report.original_bytes,
        "size_after": best.size_bytes,
        "examples": report.units,
        "accuracy": best.accuracy,
        "accuracy_before": report.original_accuracy,
        "accuracy_drop": against.accuracy_drop,
        "nfr": against.nfr,
    }
    outcomes = map(dataclasses.asdict, best.gates)
    raise NothingMetError(
        figures,
        tuple({key: each[key] for key in each if each[key] is not None} for each in outcomes),
    )
