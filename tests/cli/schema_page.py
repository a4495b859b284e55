"""The tables of `nlucompress help json`, made from the schemas.

`python -m tests.cli.schema_page` prints them.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import nlucompress

PAGE = Path(nlucompress.__file__).parent / "docs" / "json.md"
SCHEMAS = {
    path.stem.replace("-", " "): json.loads(path.read_text(encoding="utf-8"))
    for path in sorted((PAGE.parent / "schemas").iterdir())
}


def section(name: str) -> str:
    """The heading of a command and a table of its fields for each shape of its object."""
    schema = SCHEMAS[name]
    tables = [_table(each) for each in schema.get("anyOf", [schema])]
    text = f"## {name}\n\n" + "\n\nor\n\n".join(tables) + "\n"
    if (matrix := schema.get("$defs", {}).get("matrix")) is not None:
        text += "\nA matrix:\n\n" + _table(matrix) + "\n"
    return text


def _table(shape: dict[str, Any]) -> str:
    return "\n".join(["| field | type | meaning |", "|---|---|---|", *_rows("", shape)])


def _rows(above: str, shape: dict[str, Any]) -> Iterator[str]:
    for name, each in shape["properties"].items():
        field = f"{above}{name}"
        optional = "" if name in shape["required"] else ", may lack"
        yield f"| `{field}` | {_type(each)}{optional} | {each['description']} |"
        inner = each
        while inner.get("items") or isinstance(inner.get("additionalProperties"), dict):
            listed = "items" in inner
            field += "[]" if listed else ".*"
            inner = inner["items"] if listed else inner["additionalProperties"]
        if "properties" in inner:
            yield from _rows(f"{field}.", inner)


def _type(each: dict[str, Any]) -> str:
    if "$ref" in each:
        return str(each["$ref"]).rpartition("/")[2]
    kinds = [each["type"]] if isinstance(each["type"], str) else each["type"]
    return " or ".join(kinds)


if __name__ == "__main__":
    print("\n".join(map(section, SCHEMAS)), end="")
