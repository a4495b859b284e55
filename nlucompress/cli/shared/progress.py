"""How far a training is: a bar where a person is watching, else a line now and then."""

from __future__ import annotations

import os
import sys
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

from nlucompress.cli.shared import streams

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from nlucompress.stages.train.linear import Progress


INTERVAL = 10.0  # seconds between lines


def lines(clock: Callable[[], float] = time.monotonic) -> Progress:
    """Progress as lines on stderr, none in the first seconds: what runs, its share, time left."""
    start = last = clock()

    def show(what: str, done: float) -> None:
        nonlocal last
        now = clock()
        if now - last < INTERVAL:
            return
        last = now
        left = f", about {(now - start) * (1 - done) / done:.0f} s left" if 0 < done <= 1 else ""
        streams.note(f"{what}: {100 * done:.0f} % done after {now - start:.0f} s{left}")

    return show


@contextmanager
def progress_bar(quiet: bool) -> Iterator[Progress | None]:
    """A bar on stderr where a person is watching, else a line every ten seconds; quiet: None."""
    if quiet or sys.stderr is None:
        yield None
        return
    if not sys.stderr.isatty() or os.environ.get("TERM") == "dumb":
        yield lines()
        return
    from rich.console import Console
    from rich.progress import Progress as Bar

    with Bar(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("training", total=1.0)

        def show(what: str, done: float) -> None:
            bar.update(task, description=what, completed=done)

        yield show
