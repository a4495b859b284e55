"""`--log FILE`: the lines of stderr, each with its time, in a file that later runs go on with."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable
from datetime import datetime, timezone

from nlucompress.cli.shared import streams
from nlucompress.errors import OutputError, UsageError

_LINE = re.compile(rb"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ ")


def start(path: str, outputs: Iterable[str | None]) -> None:
    """Keep every line for people in a file from now on.

    Raises:
        UsageError: The file is an output too, or is there and is no log.
        OutputError: It cannot be written.
    """
    for output in outputs:
        if output not in (None, streams.STANDARD) and _same(path, str(output)):
            raise UsageError(f"--log {path}: is the output too; write to another file")
    if path == streams.STANDARD:
        raise UsageError("--log takes a file; the same lines are on stderr already")
    try:
        if os.path.isfile(path):
            with open(path, "rb") as file:
                first = file.read(32)
            if first and not _LINE.match(first):
                raise UsageError(f"--log {path}: is there already and is no log; name another file")
        log = open(path, "a", encoding="utf-8", errors="backslashreplace")  # noqa: SIM115
    except OSError as error:
        raise OutputError(f"{path}: cannot write: {error.strerror or error}") from None

    def keep(line: str) -> None:
        now = datetime.now(timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
        try:
            log.write("".join(f"{now} {part}\n" for part in line.splitlines()))
            log.flush()
        except OSError as error:
            streams.keep_notes(None)
            streams.note(f"nlucompress: warning: {path}: cannot write: {error.strerror or error}")

    streams.keep_notes(keep)


def _same(first: str, second: str) -> bool:
    return os.path.realpath(first) == os.path.realpath(second)
