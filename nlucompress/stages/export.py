"""export: a model, or a table of it, in the format of another program."""

from __future__ import annotations

from dataclasses import dataclass

from nlucompress.errors import UsageError
from nlucompress.exporters import rows
from nlucompress.exporters.formats import DTYPES, FORMATS, Files
from nlucompress.exporters.rows import Rows
from nlucompress.format.model import Model, require_model
from nlucompress.importers.reading.keyfile import read_keys
from nlucompress.io.sources import Opened, opened
from nlucompress.options import Options, option


@dataclass(frozen=True)
class ExportOptions(Options):
    """What to export and how; ``keys`` is a file with those of a table whose keys are hashed."""

    to: str = option("json", "The format to write", choices=tuple(FORMATS))
    table: str | None = option(None, "Which table", absent="the only one")
    keys: Opened | None = None
    dtype: str = option("float32", "safetensors, model2vec: how numbers are stored", choices=DTYPES)

    def __post_init__(self) -> None:
        """Check that format and dtype go together.

        Raises:
            UsageError: They do not, or a name is unknown.
        """
        super().__post_init__()
        if self.dtype not in FORMATS[self.to].dtypes:
            known = ", ".join(name for name, each in FORMATS.items() if self.dtype in each.dtypes)
            raise UsageError(f"--dtype {self.dtype} is for {known}; {self.to} holds float32")


def export(model: Model, options: ExportOptions) -> Files:
    """The bytes of a file in pieces, or of the files of a directory by name.

    What was quantized is decoded: the loss is in the numbers, and every key is there.

    Raises:
        UsageError: The options do not fit the model, or the table is hashed and ``keys`` is None.
        DataError: The keys do not fit the table, or the format cannot hold a key or a number.
    """
    require_model(model)
    return FORMATS[options.to].write(model, _rows(model, options), options.dtype)


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
