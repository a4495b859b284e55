"""A small file of skops, made without it."""

from __future__ import annotations

import io
import json
import zipfile
from typing import Any

import numpy as np
from numpy.typing import NDArray

COEF = np.array([[2.0, -1.0]])


def npy(array: NDArray[Any]) -> bytes:
    """A member with an array."""
    buffer = io.BytesIO()
    np.save(buffer, array)
    return buffer.getvalue()


def node(value: Any) -> dict[str, Any]:
    """A node of a plain value; a string that ends with .npy is an array's file."""
    if isinstance(value, dict):
        content = {key: node(each) for key, each in value.items()}
        return _node("dict", "builtins", "DictNode", content)
    if isinstance(value, (list, tuple)):
        kind = type(value).__name__
        return _node(kind, "builtins", f"{kind.title()}Node", [node(each) for each in value])
    if isinstance(value, str) and value.endswith(".npy"):
        return {**_node("ndarray", "numpy", "NdArrayNode", None), "type": "numpy", "file": value}
    if isinstance(value, Made):
        return _node(value.name, "sklearn.somewhere", "ObjectNode", node(value.values))
    return _node("str", "builtins", "JsonNode", json.dumps(value))


class Made:
    """An estimator."""

    def __init__(self, name: str, **values: Any) -> None:
        self.name, self.values = name, values


def _node(kind: str, module: str, loader: str, content: Any) -> dict[str, Any]:
    return {"__class__": kind, "__module__": module, "__loader__": loader, "content": content}


PIPELINE = Made(
    "Pipeline",
    steps=[
        (
            "words",
            Made(
                "CountVectorizer",
                input="content",
                analyzer="word",
                ngram_range=(1, 1),
                lowercase=True,
                binary=False,
                token_pattern=r"(?u)\b\w\w+\b",
                vocabulary_={"red": 0, "blue": 1},
            ),
        ),
        ("svc", Made("LinearSVC", coef_="1.npy", intercept_="2.npy", classes_="3.npy")),
    ],
)


def skops(schema: bytes | None = None, coef: NDArray[Any] | bytes = COEF) -> bytes:
    """A pipeline that knows red and blue."""
    members = {
        "1.npy": coef if isinstance(coef, bytes) else npy(coef),
        "2.npy": npy(np.array([0.5])),
        "3.npy": npy(np.array(["a", "b"])),
        "schema.json": json.dumps(node(PIPELINE)).encode() if schema is None else schema,
    }
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, data in members.items():
            archive.writestr(zipfile.ZipInfo(name), data)
    return buffer.getvalue()


def schema_of(data: bytes) -> dict[str, Any]:
    """The schema of a file."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        schema: dict[str, Any] = json.loads(archive.read("schema.json"))
    return schema
