"""JSON: a model in plain numbers, its table an object of key -> row."""

from __future__ import annotations

import json
from collections.abc import Iterator

from nlucompress.exporters.rows import Rows
from nlucompress.format.frame.canonical import is_text
from nlucompress.format.matrices.kinds import Matrix
from nlucompress.format.matrices.product import whole
from nlucompress.format.model import Model


def write(model: Model, rows: Rows, dtype: str = "float32") -> Iterator[bytes]:
    """A JSON object with ``labels``, ``features``, ``network`` and ``tables``, a row per line."""
    network = model.network
    head = {
        "labels": list(model.labels),
        "features": dict(model.features) if model.features is not None else None,
        "network": network
        and {
            "kind": network.kind,
            "settings": dict(network.settings),
            "tensors": {name: _numbers(each) for name, each in network.tensors.items()},
        },
    }
    yield (json.dumps(head, ensure_ascii=False)[:-1] + ', "tables": {').encode()
    yield f"\n{json.dumps(rows.name)}: {{".encode()
    comma = ""
    for keys, values in rows.blocks("surrogatepass"):
        # A float32 as a string has the fewest digits that read back as the same number.
        fields = values.astype("U24").tolist()
        lines = [
            f"\n{_string(key)}: [{', '.join(row)}]" for key, row in zip(keys, fields, strict=True)
        ]
        yield (comma + ",".join(lines)).encode()
        comma = ","
    yield b"\n}}}\n"


def _string(key: str) -> str:
    """A JSON string, with escapes where the key stands for bytes that are no text."""
    return json.dumps(key, ensure_ascii=not is_text(key))


def _numbers(matrix: Matrix) -> list[list[float]]:
    values = whole(matrix)
    return [[float(str(number)) for number in row] for row in values]
