"""Options of ``linearize``."""

from __future__ import annotations

from dataclasses import dataclass

from nlucompress.options import Options, option
from nlucompress.training.linearized.preconditioners import NAMES, Name

RIDGES = (10.0, 3.0, 1.0, 0.3, 0.1)
RIDGE = 1.0  # without development data
READINGS, MOST_READINGS = 10, 5000  # of each text, and of all together, unless told


@dataclass(frozen=True)
class LinearizedOptions(Options):
    """Options of ``linearize``."""

    title = "First-order expansion"

    target_scale: float = option(
        15.0, "Score that the right label aims at; the others aim at 0 (LQF, section 3)", above=0
    )
    ridge: float | None = option(
        None,
        "Penalty on the change of the weights, times 1 / labels",
        kind=float,
        above=0,
        absent=f"the best on --dev, or {RIDGE:g}",
    )
    row_scale: float = option(5.0, "How much farther words' rows may move than layers", above=0)
    preconditioner: Name = option(
        "kronecker",
        "Of conjugate gradients; full: exact, for few texts (section 3)",
        choices=NAMES,
    )
    iterations: int = option(100, "Steps of conjugate gradients at most", least=1)
    readings: int | None = option(
        None,
        "Readings of each text, all but the first with words left out",
        kind=int,
        least=1,
        absent=f"{READINGS}, 1 of many texts",
    )
    word_dropout: float = option(
        0.1, "Share of words that a reading leaves out", unit="share", least=0, below=1
    )
    seed: int = option(0, "Of words left out, and of a fresh output layer", least=0, most=2**63 - 1)
    new_labels: bool = option(
        False, "A fresh output layer for the labels of the data, in place of the model's"
    )
