"""Any safetensors file to a model: one 2-D tensor is the table, the others are carried along.

The format is that of the safetensors project (its README is the specification). Its tensors have
no keys: they come from a text file with one key per line, or the rows are named "0", "1", ...
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nlucompress.errors import DataError, FormatError, UsageError
from nlucompress.format import container, matrices
from nlucompress.format.container import Frame
from nlucompress.format.indexes import Strings
from nlucompress.format.model import Model, Network, Table
from nlucompress.importers.keylist import KeyList
from nlucompress.importers.options import ImportOptions
from nlucompress.importers.sources import BOM, Opened, Source, opened

FLOATS = ("F16", "BF16", "F32", "F64")
KEYS_AT_ONCE = 1 << 16


def read(source: Opened, options: ImportOptions) -> Model:
    """Read a safetensors file.

    Float tensors beside the table become a network of kind ``tensors``. Those that are not 2-D
    are stored as matrices: a scalar or vector as one row, others as (first size, rest); their
    shape stands in ``settings["shapes"]``.

    Args:
        source: A path or an open binary stream, gzipped or not.
        options: The 2-D float tensor that is the table (None takes the only one there is), a text
            file with the key of each row (None counts the rows), and what to leave out.

    Raises:
        UsageError: The options do not fit the tensors, or the file is a model of our own.
        FormatError: The file is damaged or holds tensors that are no floats.
        DataError: A number is not finite as float32, or the keys do not fit the rows.
    """
    with opened(source) as stream:
        where = stream.name
        frame = _frame(stream)
    names = _kept(frame, options.skip, where)
    chosen = _choose(frame, names, options.tensor, where)
    values = _values(frame, chosen, where)
    if not values.size:
        raise DataError(
            f"{where}: tensor {chosen!r} has the shape {list(values.shape)}: no numbers"
        )
    if options.keys is None:
        strings = Strings.of(map(str, range(len(values))))
    else:
        strings = read_keys(options.keys)
    if len(strings) != len(values):
        raise DataError(
            f"{where}: tensor {chosen!r} has {len(values)} rows but there are {len(strings)} keys"
        )
    table = Table(strings, matrices.from_dense(values))
    return Model(
        {options.name: table}, _network(frame, [each for each in names if each != chosen], where)
    )


def read_keys(source: Opened) -> Strings:
    """Read one key per line; the lines end as in text files of vectors.

    Raises:
        DataError: A line is blank or no UTF-8, a key occurs twice, or there is none.
    """
    keys = KeyList()
    with opened(source) as stream:
        text = stream.read().removeprefix(BOM)
        lines = [line.removesuffix(b"\r") for line in text.split(b"\n")]
        for _ in range(2):  # what follows the last line end, and one blank line
            if lines and not lines[-1]:
                lines.pop()
        if not lines:
            raise stream.empty()
        try:
            text.decode()
        except UnicodeDecodeError as error:
            line = text.count(b"\n", 0, error.start) + 1
            raise DataError(f"{stream.name}: line {line}: no valid UTF-8") from None
        if b"" in lines:
            line = lines.index(b"") + 1
            raise DataError(f"{stream.name}: line {line}: the line is blank: a row needs a key")
        for begin in range(0, len(lines), KEYS_AT_ONCE):
            keys.extend(lines[begin : begin + KEYS_AT_ONCE])
        return keys.finish(stream.name, 1)


def _frame(source: Source) -> Frame:
    data = source.read()
    if not data:
        raise source.empty()
    try:
        frame = container.parse(data)
    except FormatError as error:
        raise FormatError(f"{source.name}: {error}") from None
    if container.METADATA_KEY in frame.metadata:
        raise UsageError(
            f"{source.name}: this is an nlucompress model already; there is nothing to import"
        )
    return frame


def _kept(frame: Frame, skip: tuple[str, ...], where: str) -> list[str]:
    """Names of the tensors to read, in ascending order."""
    for name in skip:
        _known(frame, name, where)
    names = sorted(set(frame.entries) - set(skip))
    if not names:
        raise FormatError(f"{where}: the file holds no tensors{' but skipped ones' * bool(skip)}")
    foreign = [name for name in names if frame.entries[name].dtype not in FLOATS]
    if foreign:
        listed = _listed(f"{name} ({frame.entries[name].dtype})" for name in foreign)
        raise FormatError(f"{where}: these tensors are no floats: {listed}; skip them")
    return names


def _known(frame: Frame, name: str, where: str) -> None:
    if name not in frame.entries:
        raise UsageError(f"{where}: no tensor {name!r}; there are {_listed(sorted(frame.entries))}")


def _choose(frame: Frame, names: list[str], tensor: str | None, where: str) -> str:
    """The tensor that becomes the table."""
    flat = [name for name in names if len(frame.entries[name].shape) == 2]
    if tensor is not None:
        _known(frame, tensor, where)
        if tensor not in names:
            raise UsageError(f"{where}: tensor {tensor!r} cannot be both the table and skipped")
        if tensor not in flat:
            shape = list(frame.entries[tensor].shape)
            raise UsageError(f"{where}: tensor {tensor!r} has the shape {shape}; a table has two")
        return tensor
    if len(flat) == 1:
        return flat[0]
    if not flat:
        raise FormatError(f"{where}: no tensor has two dimensions: {_listed(names)}")
    raise UsageError(f"{where}: several tensors can be the table, name one: {_listed(flat)}")


def _values(frame: Frame, name: str, where: str) -> NDArray[np.float32]:
    """A tensor as float32, checked."""
    raw: NDArray[Any] = frame.tensor(name)
    with np.errstate(over="ignore", invalid="ignore"):
        values: NDArray[np.float32] = raw.astype(np.float32, copy=False)
    finite = np.isfinite(values)
    if not finite.all():
        at = np.unravel_index(int(np.argmin(finite)), values.shape)
        place = [int(each) for each in at]
        raise DataError(f"{where}: tensor {name!r}: {raw[at]} at {place} is no finite float32")
    return values


def _network(frame: Frame, names: list[str], where: str) -> Network | None:
    tensors, shapes = {}, {}
    for name in names:
        values = _values(frame, name, where)
        shape = values.shape
        if len(shape) != 2:
            shapes[name] = list(shape)
            rows = shape[0] if len(shape) > 2 else 1
            values = values.reshape(rows, math.prod(shape[len(shape) > 2 :]))
        tensors[name] = matrices.from_dense(values)
    settings = {"shapes": shapes} if shapes else {}
    return Network("tensors", settings, tensors) if tensors else None


def _listed(names: Iterator[str] | list[str]) -> str:
    """Some names for a message, the rest counted."""
    every = list(names)
    more = f" and {len(every) - 10} more" if len(every) > 10 else ""
    return ", ".join(every[:10]) + more
