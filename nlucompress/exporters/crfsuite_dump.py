"""The text that `crfsuite dump` prints of a linear-chain CRF: labels, attributes and weights.

The bytes are those of the tool itself except for the file's size and offsets, which a model of ours
has not. Numbers have six digits behind the point, as there.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from nlucompress.errors import UsageError
from nlucompress.exporters.rows import Rows
from nlucompress.format.matrices.product import whole
from nlucompress.format.model import Model


def write(model: Model, rows: Rows) -> Iterator[bytes]:
    """The dump of a model of kind ``crf``; weights that are zero are left out, as in the file.

    Raises:
        UsageError: The model is no CRF.
    """
    network, labels = model.network, model.labels
    if network is None or network.kind != "crf" or "transitions" not in network.tensors:
        raise UsageError("only a model of kind crf has a crfsuite dump")
    matrix = network.tensors["transitions"]
    transitions = whole(matrix)
    stored = int(np.count_nonzero(transitions)) + sum(
        int(np.count_nonzero(values)) for _, values in rows.blocks()
    )
    yield (
        "FILEHEADER = {\n  magic: lCRF\n  type: FOMC\n  version: 100\n"
        f"  num_features: {stored}\n  num_labels: {len(labels)}\n  num_attrs: {len(rows)}\n}}\n\n"
    ).encode()
    yield _section("LABELS", [f"{at:>5}: {label}" for at, label in enumerate(labels)])
    yield _section("ATTRIBUTES", [f"{at:>5}: {key}" for at, key in enumerate(rows.texts())])
    yield _section(
        "TRANSITIONS",
        [
            f"(1) {labels[before]} --> {labels[after]}: {transitions[before, after]:f}"
            for before, after in np.argwhere(transitions).tolist()
        ],
    )
    yield b"STATE_FEATURES = {\n"
    for keys, values in rows.blocks():
        lines = [
            f"  (0) {keys[row]} --> {labels[label]}: {values[row, label]:f}\n"
            for row, label in np.argwhere(values).tolist()
        ]
        yield "".join(lines).encode()
    yield b"}\n\n"


def _section(name: str, lines: list[str]) -> bytes:
    body = "".join(f"  {line}\n" for line in lines)
    return f"{name} = {{\n{body}}}\n\n".encode()
