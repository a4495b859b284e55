"""The stages that a recipe may name, in the order in which they can follow each other."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from typing import Any

from nlucompress.format.model import Model

# Name -> module in `stages`, options dataclass and function from a model to a model.
STAGES: dict[str, tuple[str, str, str]] = {
    "factorize": ("factorize", "FactorizeOptions", "factorize"),
    "quantize": ("quantize.stage", "QuantizeOptions", "quantize"),
    "phash": ("phash", "PhashOptions", "phash"),
    "pack": ("pack", "PackOptions", "pack"),
}


@dataclass(frozen=True)
class Step:
    """One stage of a recipe.

    Attributes:
        stage: A name in ``STAGES``.
        options: Its options dataclass.
    """

    stage: str
    options: Any

    def apply(self, model: Model) -> Model:
        """The model behind the stage."""
        module, _, function = STAGES[self.stage]
        run: Callable[[Model, Any], Model] = getattr(
            import_module(f"nlucompress.stages.{module}"), function
        )
        return run(model, self.options)


def options_of(stage: str) -> type[Any]:
    """The options dataclass of a stage."""
    module, options, _ = STAGES[stage]
    kind: type[Any] = getattr(import_module(f"nlucompress.stages.{module}"), options)
    return kind
