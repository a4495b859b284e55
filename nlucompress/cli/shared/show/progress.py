"""How far long work is: a bar where a person is watching, else a line now and then."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable
from contextlib import contextmanager
from functools import wraps
from threading import Event, RLock, Thread
from typing import TYPE_CHECKING, Any, TypeVar

import click

from nlucompress.cli.shared import streams
from nlucompress.cli.shared.show import log
from nlucompress.errors import UsageError
from nlucompress.progress import heard_by

if TYPE_CHECKING:
    from collections.abc import Iterator

Function = TypeVar("Function", bound=Callable[..., Any])

SECONDS = "NLUCOMPRESS_PROGRESS_SECONDS"
INTERVAL = 10.0  # seconds between lines, unless the environment says otherwise
_LOG = "nlucompress.log"
PATIENCE = 1.0  # seconds of work before a bar is drawn


class Lines:
    """Progress as lines, none in the first seconds: what runs, its share, the time left."""

    def __init__(
        self,
        what: str,
        say: Callable[[str], None],
        interval: float = INTERVAL,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Begin; ``what`` stands for work that has not told of itself yet."""
        self._what, self._say, self._interval, self._clock = what, say, interval, clock
        self._share: float | None = None
        self._phase = self._last = self._told = clock()
        self._lock = RLock()  # which Ctrl-C in between cannot make wait for itself

    def __call__(self, what: str, share: float) -> None:
        """Take note of what runs and its share; work that begins anew is timed anew."""
        with self._lock:
            now = self._clock()
            if self._share is not None and share < self._share:
                self._phase = now
            self._what, self._share, self._told = what, share, now
            self._beat(now)

    def beat(self) -> None:
        """Say a line if it is time for one."""
        with self._lock:
            self._beat(self._clock())

    def _beat(self, now: float) -> None:
        if now - self._last < self._interval:
            return
        self._last = now
        spent, share = now - self._phase, self._share
        if share is None:
            self._say(f"{self._what}: still at work after {spent:.0f} s")
            return
        left = ""
        if 0 < share <= 1:
            whole = (self._told - self._phase) / share
            left = f", about {max(0.0, whole - spent):.0f} s left"
        self._say(f"{self._what}: {100 * share:.0f} % done after {spent:.0f} s{left}")


class Bar:
    """Progress as a bar on a terminal, drawn once the work has taken a while."""

    def __init__(self, what: str, patience: float = PATIENCE) -> None:
        """Begin; ``what`` stands for work that has not told of itself yet."""
        self._what, self._patience = what, patience
        self._drawn: Any = None
        self._task: Any = None
        self._start = time.monotonic()
        self._lock = RLock()

    def __call__(self, what: str, share: float) -> None:
        """Take note of what runs and its share."""
        with self._lock:
            if self._drawn is not None:
                self._drawn.update(self._task, description=what, total=1.0, completed=share)
            elif time.monotonic() - self._start >= self._patience:
                self._draw(what, 1.0, share)

    def beat(self) -> None:
        """Draw, if that is due, a bar that tells no share."""
        with self._lock:
            if self._drawn is None and time.monotonic() - self._start >= self._patience:
                self._draw(self._what, None, 0.0)

    def _draw(self, what: str, total: float | None, share: float) -> None:
        from rich import progress
        from rich.console import Console

        columns = (
            progress.TextColumn("{task.description}", markup=False),
            progress.BarColumn(20),
            progress.TaskProgressColumn(),
            progress.TimeRemainingColumn(),
        )
        console = Console(stderr=True)
        self._drawn = progress.Progress(
            *columns, console=console, transient=True, redirect_stdout=False
        )
        self._task = self._drawn.add_task(what, total=total, completed=share)
        self._drawn.start()

    def close(self) -> None:
        """Take the bar away for good."""
        with self._lock:
            if self._drawn is not None:
                self._drawn.stop()
            self._drawn, self._start = None, float("inf")


def _kept(ctx: click.Context, param: click.Parameter, value: str | None) -> None:
    if value is not None:
        ctx.meta[_LOG] = value


def watched(function: Function) -> Function:
    """The options of a command that may take long: it tells of itself, and ``--log`` keeps that."""

    @wraps(function)  # which keeps the options that were declared before
    def call(**options: Any) -> Any:
        log_file = click.get_current_context().meta.get(_LOG)
        target = options.get("target")
        quiet = options["quiet"] if target is None else target.quiet
        outputs = (options.get("html"),) if target is None else (target.output,)
        if log_file is not None:
            log.start(log_file, outputs)
        with _heard(quiet, log_file is not None):
            return function(**options)

    return click.option(
        "--log",
        metavar="FILE",
        expose_value=False,
        callback=_kept,
        help="Also keep the lines of stderr there, each with its time; an existing log goes on.",
    )(call)  # type: ignore[return-value]


@contextmanager
def _heard(quiet: bool, logged: bool) -> Iterator[None]:
    """Show what is told meanwhile: quiet shows nothing, and only a log hears it then."""
    shown = not quiet and sys.stderr is not None
    what = click.get_current_context().info_name or "nlucompress"
    bar = None
    if shown and sys.stderr.isatty() and os.environ.get("TERM") != "dumb":
        bar = Bar(what, _interval(PATIENCE))
    lines = None
    if logged or (shown and bar is None):
        only_logged = bar is not None or not shown
        lines = Lines(what, lambda line: streams.note(line, only_logged), _interval())
    heard = [each for each in (bar, lines) if each is not None]
    if not heard:
        yield
        return

    def hear(what: str, share: float) -> None:
        for each in heard:
            each(what, share)

    over = Event()

    def beat() -> None:
        while not over.wait(max(0.01, min(PATIENCE, _interval()))):
            for each in heard:
                each.beat()

    beating = Thread(target=beat, daemon=True)
    streams.before_data(bar.close if bar is not None else None)
    try:
        beating.start()
        with heard_by(hear):
            yield
    finally:
        over.set()
        beating.join()
        if bar is not None:
            bar.close()


def _interval(default: float = INTERVAL) -> float:
    """Seconds between lines, or before a bar is drawn: what the environment says, or the default.

    Raises:
        UsageError: The environment says something else than a number of seconds.
    """
    said = os.environ.get(SECONDS)
    if said is None:
        return default
    try:
        seconds = float(said)
    except ValueError:
        seconds = -1.0
    if not 1e-4 <= seconds <= 86_400:
        raise UsageError(f"{SECONDS}={said!r} is not a number of seconds from 0.0001 to 86400")
    return seconds
