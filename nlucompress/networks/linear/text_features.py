"""What turns a text into weighted keys, by the kind of a model's features."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from nlucompress.errors import FormatError
from nlucompress.networks.crf import attributes
from nlucompress.networks.linear import namespaces
from nlucompress.networks.linear.featurizer import Featurizer

PAIRS = "pairs"
TextFeatures = Callable[[str], Mapping[str, float]]


def text_features(features: Mapping[str, Any]) -> TextFeatures:
    """What turns a text into keys and their weights.

    Raises:
        FormatError: The description is malformed or of a newer kind.
    """
    if features.get("kind") == namespaces.KIND:
        return namespaces.Namespaces.parse(features)
    if features.get("kind") == PAIRS:
        if len(features) > 1:
            raise FormatError(f"features: unknown description {str(dict(features))[:80]}")
        return _pairs
    return Featurizer.parse(features)


def _pairs(line: str) -> dict[str, float]:
    """A text that is a line of attributes itself, those of one token."""
    weights: dict[str, float] = {}
    for name, value in attributes.parse_attributes(line):
        weights[name] = weights.get(name, 0.0) + value
    return weights
