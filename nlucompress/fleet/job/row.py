"""What is known of one model of a fleet: a line of the manifest."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

Status = Literal["done", "missed", "failed"]
STATUSES: tuple[Status, ...] = ("done", "missed", "failed")


@dataclass(frozen=True)
class Source:
    """A file that was read or written.

    Attributes:
        digest: Of its bytes, 32 hexadecimal digits.
        stamp: Its size with its time or tag, which tell without reading that it did not change.
    """

    digest: str
    stamp: str


@dataclass(frozen=True)
class Row:
    """How one model came out.

    Attributes:
        name: The model's path below its folder, with ``/``.
        status: ``done``; ``missed``, a gate; or ``failed``. Only ``done`` leaves an output.
        recipe: Digest of the recipe.
        sources: The files that were read, by role: ``model``, ``data``, ``reference``.
        output: The file that was written.
        figures: ``size_before``, ``size_after`` (bytes) and, where there are data, ``examples``,
            ``accuracy``, ``accuracy_before``, ``accuracy_drop``, ``nfr`` (fractions).
        gates: Outcomes: name, limit, value, met; those of ``compress`` with the bound that decided.
        error: Why it failed, one line.
        seconds: What it took.
        time: When it ended, UTC, ISO 8601.
        made: Digest of all that decides the output: the model, the stages, their options.
    """

    name: str
    status: Status
    recipe: str
    sources: Mapping[str, Source] = field(default_factory=dict)
    output: Source | None = None
    figures: Mapping[str, float] = field(default_factory=dict)
    gates: tuple[Mapping[str, Any], ...] = ()
    error: str | None = None
    seconds: float = 0.0
    time: str = ""
    made: str = ""


def to_line(row: Row) -> str:
    """A row as one line of JSON."""
    return json.dumps(dataclasses.asdict(row), separators=(",", ":"), allow_nan=False)


def from_line(line: str) -> Row | None:
    """The row of a line; None for one that a run which was killed left unfinished."""
    try:
        values = json.loads(line)
        sources = {role: Source(**each) for role, each in values.pop("sources").items()}
        output = values.pop("output")
        gates = tuple(values.pop("gates"))
        row = Row(
            **values, sources=sources, output=Source(**output) if output else None, gates=gates
        )
    except (ValueError, TypeError, AttributeError, KeyError):
        return None
    return row if row.status in STATUSES else None
