"""The stages that a recipe may name, in the order in which they can follow each other."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from nlucompress.fleet.recipe.searching import SearchOptions
from nlucompress.format.model import Model

COMPRESS = "compress"
NAMES = ("factorize", COMPRESS, "quantize", "phash", "pack")


@dataclass(frozen=True)
class Step:
    """One stage of a recipe.

    Attributes:
        stage: One of ``NAMES``.
        options: Its options dataclass.
    """

    stage: str
    options: Any

    def apply(self, model: Model) -> Model:
        """The model behind a stage, which is not COMPRESS: that one measures too."""
        from nlucompress.stages.shrink.compress.pipeline import STAGES

        return STAGES[self.stage].run(model, self.options)


def options_of(stage: str) -> type[Any]:
    """The options dataclass of a stage."""
    if stage == COMPRESS:
        return SearchOptions
    from nlucompress.stages.shrink.compress.pipeline import STAGES

    return STAGES[stage].options
