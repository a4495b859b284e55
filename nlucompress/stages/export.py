"""export: a model, or a table of it, in the format of another program."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from nlucompress.errors import UsageError
from nlucompress.exporters import (
    crfsuite_dump,
    json_file,
    model2vec,
    onnx_file,
    rows,
    safetensors_file,
    word2vec,
)
from nlucompress.exporters.rows import Rows
from nlucompress.format.model import Model, require_model
from nlucompress.importers.reading.keyfile import read_keys
from nlucompress.importers.reading.sources import Opened, opened

Files = Iterator[bytes] | Mapping[str, Iterator[bytes]]

_TABLES: dict[str, Callable[[Rows], Iterator[bytes]]] = {
    "word2vec": word2vec.text,
    "word2vec-binary": word2vec.binary,
    "glove": word2vec.glove,
}
FORMATS = (*_TABLES, "safetensors", "model2vec", "onnx", "crfsuite-dump", "json")
DTYPED = ("safetensors", "model2vec")


@dataclass(frozen=True)
class ExportOptions:
    """What to export and how.

    Attributes:
        to: One of ``FORMATS``.
        table: The table; None takes the only one.
        keys: A file with the keys of a table whose keys are hashed.
        dtype: ``float32`` or ``float16``, for formats that can hold both.
    """

    to: str
    table: str | None = None
    keys: Opened | None = None
    dtype: str = "float32"


def export(model: Model, options: ExportOptions) -> Files:
    """The bytes of a file in pieces, or of the files of a directory by name.

    What was quantized is decoded: the loss is in the numbers, and every key is there.

    Raises:
        UsageError: The options do not fit the model, or the table is hashed and ``keys`` is None.
        DataError: The keys do not fit the table, or the format cannot hold a key or a number.
    """
    require_model(model)
    if options.to not in FORMATS:
        raise UsageError(f"unknown format {options.to!r}; known: {', '.join(FORMATS)}")
    if options.dtype not in safetensors_file.DTYPES:
        raise UsageError(f"unknown dtype {options.dtype!r}; known: float32, float16")
    if options.dtype != "float32" and options.to not in DTYPED:
        raise UsageError(f"dtype is for {', '.join(DTYPED)}; {options.to} holds float32")
    chosen = _rows(model, options)
    if options.to in _TABLES:
        return _TABLES[options.to](chosen)
    if options.to == "safetensors":
        return safetensors_file.write(chosen, model.network, options.dtype)
    if options.to == "model2vec":
        return model2vec.write(chosen, model.network, options.dtype)
    if options.to == "onnx":
        return onnx_file.write(model, chosen)
    if options.to == "crfsuite-dump":
        return crfsuite_dump.write(model, chosen)
    return json_file.write(model, chosen)


def _rows(model: Model, options: ExportOptions) -> Rows:
    table = model.table(options.table)
    name = next(name for name, each in model.tables.items() if each is table)
    if options.keys is None:
        if table.strings is None:
            raise UsageError(
                f"table {name!r} holds hashes of its keys, not the keys: give them with --keys, "
                "a file of one key a line"
            )
        return rows.of_table(name, table, None, "")
    if table.strings is not None:
        raise UsageError(f"table {name!r} holds its keys; --keys is for hashed tables")
    with opened(options.keys) as source:
        return rows.of_table(name, table, read_keys(source), source.name)
