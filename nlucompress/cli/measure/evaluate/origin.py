"""What an evaluation was made of: model, references and data with their digests, version, time."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from nlucompress.cli.shared import streams
from nlucompress.errors import UsageError
from nlucompress.version import VERSION

if TYPE_CHECKING:
    from nlucompress.format.model import Model

EPOCH = "SOURCE_DATE_EPOCH"  # seconds; reports that are made to be compared take their time from it


@dataclass(frozen=True)
class Origin:
    """Names and digests.

    Attributes:
        model: What the model is called.
        digest: Its digest, as ``inspect`` tells it.
        references: The digest of each reference, by name.
        data: What the data are called.
        sha256: Of the file of data; None for standard input and other pipes.
        version: Of this program.
        time: When the report was made, in UTC.
    """

    model: str
    digest: str
    references: Mapping[str, str]
    data: str
    sha256: str | None
    version: str
    time: str

    def rows(self) -> list[tuple[str, str]]:
        """All but the time in words, so that the same input gives the same page."""
        return [
            ("model", f"{self.model}, digest {self.digest}"),
            *(("reference", f"{name}, digest {each}") for name, each in self.references.items()),
            ("data", self.data if self.sha256 is None else f"{self.data}, SHA-256 {self.sha256}"),
            ("made by", f"nlucompress {self.version}"),
        ]

    def added(self, figures: Mapping[str, Any]) -> dict[str, Any]:
        """The figures of a report as JSON, with these."""
        references = [
            {**each, "digest": self.references[each["name"]]} for each in figures["references"]
        ]
        return {
            **figures,
            "references": references,
            "model": {"name": self.model, "digest": self.digest},
            "data": {"name": self.data, "sha256": self.sha256},
            "version": self.version,
            "time": self.time,
        }


def origin(model: str, measured: Model, references: Mapping[str, Model], data: str) -> Origin:
    """What a report is about to be made of.

    Args:
        model: Path of the model.
        measured: The model.
        references: Those that it is compared with, by name.
        data: Path of the data.
    """
    from nlucompress.format import codec

    return Origin(
        streams.named(model),
        codec.digest(measured),
        {name: codec.digest(old) for name, old in references.items()},
        streams.named(data),
        _sha256(data),
        VERSION,
        _now(),
    )


def _sha256(path: str) -> str | None:
    import hashlib

    from nlucompress.format.files import read_bytes
    from nlucompress.io.addresses import is_address

    if path == streams.STANDARD or not (is_address(path) or os.path.isfile(path)):
        return None  # a pipe can be read once only, and that by the evaluation
    return hashlib.sha256(read_bytes(path)).hexdigest()


def _now() -> str:
    from datetime import datetime, timezone

    said = os.environ.get(EPOCH)
    if said is None:
        moment = datetime.now(timezone.utc)
    elif said.isascii() and said.isdecimal() and len(said) < 12:
        moment = datetime.fromtimestamp(int(said), timezone.utc)
    else:
        raise UsageError(f"{EPOCH}={said!r} is not a number of seconds since 1970")
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")
