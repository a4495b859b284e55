"""The text that `crfsuite dump` prints of a linear-chain CRF: labels, attributes and weights.

The bytes are those of the tool itself except for the file's size and offsets, which a model of ours
has not. Numbers have six digits behind the point, as there. The tool escapes nothing, so a name may
hold what makes a dump ambiguous: such a model is refused.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import numpy as np

from nlucompress.errors import DataError, UsageError
from nlucompress.exporters.rows import Rows
from nlucompress.format.matrices.product import whole
from nlucompress.format.model import Model

_ARROW = b" --> "
# A line of a name that could be one of the dump's own.
_LIKE_A_LINE = re.compile(rb"\n(?: *[0-9]+: |  \([01]\) |\})")


def write(model: Model, rows: Rows, dtype: str = "float32") -> Iterator[bytes]:
    """The dump of a model of kind ``crf``; weights that are zero are left out, as in the file.

    Raises:
        UsageError: The model is no CRF.
        DataError: A name would leave open what a line of the dump says.
    """
    network = model.network
    if network is None or network.kind != "crf" or "transitions" not in network.tensors:
        raise UsageError("only a model of kind crf has a crfsuite dump")
    labels = [label.encode() for label in model.labels]
    keys = [_bytes_of(key) for key in rows.texts("surrogatepass")]
    _check(keys, labels)
    transitions = whole(network.tensors["transitions"])
    stored = int(np.count_nonzero(transitions)) + sum(
        int(np.count_nonzero(values)) for _, values in rows.blocks("surrogatepass")
    )
    yield (
        "FILEHEADER = {\n  magic: lCRF\n  type: FOMC\n  version: 100\n"
        f"  num_features: {stored}\n  num_labels: {len(labels)}\n  num_attrs: {len(rows)}\n}}\n\n"
    ).encode()
    yield _section(b"LABELS", [b"%5d: %b" % (at, label) for at, label in enumerate(labels)])
    yield _section(b"ATTRIBUTES", [b"%5d: %b" % (at, key) for at, key in enumerate(keys)])
    yield _section(
        b"TRANSITIONS",
        [
            b"(1) %b --> %b: %f" % (labels[before], labels[after], transitions[before, after])
            for before, after in np.argwhere(transitions).tolist()
        ],
    )
    yield b"STATE_FEATURES = {\n"
    first = 0
    for block, values in rows.blocks("surrogatepass"):
        yield b"".join(
            b"  (0) %b --> %b: %f\n" % (keys[first + row], labels[label], values[row, label])
            for row, label in np.argwhere(values).tolist()
        )
        first += len(block)
    yield b"}\n\n"


def _section(name: bytes, lines: list[bytes]) -> bytes:
    body = b"".join(b"  %b\n" % line for line in lines)
    return b"%b = {\n%b}\n\n" % (name, body)


def _bytes_of(key: str) -> bytes:
    """The bytes that a key stands for."""
    try:
        return key.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        raise DataError(f"the key {key[:40]!a} holds a surrogate that stands for no byte") from None


def _check(keys: list[bytes], labels: list[bytes]) -> None:
    """Refuse names that a reader of the dump cannot tell apart from what stands around them.

    With labels that hold no arrow the last arrow of a line stands before the label.
    """
    for name in labels:
        if _ARROW in name or b"\n" in name or b"\0" in name:
            raise _ambiguous(name)
    for name in keys:
        if b"\0" in name or _LIKE_A_LINE.search(name):
            raise _ambiguous(name)


def _ambiguous(name: bytes) -> DataError:
    shown = name[:40].decode("utf-8", "replace")
    return DataError(
        f"the name {shown!r} holds what a crfsuite dump, which escapes nothing, leaves open; "
        "export json"
    )
