"""Text files of vectors, one key and its numbers per line, to a model with one dense table.

The layouts are those of ``text_layouts``. Lines end with LF or CR LF, the last one may lack its
end, one blank line may follow it, and a byte order mark is dropped. In the space-separated
layouts the last ``width`` fields are the numbers and everything before them is the key, for keys
may hold spaces; a key of several fields of which the last is a number is refused, because one
number too many looks the same. Only plain decimal numbers pass.

Lines are read in blocks of about a megabyte, and each block is taken apart with array operations.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator

import numpy as np

from nlucompress.errors import DataError, ForeignFileWarning
from nlucompress.format.matrices import kinds as matrices
from nlucompress.format.model import Model, Table
from nlucompress.importers.options import ImportOptions
from nlucompress.importers.reading.keylist import KeyList
from nlucompress.importers.vectors import text_layouts
from nlucompress.importers.vectors.text_block import Block
from nlucompress.importers.vectors.text_layouts import Layout
from nlucompress.io.sources import BOM, Opened, Source, opened

BLOCK = 1 << 20
UNKNOWN = b"<unk>"  # GloVe writes it behind the words and does not count it in its header


def read(source: Opened, options: ImportOptions) -> Model:
    """Read text vectors.

    Args:
        source: A path or an open binary stream, gzipped or not.
        options: The layout (None recognizes it) and the name of the table.

    Raises:
        DataError: A line cannot be used or a key occurs twice; the message names the lines.
    """
    # Where a first line is longer than a file's head, only the lines themselves tell the layout.
    layout = next((each for each in text_layouts.LAYOUTS if each == options.format), None)
    with opened(source) as stream:
        return Model({options.name: _read(stream, layout)})


def _read(source: Source, layout: Layout | None) -> Table:
    blocks = _blocks(source)
    block = next(blocks, b"").removeprefix(BOM)
    if not block:
        raise source.empty()
    first, second = [line.removesuffix(b"\r") for line in (block + b"\n").split(b"\n", 2)[:2]]
    if not first:
        raise DataError(f"{source.name}: line 1: the line is blank; remove it")
    plan = text_layouts.plan(first, second or None, layout, source.name)
    first_line = 1
    if plan.count is not None:
        first_line, block = 2, block[block.index(b"\n") + 1 :]
    keys, numbers, last = KeyList(), bytearray(), b""
    blank = False
    while block:
        part = Block(block, plan, source.name, first_line + len(keys))
        if blank:
            part.refuse(0, "the line is blank; remove it")
        blank = part.ends_blank
        numbers += part.numbers().tobytes()
        block_keys = part.keys()
        keys.extend(block_keys)
        last = block_keys[-1] if block_keys else last
        block = next(blocks, b"")
    if plan.count == len(keys) - 1 and last == UNKNOWN:
        text = f"{source.name}: line 1 counts one vector too few: it leaves out <unk>, the last one"
        warnings.warn(text, ForeignFileWarning, stacklevel=2)
    elif plan.count not in (None, len(keys)):
        raise DataError(
            f"{source.name}: line 1 announces {plan.count} vectors but {len(keys)} follow; is the "
            "file cut off, or is line 1 no header (then name the layout)?"
        )
    values = np.frombuffer(numbers, np.float32).reshape(len(keys), plan.width)
    return Table(keys.finish(source.name, first_line), matrices.from_dense(values))


def _blocks(source: Source) -> Iterator[bytes]:
    """Whole lines with their ends; the first block has two of them unless the file has not."""
    pending = bytearray()
    ends, wanted = 0, 2
    while data := source.read(BLOCK):
        pending += data
        ends += data.count(b"\n")
        if ends >= wanted:
            end = len(pending) - len(data) + data.rindex(b"\n") + 1
            yield bytes(pending[:end])
            del pending[:end]
            ends, wanted = 0, 1
    if pending:
        yield bytes(pending) + (b"" if pending.endswith(b"\n") else b"\n")
