"""Labels that stand in data as `predict` prints them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from nlucompress.cli.shared.show.printable import cell

if TYPE_CHECKING:
    from nlucompress.data.examples import Examples
    from nlucompress.data.tagged import Tagged


def named_examples(examples: Examples, labels: Iterable[str]) -> Examples:
    """Examples whose labels stand there as `predict` prints them, with the labels of a model."""
    return replace(examples, labels=_named(examples.labels, _printed(labels)))


def named_tags(tagged: Tagged, labels: Iterable[str]) -> Tagged:
    """The same of tagged sentences."""
    printed = _printed(labels)
    return replace(tagged, labels=tuple(_named(tags, printed) for tags in tagged.labels))


def _printed(labels: Iterable[str]) -> dict[str, str]:
    """Labels by what is printed of them, where that is something else and no label itself."""
    known = list(labels)
    printed = {cell(label): label for label in known if cell(label) != label}
    return {shown: label for shown, label in printed.items() if shown not in known}


def _named(labels: Sequence[str], printed: dict[str, str]) -> tuple[str, ...]:
    return tuple(printed.get(label, label) for label in labels)
