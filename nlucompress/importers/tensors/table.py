"""Named arrays of a file to a model: one is the table, the others are carried along."""

from __future__ import annotations

import math
import warnings
from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nlucompress.errors import DataError, ForeignFileWarning, FormatError, UsageError
from nlucompress.format.indexes.kinds import Strings
from nlucompress.format.matrices import kinds as matrices
from nlucompress.format.model import Model, Network, Table
from nlucompress.importers.options import ImportOptions
from nlucompress.importers.reading.keyfile import read_keys

Arrays = Mapping[str, NDArray[Any]]
Left = dict[str, tuple[str, tuple[int, ...]]]  # type and shape of what is not a tensor of floats


def model_of(
    arrays: Arrays,
    options: ImportOptions,
    where: str,
    keys: Mapping[str, Strings] | None = None,
    left: Left | None = None,
) -> Model:
    """The model of a file's arrays.

    Arrays beside the table become a network of kind ``tensors``. Those that are not 2-D are
    stored as matrices: a scalar or vector as one row, others as (first size, rest); their shape
    stands in ``settings["shapes"]``.

    Args:
        arrays: Float arrays by name, without those that are skipped.
        options: The table (None takes the only 2-D array, or the only one with keys) and the file
            of its keys; without one they come from ``keys``, or the rows are counted.
        where: Name of the file, for messages.
        keys: Keys that the file holds itself, by array.
        left: What the file holds beside floats; a warning names it. While there are some of two
            dimensions or more, each of which may be the real table, none is guessed.

    Raises:
        UsageError: The options do not fit the arrays.
        FormatError: No array can be the table.
        DataError: A number is not finite as float32, or the keys do not fit the rows.
    """
    known = keys or {}
    _tell(left or {}, options, known, where)
    chosen = _choose(arrays, options, known, where)
    values = float32(arrays[chosen], f"{where}: tensor {chosen!r}")
    if not values.size:
        shape = list(values.shape)
        raise DataError(f"{where}: tensor {chosen!r} has the shape {shape}: no numbers")
    if options.keys is not None:
        strings = read_keys(options.keys)
    elif chosen in known:
        strings = known[chosen]
    else:
        strings = Strings.of(map(str, range(len(values))))
    if len(strings) != len(values):
        raise DataError(
            f"{where}: tensor {chosen!r} has {len(values)} rows but there are {len(strings)} keys"
        )
    table = Table(strings, matrices.from_dense(values))
    others = {name: array for name, array in arrays.items() if name != chosen}
    return Model({options.name: table}, _network(others, where))


def without(
    names: Iterable[str], options: ImportOptions, where: str, left: Left | None = None
) -> list[str]:
    """Names that are not skipped, in ascending order.

    Args:
        names: The tensors of floats.
        options: What to skip.
        where: Name of the file, for messages.
        left: The other tensors, which may be skipped too.

    Raises:
        UsageError: A name to skip is none.
        FormatError: Nothing is left.
    """
    every = sorted(names)
    for name in options.skip:
        _known([*every, *(left or {})], name, where)
    kept = [name for name in every if name not in options.skip]
    if not kept and left:
        raise FormatError(f"{where}: no tensor is of floats; there are {_typed(left)}")
    if not kept:
        but = " but skipped ones" * bool(options.skip)
        raise FormatError(f"{where}: the file holds no tensors{but}")
    return kept


def float32(raw: NDArray[Any], where: str) -> NDArray[np.float32]:
    """An array as float32.

    Raises:
        DataError: A number is not finite.
    """
    with np.errstate(over="ignore", invalid="ignore"):
        values: NDArray[np.float32] = raw.astype(np.float32, copy=False)
    finite = np.isfinite(values)
    if not finite.all():
        at = np.unravel_index(int(np.argmin(finite)), values.shape)
        place = [int(each) for each in at]
        raise DataError(f"{where}: {raw[at]} at {place} is no finite float32")
    return values


def listed(names: Iterable[str]) -> str:
    """Some names for a message, the rest counted."""
    every = list(names)
    more = f" and {len(every) - 10} more" if len(every) > 10 else ""
    return ", ".join(every[:10]) + more


def _tell(left: Left, options: ImportOptions, keys: Mapping[str, Strings], where: str) -> None:
    """Warn of what is left out; refuse to guess a table beside what may be the real one."""
    rest = {name: each for name, each in left.items() if name not in options.skip}
    if options.tensor in rest:
        raise UsageError(
            f"{where}: tensor {_typed({options.tensor: rest[options.tensor]})} is not of floats, "
            "and nothing in the file says which floats it stands for"
        )
    wide = {name: each for name, each in rest.items() if len(each[1]) > 1}
    if wide and options.tensor is None and not keys:
        raise UsageError(
            f"{where}: these tensors are not floats and may be the real table: {_typed(wide)}; "
            "name the table with --tensor, or leave them out with --skip"
        )
    shown = wide if keys else rest  # a file with keys is of ours, with shapes of its own
    if shown:
        text = f"{where}: left out, for they are not floats: {_typed(shown)}"
        warnings.warn(text, ForeignFileWarning, stacklevel=4)


def _typed(left: Left) -> str:
    return listed(f"{name} ({kind} {list(shape)})" for name, (kind, shape) in left.items())


def _known(names: list[str], name: str, where: str) -> None:
    if name not in names:
        raise UsageError(f"{where}: no tensor {name!r}; there are {listed(names)}")


def _choose(arrays: Arrays, options: ImportOptions, keys: Mapping[str, Strings], where: str) -> str:
    """The array that becomes the table."""
    names, tensor = sorted(arrays), options.tensor
    flat = [name for name in names if arrays[name].ndim == 2]
    if tensor is not None:
        if tensor in options.skip:
            raise UsageError(f"{where}: tensor {tensor!r} cannot be both the table and skipped")
        _known(names, tensor, where)
        if tensor not in flat:
            shape = list(arrays[tensor].shape)
            raise UsageError(f"{where}: tensor {tensor!r} has the shape {shape}; a table has two")
        return tensor
    with_keys = [name for name in flat if name in keys]
    if len(with_keys) == 1 or len(flat) == 1:
        return with_keys[0] if len(with_keys) == 1 else flat[0]
    if not flat:
        raise FormatError(f"{where}: no tensor has two dimensions: {listed(names)}")
    raise UsageError(f"{where}: several tensors can be the table, name one: {listed(flat)}")


def _network(arrays: Arrays, where: str) -> Network | None:
    tensors, shapes = {}, {}
    for name, raw in arrays.items():
        values = float32(raw, f"{where}: tensor {name!r}")
        shape = values.shape
        if len(shape) != 2:
            shapes[name] = list(shape)
            rows = shape[0] if len(shape) > 2 else 1
            values = values.reshape(rows, math.prod(shape[len(shape) > 2 :]))
        tensors[name] = matrices.from_dense(values)
    settings = {"shapes": shapes} if shapes else {}
    return Network("tensors", settings, tensors) if tensors else None
