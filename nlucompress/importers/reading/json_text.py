"""JSON that says each name of an object once."""

from __future__ import annotations

import json
from typing import Any

from nlucompress.errors import FormatError
from nlucompress.importers.reading import weights


def parsed(data: bytes, where: str) -> Any:
    """The JSON value of a text.

    Raises:
        FormatError: It is none, or a name comes twice in an object.
    """

    def checked(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        result = dict(pairs)
        if len(result) != len(pairs):
            weights.check_distinct([name for name, _ in pairs], "name", where)
        return result

    try:
        return json.loads(data.decode(), object_pairs_hook=checked)
    except UnicodeDecodeError as error:
        raise FormatError(f"{where}: no valid UTF-8 at byte {error.start}") from None
    except json.JSONDecodeError as error:
        raise FormatError(f"{where}: line {error.lineno}: no JSON: {error.msg}") from None
    except RecursionError:
        raise FormatError(f"{where}: the JSON is nested too deeply") from None
    except ValueError as error:
        raise FormatError(f"{where}: no JSON: {error}") from None
