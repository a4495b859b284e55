"""The manifest: a line of JSON per model that was done, in a file of its own for every run.

Runs into one folder at the same time write to different files, so none can harm another's lines;
a reader takes the newest line of each model. Object stores cannot append: there a run writes a new
file for every so many lines.
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterable, Iterator
from datetime import datetime, timezone
from types import TracebackType
from typing import TextIO

from nlucompress.errors import OutputError
from nlucompress.fleet import folders
from nlucompress.fleet.job.row import Row, from_line, to_line
from nlucompress.format import files
from nlucompress.io import addresses

LINES = 1000  # in a file of an object store


class Manifest:
    """The newest line of every model in a folder of outputs; lines stay text until asked for."""

    def __init__(self, lines: Iterable[str]) -> None:
        """Lines in any order; unfinished ones are passed over."""
        newest: dict[str, tuple[str, str]] = {}
        for line in lines:
            row = from_line(line)
            if row is not None and row.time >= newest.get(row.name, ("", ""))[0]:
                newest[row.name] = (row.time, line)
        self._lines = {name: line for name, (_, line) in newest.items()}

    def get(self, name: str) -> Row | None:
        """What is known of a model."""
        line = self._lines.get(name)
        return None if line is None else from_line(line)

    def names(self) -> list[str]:
        """All models, sorted."""
        return sorted(self._lines)


def read(output: str) -> Manifest:
    """The manifest of a folder of outputs, empty where there is none."""
    return Manifest(_lines(output))


def _lines(output: str) -> Iterator[str]:
    place = addresses.joined(output, folders.OWN)
    for name in folders.opened(place).names("rows-*.jsonl"):
        data = bytes(files.read_bytes(addresses.joined(place, name)))
        yield from data.decode("utf-8", "replace").splitlines()


class Writer:
    """Adds the rows of one run."""

    def __init__(self, output: str) -> None:
        """Nothing is written before the first row."""
        moment = datetime.now(timezone.utc).strftime("%Y%m%dT%H%M%S")
        run = f"rows-{moment}-{os.getpid()}-{secrets.token_hex(4)}"
        self._name = addresses.joined(addresses.joined(output, folders.OWN), run)
        self._file: TextIO | None = None
        self._remote = addresses.is_address(output)
        self._held: list[str] = []
        self._parts = 0

    def __enter__(self) -> Writer:
        """Itself."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Write what is held, also after an error."""
        self._flush()
        if self._file is not None:
            self._file.close()

    def add(self, row: Row) -> None:
        """Add a row; on this machine it is in the file when this returns.

        Raises:
            OutputError: It cannot be written.
        """
        self._held.append(to_line(row) + "\n")
        if not self._remote or len(self._held) >= LINES:
            self._flush()

    def _flush(self) -> None:
        if not self._held:
            return
        text = "".join(self._held)
        self._held = []
        if self._remote:
            files.write_whole(f"{self._name}-{self._parts:06}.jsonl", [text.encode()])
            self._parts += 1
            return
        try:
            if self._file is None:
                os.makedirs(os.path.dirname(self._name), exist_ok=True)
                self._file = open(f"{self._name}.jsonl", "a", encoding="utf-8")  # noqa: SIM115
            self._file.write(text)
            self._file.flush()
        except OSError as error:
            raise OutputError(
                f"{self._name}.jsonl: cannot write: {error.strerror or error}"
            ) from None
