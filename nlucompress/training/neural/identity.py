"""What a training is: everything that its outcome depends on, as digests and plain values."""

from __future__ import annotations

import dataclasses
import hashlib
from collections.abc import Mapping
from typing import Any

import numpy as np
import torch

from nlucompress.format import codec
from nlucompress.format.model import Model
from nlucompress.training.compatible import Frozen
from nlucompress.training.distill import Teacher
from nlucompress.training.plan import Data, LoopOptions
from nlucompress.version import VERSION

FREE_LENGTH = ("fixed", "clr", "calr")  # schedules whose rate does not look at the last step
_NAMES = {"name": "schedule", "upper": "rate", "lower": "lowest-rate"}


def identity(
    model: Model,
    data: Data,
    dev: Data | None,
    options: LoopOptions,
    teacher: Teacher | None,
    frozen: Frozen | None,
) -> dict[str, str]:
    """Name and value of each thing that makes two trainings different ones.

    The number of epochs is among them only where the schedule depends on it: elsewhere a training
    of more epochs goes on from one of fewer as if it had never ended.
    """
    chosen = dataclasses.asdict(options)
    chosen |= chosen.pop("schedule")
    if options.schedule.name in FREE_LENGTH:
        del chosen["epochs"]
    named = {"--" + _NAMES.get(name, name).replace("_", "-"): each for name, each in chosen.items()}
    return {
        **{name: str(each) for name, each in named.items()},
        "the starting model (network, sizes, embeddings, labels)": codec.serialize(model).digest,
        "the training data": _digest(data),
        "the development data": _digest(dev),
        "the references or their strength": _digest(teacher),
        "the compatible model or its strength": _digest(frozen),
        "the version of nlucompress": VERSION,
        "the version of torch": str(torch.__version__),
        "the version of numpy": np.__version__,
    }


def differences(there: Mapping[str, str], here: Mapping[str, str]) -> list[str]:
    """What differs between two trainings, in words; options and versions with both values."""
    found = []
    for name in sorted(there.keys() | here.keys()):
        before, now = there.get(name, "none"), here.get(name, "none")
        if before != now and (name.startswith("--") or " version " in name):
            found.append(f"{name} was {before}, is {now}")
        elif before != now:
            found.append(name)
    return found


def _digest(value: Any) -> str:
    """A digest of arrays and plain values in nested dataclasses; of arrays the shapes count too."""
    digest = hashlib.blake2b(digest_size=16)

    def add(value: Any) -> None:
        if isinstance(value, np.ndarray):
            digest.update(f"{value.dtype.str}{value.shape}".encode())
            digest.update(np.ascontiguousarray(value).tobytes())
        elif dataclasses.is_dataclass(value):
            for field in dataclasses.fields(value):
                digest.update(field.name.encode() + b"=")
                add(getattr(value, field.name))
        else:
            digest.update(repr(value).encode() + b";")

    add(value)
    return digest.hexdigest()
