"""Options of ``finetune --linearized``."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from nlucompress.errors import UsageError
from nlucompress.training.linearized.preconditioners import NAMES, Name

RIDGES = (10.0, 3.0, 1.0, 0.3, 0.1)
RIDGE = 1.0  # without development data
READINGS, MOST_READINGS = 10, 5000  # of each text, and of all together, unless told


@dataclass(frozen=True)
class LinearizedOptions:
    """Options of ``finetune --linearized``.

    Attributes:
        target_scale: Score that the right label aims at; the others aim at 0 (LQF, section 3).
        ridge: Times 1 / labels the strength of the penalty on the squared change of the weights;
            None takes the best of ``RIDGES`` on the development data, of equals the strongest.
        row_scale: How much farther rows of words may move than other weights at one penalty.
        preconditioner: ``kronecker``, ``full`` (exact, of few texts and labels) or ``none``.
        steps: Of conjugate gradients at most.
        readings: Times that each text is read, all but the first with words left out; None takes
            ``READINGS``, but at most ``MOST_READINGS`` in all where a text is read again.
        word_dropout: Share of words that a reading leaves out.
        seed: Of the words left out, and of a fresh output layer.
        new_labels: The labels are those of the examples, under a fresh output layer, which is
            first fitted alone.
    """

    target_scale: float = 15.0
    ridge: float | None = None
    row_scale: float = 5.0
    preconditioner: Name = "kronecker"
    steps: int = 100
    readings: int | None = None
    word_dropout: float = 0.1
    seed: int = 0
    new_labels: bool = False


def check(options: LinearizedOptions) -> None:
    """Refuse what is out of range.

    Raises:
        UsageError: It is.
    """
    strengths = (options.target_scale, options.row_scale, options.ridge or RIDGE)
    if not all(0 < each < np.inf for each in strengths) or options.ridge == 0:
        raise UsageError("the target scale, the row scale and the ridge must be above 0")
    if options.preconditioner not in NAMES:
        raise UsageError(f"unknown preconditioner {options.preconditioner!r}; known: {NAMES}")
    if options.steps < 1 or (options.readings is not None and options.readings < 1):
        raise UsageError("the steps and the readings must be at least 1")
    if not 0 <= options.word_dropout < 1:
        raise UsageError("the word dropout must be at least 0 and below 1")
