"""What a worker is told of one model."""

from __future__ import annotations

from dataclasses import dataclass

from nlucompress.fleet.job.row import Row


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
class Limits:
    """What a model may take.

    Attributes:
        seconds: Of time, None for any.
        memory: Bytes of a worker, None for any.
    """

    seconds: float | None = None
    memory: int | None = None
