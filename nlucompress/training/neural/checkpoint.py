"""Checkpoints of a training that was stopped: written after every epoch, read to go on."""

from __future__ import annotations

import io
import os
from collections.abc import Mapping
from typing import Any, Protocol

import torch

from nlucompress.errors import DataError
from nlucompress.format import codec
from nlucompress.format.files import write_atomically
from nlucompress.format.model import Model
from nlucompress.training.neural.identity import differences

COUNTS = ("accuracy", "before", "epochs", "best_epoch", "waited")


class _ForeignError(Exception):
    """A checkpoint is of another training."""


class Run(Protocol):
    """What a training remembers of its epochs."""

    best: Model


def write_checkpoint(
    path: str | os.PathLike[str],
    epoch: int,
    module: torch.nn.Module,
    optimizers: list[torch.optim.Optimizer],
    run: Run,
    identity: Mapping[str, str],
) -> None:
    """Write weights, optimizers, the best model so far and which training this is.

    The file appears whole or not at all.
    """
    state = {
        "training": dict(identity),
        "epoch": epoch,
        "module": module.state_dict(),
        "optimizers": [optimizer.state_dict() for optimizer in optimizers],
        "best": torch.frombuffer(bytearray(codec.to_bytes(run.best)), dtype=torch.uint8),
        "counts": {name: getattr(run, name) for name in COUNTS},
    }
    buffer = io.BytesIO()
    torch.save(state, buffer)
    write_atomically(path, [buffer.getvalue()])


def read_checkpoint(
    path: str | os.PathLike[str],
    module: torch.nn.Module,
    optimizers: list[torch.optim.Optimizer],
    run: Run,
    identity: Mapping[str, str],
) -> int:
    """Take up a training where it stopped; returns the epochs that are done. Runs no code.

    Raises:
        DataError: The checkpoint is damaged, or of another training; the text says what differs.
    """
    try:
        state: dict[str, Any] = torch.load(path, weights_only=True)
        if apart := differences(state["training"], identity):
            raise _ForeignError("; ".join(apart))
        module.load_state_dict(state["module"])
        for optimizer, each in zip(optimizers, state["optimizers"], strict=True):
            optimizer.load_state_dict(each)
        run.best = codec.parse(state["best"].numpy().tobytes())
        for name in COUNTS:
            setattr(run, name, state["counts"][name])
        return int(state["epoch"])
    except _ForeignError as error:
        raise DataError(
            f"{path}: the checkpoint is of another training: {error}; name another file, or delete "
            "this one to start anew"
        ) from None
    except Exception as error:  # torch names no common one for damaged and for foreign files
        reason = str(error).strip().split("\n")[0][:120]
        raise DataError(f"{path}: no checkpoint of this training ({reason}); delete it") from None
