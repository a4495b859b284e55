"""Model <-> description and tensors: the one place that knows the names of the description."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from nlucompress.errors import FormatError, UsageError
from nlucompress.format.fields import Fields, Tensors
from nlucompress.format.frame import container, labels, sealed, serializer
from nlucompress.format.frame.container import Frame
from nlucompress.format.frame.serializer import Serialized
from nlucompress.format.indexes import kinds as indexes
from nlucompress.format.indexes.static_keys import Static
from nlucompress.format.matrices import kinds as matrices
from nlucompress.format.matrices.kinds import Matrix
from nlucompress.format.matrices.static_rows import StaticRows
from nlucompress.format.model import Model, Network, Table, Unknown, require_model

MAX_LABELS = 1 << 20


def serialize(model: Model) -> Serialized:
    """The file of a model. The same model gives the same bytes on every machine.

    Raises:
        UsageError: Overlays lie on it, which are files of their own.
    """
    require_model(model)
    tensors: Tensors = {}
    description: dict[str, Any] = {
        "tables": {
            name: _store_table(f"tables.{name}", table, tensors)
            for name, table in model.tables.items()
        },
        "labels": _store_labels(model, tensors),
        "sealed": model.sealed,
    }
    if model.network is not None:
        description["network"] = {
            "kind": model.network.kind,
            "settings": dict(model.network.settings),
            "tensors": {
                name: matrix.store(f"network.tensors.{name}", tensors)
                for name, matrix in model.network.tensors.items()
            },
        }
    if model.features is not None:
        description["features"] = dict(model.features)
    if model.unknown is not None:
        description["unknown"] = {
            "label": model.unknown.label,
            "threshold": float(model.unknown.threshold),
        }
    if model.history:
        description["history"] = [dict(record) for record in model.history]
    return serializer.serialize(description, tensors)


def size(model: Model) -> int:
    """Bytes of a model's file, the one that it was read from or that ``save`` writes.

    With overlays on it, of all files together.
    """
    above = sum(size(each) for each in model.overlays)
    if model.file is not None:
        return len(model.file) + above
    own = replace(model, labels=model.labels[: model.own_labels], overlays=())
    return serialize(own).size + above


def digest(model: Model) -> str:
    """What tells a model from every other: the digest of its file, or of its last overlay."""
    if model.overlays:
        return digest(model.overlays[-1])
    if model.file is None:
        return serialize(model).digest
    frame = container.parse(model.file)
    if sealed.is_sealed(frame.entries, frame.metadata):
        return sealed.digests(frame.data)[0]
    return container.digest_of(frame)


def to_bytes(model: Model) -> bytes:
    """The file of a model in memory."""
    serialized = serialize(model)
    return serialized.header + b"".join(tensor.tobytes() for tensor in serialized.tensors)


def _store_table(where: str, table: Table, tensors: Tensors) -> dict[str, Any]:
    if table.counts is not None:
        tensors[f"{where}.counts"] = table.counts
    return {
        "keys": table.keys.store(f"{where}.keys", tensors),
        "matrix": table.matrix.store(f"{where}.matrix", tensors),
        **({"counts": True} if table.counts is not None else {}),
        **({"closed": True} if table.closed else {}),
    }


def _store_labels(model: Model, tensors: Tensors) -> list[str] | dict[str, Any]:
    names = list(model.labels)
    if not model.sealed or not names or labels.text_bytes(names) > labels.MAX_TEXT:
        return names
    tensors["labels.coded"] = labels.encode(names)
    return {"count": len(names)}


def parse(buffer: bytes | memoryview, verify: bool = True) -> Model:
    """Read a model from the bytes of a file; large arrays are views into the buffer.

    Args:
        buffer: The whole file.
        verify: Check the digest of every tensor.

    Raises:
        FormatError: The file is damaged, foreign, hostile or newer.
    """
    model = from_description(*taken_apart(buffer, verify))
    # For the readers in C, which read the file themselves.
    for name, table in model.tables.items():
        table.of_file(buffer, name)
    return model.of_file(memoryview(buffer))


def taken_apart(buffer: bytes | memoryview, verify: bool = True) -> tuple[Frame, dict[str, Any]]:
    """The tensors and the description of a file of either form, without digests and version.

    Raises:
        FormatError: The file is damaged, foreign, hostile or newer.
    """
    frame = container.parse(buffer)
    closed = sealed.is_sealed(frame.entries, frame.metadata)
    if closed:
        description, frame = sealed.read(frame.data, verify)
    else:
        description = container.describe(frame)
        digests = description.pop("digests", None)
        damaged = container.check_digests(frame, digests) if verify else []
        if damaged:
            raise FormatError(
                f"tensor {damaged[0]!r} does not match its digest: the file is damaged"
            )
    check_form(description, closed)
    return frame, description


def check_form(description: Mapping[str, Any], closed: bool) -> None:
    """Refuse a description that says another thing than the form of its file.

    Raises:
        FormatError: It does.
    """
    if description.get("sealed") is not closed:
        raise FormatError("the description does not say rightly whether the file is sealed")


def from_description(frame: Frame, description: dict[str, Any]) -> Model:
    """Build the model that a checked description tells of."""
    if any(entry.dtype == "BF16" for entry in frame.entries.values()):
        raise FormatError("a model has no BF16 tensors")
    tensors = {name: frame.tensor(name) for name in frame.entries}
    root = Fields(description, "model", tensors)
    names = _labels(root, tensors)
    tables = {}
    for name, fields in root.children("tables").items():
        fields.where = f"tables.{name}"
        tables[name] = _table(fields)
    network = _network(root.child("network")) if root.has("network") else None
    features = root.mapping("features") if root.has("features") else None
    records = root.items("history") if root.has("history") else []
    history = tuple(record for record in records if isinstance(record, dict))
    if len(history) != len(records):
        raise FormatError("history: a record is not an object")
    closed = root.flag("sealed")
    unknown = _unknown(root.child("unknown")) if root.has("unknown") else None
    root.close()
    root.check_all_read()
    return Model(tables, network, names, features, history, closed, unknown=unknown)


def _labels(root: Fields, tensors: Tensors) -> tuple[str, ...]:
    if "labels.coded" not in tensors:
        return root.strings("labels")
    fields = root.child("labels")
    fields.where = "labels"
    count = fields.integer("count", 1, MAX_LABELS)
    data = fields.tensor("coded", np.uint8, (None,))
    fields.close()
    return labels.decode(data, count, "labels")


def _unknown(fields: Fields) -> Unknown:
    label, threshold = fields.text("label"), fields.number("threshold")
    fields.close()
    try:
        return Unknown(label, threshold)
    except UsageError as error:
        raise FormatError(str(error)) from None


def _table(fields: Fields) -> Table:
    keys_fields, matrix_fields = fields.child("keys"), fields.child("matrix")
    keys = indexes.parse(keys_fields)
    matrix: Matrix
    if isinstance(keys, Static):
        matrix = StaticRows.parse(matrix_fields, len(keys), keys.function, keys.fingerprint_bits)
    else:
        matrix = matrices.parse(matrix_fields)
    counts = None
    if fields.has("counts") and fields.flag("counts"):
        counts = fields.tensor("counts", np.uint32, (len(keys),))
    closed = fields.has("closed") and fields.flag("closed")
    fields.close()
    return Table(keys, matrix, counts, closed)


def _network(fields: Fields) -> Network:
    kind = fields.text("kind")
    settings = fields.mapping("settings")
    fields.where = "network"
    tensors = {name: matrices.parse(each) for name, each in fields.children("tensors").items()}
    fields.close()
    return Network(kind, settings, tensors)
