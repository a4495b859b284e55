"""`nlucompress import`."""

from __future__ import annotations

import warnings
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import click

from nlucompress.cli.shared import streams
from nlucompress.cli.shared.common import (
    Target,
    bytes_text,
    stage_options,
    write_model,
)
from nlucompress.cli.shared.options.command import GroupedCommand
from nlucompress.cli.shared.options.declared import given, options_of
from nlucompress.cli.shared.show.printable import printable
from nlucompress.errors import ForeignFileWarning
from nlucompress.importers.options import ImportOptions

if TYPE_CHECKING:
    from nlucompress.format.model import Model


@click.command(name="import", cls=GroupedCommand)
@click.argument("file", default=streams.STANDARD, metavar="[FILE]")
@options_of(ImportOptions, parse={"keys": str, "vocabulary": str, "vectorizer": str})
@stage_options
def command(target: Target, file: str, **options: Any) -> None:
    """Bring a model in: word vectors, tensors, taggers, classifiers, fastText, pipelines of
    scikit-learn.

    The content tells the format; it may be gzipped. Nothing in the file is ever run, but for a
    pickle that `--trust-pickle` vouches for. A malformed line, a number that is not finite and a
    key that occurs twice are refused with their line.

    \b
    Example:
      nlucompress import vectors.txt -o vectors.nlu
    """
    from nlucompress.stages.history import with_record

    beside = {name: options[name] for name in ("keys", "vocabulary", "vectorizer") if options[name]}
    inputs = [file, *beside.values()]
    streams.check_inputs(*inputs)
    streams.check_output(target.output, inputs, target.force)
    chosen = ImportOptions.of(given(options))
    files: dict[str, Any] = {name: streams.opened(path) for name, path in beside.items()}
    imported = imported_from(streams.opened(file), replace(chosen, **files), target.quiet)
    figures = {
        name: {"keys": table.matrix.shape[0], "columns": table.matrix.shape[1]}
        for name, table in imported.tables.items()
    }
    size = write_model(with_record("import", chosen, None, imported, figures), target.output)
    lines = [
        f"{name}: {each['keys']:,} keys x {each['columns']:,} numbers"
        for name, each in figures.items()
    ]
    lines.append(f"model: {bytes_text(size)}")
    target.report({"size_bytes": size, "tables": figures}, lines)


def imported_from(source: Any, options: ImportOptions, quiet: bool) -> Model:
    """The model of a foreign file; what the importer warns of is told on stderr."""
    from nlucompress.importers.detect import import_model

    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always", ForeignFileWarning)
        imported = import_model(source, options)
    for each in caught:
        if issubclass(each.category, ForeignFileWarning):
            streams.note(f"nlucompress: warning: {printable(str(each.message))}", quiet)
        else:
            warnings.showwarning(each.message, each.category, each.filename, each.lineno)
    return imported
