"""The stages that a recipe may name, in the order in which they can follow each other."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from typing import Any

from nlucompress.fleet.recipe.searching import SearchOptions
from nlucompress.format.model import Model

# Name -> module in `stages`, options dataclass and function from a model to a model. COMPRESS,
# which measures too, is not among them.
STAGES: dict[str, tuple[str, str, str]] = {
    "factorize": ("shrink.factorize", "FactorizeOptions", "factorize"),
    "quantize": ("shrink.quantize.stage", "QuantizeOptions", "quantize"),
    "phash": ("shrink.phash", "PhashOptions", "phash"),
    "pack": ("shrink.pack", "PackOptions", "pack"),
}
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
        """The model behind a stage in ``STAGES``."""
        module, _, function = STAGES[self.stage]
        run: Callable[[Model, Any], Model] = getattr(
            import_module(f"nlucompress.stages.{module}"), function
        )
        return run(model, self.options)


def options_of(stage: str) -> type[Any]:
    """The options dataclass of a stage."""
    if stage == COMPRESS:
        return SearchOptions
    module, options, _ = STAGES[stage]
    kind: type[Any] = getattr(import_module(f"nlucompress.stages.{module}"), options)
    return kind
