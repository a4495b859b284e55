"""Any safetensors file to a model: one 2-D tensor is the table, the others are carried along.

The format is that of the safetensors project (its README is the specification). Its tensors have
no keys: they come from a file of their own, from the metadata (``keys``: a JSON object of tensor ->
list of keys, as `nlucompress export` writes it), or the rows are named "0", "1", ...
"""

from __future__ import annotations

import json
from collections.abc import Iterable

from nlucompress.errors import FormatError, UsageError
from nlucompress.format.frame import container, sealed
from nlucompress.format.frame.container import Frame
from nlucompress.format.indexes.kinds import Strings
from nlucompress.format.model import Model
from nlucompress.importers.options import ImportOptions
from nlucompress.importers.tensors import table as tensors
from nlucompress.io.sources import Opened, Source, opened

FLOATS = ("F16", "BF16", "F32", "F64")


def read(source: Opened, options: ImportOptions) -> Model:
    """Read a safetensors file.

    Args:
        source: A path or an open binary stream, gzipped or not.
        options: The 2-D float tensor that is the table (None takes the only one there is), a file
            with the key of each row, and what to leave out.

    Raises:
        UsageError: The options do not fit the tensors, or the file is a model of our own.
        FormatError: The file is damaged, or no tensor is of floats.
        DataError: A number is not finite as float32, or the keys do not fit the rows.
    """
    with opened(source) as stream:
        where = stream.name
        frame = parsed(stream)
    floats, left = divided(frame, frame.entries)
    arrays = {name: frame.tensor(name) for name in tensors.without(floats, options, where, left)}
    return tensors.model_of(arrays, options, where, _keys(frame), left)


def divided(frame: Frame, names: Iterable[str]) -> tuple[list[str], tensors.Left]:
    """Which of a file's tensors are floats, and what the others are."""
    floats, left = [], {}
    for name in names:
        entry = frame.entries[name]
        if entry.dtype in FLOATS:
            floats.append(name)
        else:
            left[name] = (entry.dtype, entry.shape)
    return floats, left


def check_floats(frame: Frame, names: Iterable[str], where: str) -> None:
    """Refuse tensors of these names that are not floats.

    Raises:
        FormatError: There are some.
    """
    foreign = [name for name in names if frame.entries[name].dtype not in FLOATS]
    if foreign:
        shown = tensors.listed(f"{name} ({frame.entries[name].dtype})" for name in foreign)
        raise FormatError(f"{where}: these tensors are not floats: {shown}; skip them")


def parsed(source: Source) -> Frame:
    """The frame of a file that is not ours.

    Raises:
        UsageError: It is ours.
        FormatError: It is damaged.
    """
    data = source.read()
    if not data:
        raise source.empty()
    try:
        frame = container.parse(data)
    except FormatError as error:
        raise FormatError(f"{source.name}: {error}") from None
    if container.METADATA_KEY in frame.metadata or sealed.is_sealed(frame.entries, frame.metadata):
        raise UsageError(
            f"{source.name}: this is an nlucompress model already; there is nothing to import"
        )
    return frame


def _keys(frame: Frame) -> dict[str, Strings]:
    """Keys of tensors in the metadata; what is no such object says nothing about keys."""
    try:
        found = json.loads(frame.metadata.get("keys", "{}"))
    except (ValueError, RecursionError):
        return {}
    if not isinstance(found, dict):
        return {}
    return {
        name: Strings.of(keys)
        for name, keys in found.items()
        if isinstance(keys, list)
        and all(isinstance(key, str) for key in keys)
        and len(set(keys)) == len(keys)
    }
