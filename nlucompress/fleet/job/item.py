"""What a worker is told of one model."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from nlucompress.fleet.job.row import Row
from nlucompress.options import Options, option


@dataclass(frozen=True)
class Item:
    """One model of a fleet and what belongs to it.

    Attributes:
        name: Its path below the folder of models, with ``/``.
        sources: Addresses by role: ``model``, and ``data`` and ``reference`` where there are any.
        output: Where the result goes.
        staging: Folder for files that are being written, None for beside the result.
        stages: Folder of what the stages made, if it is kept.
        before: What is known of it from an earlier run.
    """

    name: str
    sources: dict[str, str]
    output: str
    staging: str | None = None
    stages: str | None = None
    before: Row | None = None


@dataclass(frozen=True)
class Limits(Options):
    """What a model may take."""

    title: ClassVar[str] = "Limits of a model"

    seconds: float | None = option(
        None, "Most time of one model", kind=float, above=0, flag="timeout", metavar="SECONDS"
    )
    memory: int | None = option(
        None,
        "Most memory of one worker in bytes, such as 2G",
        kind=int,
        least=1,
        flag="memory-limit",
        metavar="SIZE",
    )
