"""Progress of a fleet, and its log."""

from __future__ import annotations

import time
from contextlib import ExitStack
from types import TracebackType
from typing import TYPE_CHECKING

from nlucompress.cli.shared.progress import progress_bar
from nlucompress.errors import OutputError

if TYPE_CHECKING:
    from nlucompress.fleet.job.row import Row


class Watch:
    """Tells how far a fleet is, and adds a line to the log for each model."""

    def __init__(self, total: int, log: str | None, quiet: bool) -> None:
        """Of so many models; log to a file, if one is named."""
        self._total, self._log, self._quiet = total, log, quiet
        self._done = 0
        self._start = time.monotonic()
        self._open = ExitStack()

    def __enter__(self) -> Watch:
        """Open the log.

        Raises:
            OutputError: It cannot be written.
        """
        self._show = self._open.enter_context(progress_bar(self._quiet))
        self._file = None
        if self._log is not None:
            try:
                self._file = self._open.enter_context(open(self._log, "a", encoding="utf-8"))
            except OSError as error:
                raise OutputError(f"{self._log}: cannot write: {error.strerror}") from None
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close what is open."""
        self._open.close()

    def add(self, row: Row) -> None:
        """One more model has ended."""
        self._done += 1
        if self._file is not None:
            said = f"\t{row.error}" if row.error else ""
            self._file.write(f"{row.time}\t{row.status}\t{row.seconds:.3f} s\t{row.name}{said}\n")
            self._file.flush()
        if self._show is not None:
            rate = self._done / max(time.monotonic() - self._start, 1e-9)
            what = f"{self._done:,} of {self._total:,} models, {rate:.1f} a second"
            self._show(what, self._done / self._total)
