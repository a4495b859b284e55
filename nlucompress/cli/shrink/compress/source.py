"""The model that is compressed: one of ours, or a foreign file that is imported first."""

from __future__ import annotations

import io
from pathlib import Path
from typing import TYPE_CHECKING

from nlucompress.cli.learn.import_ import imported_from
from nlucompress.cli.shared import streams
from nlucompress.errors import FormatError, NluCompressError

if TYPE_CHECKING:
    from nlucompress.format.model import Model

HEAD = 1 << 16  # bytes that tell a foreign format


def read_any(path: str, kind: str | None, quiet: bool) -> tuple[Model, tuple[str, ...]]:
    """A model, and the words of the command that imports it, none for one of ours.

    Args:
        path: A file, a directory of model2vec, or ``-`` for stdin.
        kind: Its foreign format; None recognizes it.
        quiet: Do not tell what the importer warns of.
    """
    from nlucompress.format import codec
    from nlucompress.importers.options import ImportOptions

    options = ImportOptions(format=kind)
    words = ("import", *(("--format", kind) if kind else ()))
    if path != streams.STANDARD and Path(path).is_dir():
        return imported_from(path, options, quiet), words
    data = streams.read_input(path)
    if kind is None:
        try:
            return codec.parse(data), ()
        except FormatError as error:
            if not _foreign(data):
                raise streams.located(path, error) from None
    source = io.BytesIO(data) if path == streams.STANDARD else path
    return imported_from(source, options, quiet), words


def _foreign(data: bytes | memoryview) -> bool:
    """Whether a file that is not a model of ours may be of a format that is imported."""
    from nlucompress.format.frame import container
    from nlucompress.importers.detect import recognize

    try:
        return container.METADATA_KEY not in container.parse(data).metadata
    except NluCompressError:
        pass
    try:
        return recognize(bytes(data[:HEAD])) != "safetensors"
    except NluCompressError:
        return False
