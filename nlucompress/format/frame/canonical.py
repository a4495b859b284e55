"""The description as text: JSON in one canonical form, read without trust, of one version.

What its fields mean is the business of ``codec``.
"""

from __future__ import annotations

import json
import math
from typing import Any

from nlucompress.errors import FormatError

FORMAT_VERSION = 2


def load_json(text: bytes | str, what: str) -> dict[str, Any]:
    """The object of a text; ``what`` is what an error calls it.

    Raises:
        FormatError: It is not JSON, not an object, or names something twice.
    """

    def unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        result = dict(pairs)
        if len(result) != len(pairs):
            raise ValueError("a name occurs twice")
        return result

    def refuse(constant: str) -> None:
        raise ValueError(f"{constant} is no JSON")

    def finite(digits: str) -> float:
        if math.isinf(float(digits)):
            raise ValueError(f"{digits[:20]} is not a finite number")
        return float(digits)

    try:
        decoded = text if isinstance(text, str) else text.decode("utf-8")
        value = json.loads(
            decoded, object_pairs_hook=unique, parse_constant=refuse, parse_float=finite
        )
    except (ValueError, RecursionError) as error:
        raise FormatError(f"{what} is not valid JSON ({str(error)[:80]}); damaged?") from None
    if not isinstance(value, dict):
        raise FormatError(f"{what} is no JSON object")
    for name in value:
        if not is_text(name):
            raise FormatError(f"{what} has the name {name!a}, which is not valid Unicode")
    return value


def is_text(name: str) -> bool:
    """Whether a string holds no lone surrogate."""
    return not any("\ud800" <= letter <= "\udfff" for letter in name)


def canonical(value: object) -> str:
    """JSON with sorted keys, no spaces and ASCII only: one text for one value."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), allow_nan=False)


def load_canonical(text: str) -> dict[str, Any]:
    """The description that a text spells; it must be in its canonical form.

    Raises:
        FormatError: It is not.
    """
    description = load_json(text, "the description")
    if canonical(description) != text:
        raise FormatError("the description is not in its canonical form: the file is damaged")
    return description


def check_version(version: object) -> None:
    """Refuse every version of the format but this one.

    Raises:
        FormatError: It is another one, or none at all.
    """
    if type(version) is not int or version < 1:
        raise FormatError("the description has no format version")
    if version > FORMAT_VERSION:
        raise FormatError(
            f"format version {version} is newer than {FORMAT_VERSION}, the newest that this "
            "nlucompress reads: update it"
        )
    if version < FORMAT_VERSION:
        raise FormatError(
            f"format version {version} is older than {FORMAT_VERSION}, the first that this "
            "nlucompress reads: make the file anew"
        )
