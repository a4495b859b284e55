"""What a model of a fleet is measured by: the report of `evaluate` against its reference."""

from __future__ import annotations

import dataclasses
from typing import Any

from nlucompress.data.tagged import Tagged
from nlucompress.fleet.job.case import Case
from nlucompress.fleet.job.item import Item
from nlucompress.fleet.recipe.recipe import Recipe
from nlucompress.format import codec, files
from nlucompress.format.model import Model


def measured(
    recipe: Recipe, case: Case, made: Model
) -> tuple[dict[str, float], tuple[dict[str, Any], ...]]:
    """Figures, and the outcomes of the gates, against the reference or the model itself."""
    from nlucompress.stages.measure.evaluate.gates import within_size

    size = codec.size(made)
    figures: dict[str, float] = {"size_before": codec.size(case.original), "size_after": size}
    if not case.measured:
        gates = within_size(recipe.gates.max_size, size)
        return figures, tuple(map(dataclasses.asdict, gates))
    report = evaluated(recipe, case, made)
    old = report.references[0]
    figures |= {
        "examples": old.examples,
        "accuracy": report.accuracy,
        "accuracy_before": old.accuracy,
        "accuracy_drop": old.accuracy_drop,
        "nfr": old.nfr,
    }
    return figures, tuple(map(dataclasses.asdict, report.gates))


def evaluated(recipe: Recipe, case: Case, made: Model) -> Any:
    """The report of `evaluate` on texts or tags.

    Raises:
        DataError: There are no data, or none that fit.
    """
    from nlucompress.stages.measure.evaluate.tags import evaluate_tags
    from nlucompress.stages.measure.evaluate.texts import evaluate

    if isinstance(case.data, Tagged):
        return evaluate_tags(made, case.data, case.references, recipe.gates)
    return evaluate(made, case.data, case.references, recipe.gates)


def report_on(recipe: Recipe, item: Item) -> Any:
    """The report on the output of an item that was done.

    Raises:
        NluCompressError: A file is gone or damaged meanwhile.
    """
    contents = {role: files.read_bytes(path) for role, path in item.sources.items()}
    return evaluated(recipe, Case(item.sources, contents), files.load(item.output))
