"""Files with valid digests that say something else than a writer would."""

from __future__ import annotations

import copy
import random
from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nlucompress.format import codec
from nlucompress.format.frame import serializer
from nlucompress.format.frame.serializer import Serialized
from nlucompress.format.model import Model

Parts = tuple[dict[str, Any], dict[str, NDArray[Any]]]

NUMBERS = (0, 1, -1, 2, 3, 8, 16, 31, 32, 57, 64, 128, 255, 256, 511, 512, 513, 1024, 1025, 65536)
LARGE = (2**20, 2**20 + 1, 2**32 - 1, 2**32, 2**40, 2**53, 2**53 + 1, 2**62, 2**64)
FLOATS = (0.5, -0.0, 1e-05, 1e30, 1e38, 3.5e38, 1e-46)
STRINGS = ("", "linear", "float", "codebook", "dense", "sparse", "coded", "tensor", "row", "label")
MORE_STRINGS = ("group", "softmax", "count", "hash", "strings", "\ud800", "\u00e9", "x\n", "0")
VALUES: tuple[Any, ...] = (
    *NUMBERS,
    *LARGE,
    *FLOATS,
    *STRINGS,
    *MORE_STRINGS,
    True,
    False,
    None,
    [],
    {},
    [1],
    [2, 1],
)
FIELDS = ("levels", "per", "group", "scale", "zero_point", "counts", "kind", "extra", "columns")
DTYPES = (np.uint8, np.uint16, np.uint32, np.int64, np.float16, np.float32)


def taken_apart(model: Model) -> Parts:
    """Description and tensors of a model's file."""
    frame, description = codec.taken_apart(file_of(codec.serialize(model)))
    return description, {name: frame.tensor(name).copy() for name in frame.entries}


def file_of(serialized: Serialized) -> bytes:
    """The whole file."""
    return serialized.header + b"".join(raw.tobytes() for raw in serialized.tensors)


def files(models: list[Model], count: int, seed: int) -> Iterator[bytes]:
    """Changed files of these models; the same seed gives the same files."""
    choice = random.Random(seed)
    parts = [taken_apart(model) for model in models]
    while count:
        description, tensors = copy.deepcopy(choice.choice(parts))
        for _ in range(choice.choice((1, 1, 1, 2, 3))):
            if choice.random() < 0.6:
                _change_description(description, choice)
            elif tensors:
                _change_tensor(tensors, choice)
        with np.errstate(all="ignore"):
            try:
                yield file_of(serializer.serialize(description, tensors))
            except (ValueError, KeyError):  # not even a writer can write it
                continue
        count -= 1


def _places(value: object, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    if path:
        yield path
    items = value.items() if isinstance(value, dict) else ()
    if isinstance(value, list):
        items = enumerate(value[:6])  # type: ignore[assignment]
    for name, item in items:
        yield from _places(item, (*path, name))


def _change_description(description: dict[str, Any], choice: random.Random) -> None:
    places = list(_places(description))
    if not places:
        return
    *path, last = choice.choice(places)
    owner: Any = description
    for name in path:
        owner = owner[name]
    how = choice.random()
    if how < 0.15:
        del owner[last]
    elif how < 0.25 and isinstance(owner, dict):
        owner[choice.choice(FIELDS)] = choice.choice(VALUES)
    elif how < 0.55 and type(owner[last]) is int:
        owner[last] += choice.choice((-2, -1, 1, 2, 7))
    else:
        owner[last] = copy.deepcopy(choice.choice(VALUES))


def _change_tensor(tensors: dict[str, NDArray[Any]], choice: random.Random) -> None:
    name = choice.choice(list(tensors))
    tensor, how = tensors[name], choice.random()
    if how < 0.5 and tensor.size:
        raw = tensor.reshape(-1).view(np.uint8).copy()
        for _ in range(choice.choice((1, 1, 4))):
            most = len(raw) if choice.random() < 0.5 else min(len(raw), 80)
            raw[choice.randrange(most)] ^= 1 << choice.randrange(8)
        tensors[name] = raw.view(tensor.dtype).reshape(tensor.shape)
    elif how < 0.65:
        with np.errstate(all="ignore"):
            tensors[name] = tensor.astype(choice.choice(DTYPES))
    elif how < 0.75:
        tensors[name] = tensor.reshape(-1)[:-1]
    elif how < 0.85:
        tensors[name] = np.append(tensor.reshape(-1), tensor.reshape(-1)[:1])
    elif how < 0.9:
        tensors[name] = tensor.reshape((1,) * choice.randrange(3) + tensor.shape)
    elif how < 0.95:
        tensors["x"] = tensor
    else:
        del tensors[name]
