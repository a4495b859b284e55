"""What turns the lines of a sentence into tokens, by the kind of a model's features."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from nlucompress.errors import FormatError
from nlucompress.networks.crf.attributes import KIND, TEMPLATE, TokenFeatures, parse_attributes
from nlucompress.networks.crf.template import TokenTemplate


def describes_tokens(features: Mapping[str, Any] | None) -> bool:
    """Whether these features are those of tokens, and their model is a tagger."""
    return features is not None and features.get("kind") in (KIND, TEMPLATE)


def token_features(features: Mapping[str, Any]) -> TokenFeatures:
    """What turns the lines of a sentence, one per token, into tokens.

    Raises:
        FormatError: The description is malformed or of a newer kind.
    """
    if features.get("kind") == TEMPLATE:
        template = TokenTemplate.parse(features)
        return lambda lines: template([line.partition("\t")[0] for line in lines])
    if dict(features) != {"kind": KIND}:
        raise FormatError(f"features: unknown description {str(dict(features))[:80]}")
    return lambda lines: [parse_attributes(line) for line in lines]
