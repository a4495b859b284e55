"""The engine: `dask.distributed`, on this machine or on a cluster that exists.

Dask queues, schedules, replaces workers and tries again. Added here: models go in batches, since a
task costs the scheduler about a millisecond, and in a window, since a scheduler that is handed a
hundred thousand tasks at once stalls (dask/distributed#2181). What was held by workers that died
too often is tried once more at the end, one model at a time and nothing beside it, so that one bad
model does not take its neighbours along.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from typing import Any, ClassVar

from nlucompress.errors import NluCompressError, UsageError
from nlucompress.fleet.job.item import Item, Limits
from nlucompress.fleet.job.perform import perform_batch
from nlucompress.fleet.job.row import Row
from nlucompress.fleet.recipe.recipe import Recipe
from nlucompress.options import Options, nested, option

SECONDS = 0.5  # of work in a batch, at least
# Of a worker: models come and go by the megabyte. Dask has freed memory returned to the system from
# 64 KiB on, so that every model would pay for the same pages anew: half as much time again.
MALLOC = {"MALLOC_TRIM_THRESHOLD_": 256 << 20, "MALLOC_MMAP_THRESHOLD_": 32 << 20}
PER_WORKER = 0.02  # seconds more for each worker: the scheduler's tasks a second stay 50
LARGEST = 256  # models in a batch
AHEAD = 3  # batches for each worker that the scheduler knows of


def batch_seconds(workers: int) -> float:
    """Seconds of work that a batch aims at, so that one scheduler can hand out all of them."""
    return max(SECONDS, PER_WORKER * workers)


class EngineError(NluCompressError):
    """The scheduler is gone, or cannot be reached."""


@dataclass(frozen=True)
class EngineOptions(Options):
    """Where the work is done.

    Attributes:
        limits: Of each model.
    """

    title: ClassVar[str] = "The engine"

    jobs: int | None = option(
        None,
        "Worker processes on this machine",
        kind=int,
        least=1,
        most=4096,
        absent="one per core",
    )
    scheduler: str | None = option(
        None,
        "A Dask scheduler that runs, tcp://host:8786, instead of workers on this machine",
        metavar="ADDRESS",
    )
    retries: int = option(
        3, "How often a model is tried again whose worker died", least=0, most=100
    )
    limits: Limits = nested(Limits)


@contextmanager
def connected(options: EngineOptions) -> Iterator[Any]:
    """A Dask client, of a cluster of its own unless a scheduler is named.

    Raises:
        UsageError: Dask is not installed.
        EngineError: The scheduler cannot be reached.
    """
    try:
        import dask
        from distributed import Client, LocalCluster
    except ImportError:
        raise UsageError("a fleet needs Dask: pip install 'nlucompress[fleet]'") from None
    # What Dask's log says is told by one line of ours, or by the report.
    logging.getLogger("distributed").setLevel(logging.CRITICAL)
    if options.scheduler is not None:
        try:
            client = Client(options.scheduler, timeout=30)
        except (OSError, ValueError) as error:
            raise EngineError(f"{options.scheduler}: no scheduler answers: {error}") from None
        with client:
            yield client
        return
    settings = {
        "distributed.scheduler.allowed-failures": options.retries,
        # Models are small and come alone: a worker that swaps or pauses would only hide a bad one.
        "distributed.worker.memory.target": False,
        "distributed.worker.memory.spill": False,
        "distributed.worker.memory.pause": False,
        "distributed.nanny.pre-spawn-environ": {
            **dask.config.get("distributed.nanny.pre-spawn-environ"),
            **MALLOC,
        },
    }
    with (
        dask.config.set(settings),
        LocalCluster(
            n_workers=options.jobs,
            threads_per_worker=1,
            processes=True,
            memory_limit=options.limits.memory or "auto",
            dashboard_address=None,
            silence_logs="CRITICAL",
        ) as cluster,
        Client(cluster) as client,
    ):
        yield client


def run(
    client: Any, items: Iterable[Item], total: int, recipe: Recipe, options: EngineOptions
) -> Iterator[Row]:
    """Rows of the models as they end, in any order.

    Args:
        client: What ``connected`` gives.
        items: What is to be done.
        total: How many they are.
        recipe: What is done to each.
        options: Where.

    Raises:
        EngineError: The scheduler is gone; what was done stands.
    """
    from distributed import CancelledError, as_completed
    from distributed.scheduler import KilledWorker

    source = iter(items)
    held: dict[str, list[Item]] = {}
    running = as_completed()
    suspects: list[Item] = []
    done, seconds = 0, 0.0

    def submit(batch: list[Item]) -> None:
        future = client.submit(perform_batch, batch, recipe, options.limits, pure=False)
        held[future.key] = batch
        running.add(future)

    def fill() -> None:
        workers = max(1, len(client.nthreads()))
        while len(held) < AHEAD * workers:
            # At the end batches are small, so that all workers end at about the same time.
            share = (total - done - sum(map(len, held.values()))) // (2 * workers)
            fitting = batch_seconds(workers) * done / seconds if seconds else 1
            batch = list(islice(source, max(1, min(LARGEST, share, int(fitting)))))
            if not batch:
                return
            submit(batch)

    def ended() -> Iterator[Row]:
        nonlocal done, seconds
        for future in running:
            if future.status == "lost":  # its worker died with the rows: Dask does it again
                running.add(future)
                continue
            batch = held.pop(future.key)
            try:
                rows = future.result()
            except KilledWorker:
                suspects.extend(batch)
            else:
                done += len(rows)
                seconds += sum(row.seconds for row in rows)
                yield from rows
            fill()

    try:
        fill()
        yield from ended()
        # A death counts against all that its worker held. Alone, a model can only kill its own.
        while suspects:
            item = suspects.pop()
            submit([item])
            yield from ended()
            if item in suspects:
                suspects.remove(item)
                yield _killed(item, recipe, options.retries)
    except (CancelledError, OSError):  # a lost connection is an OSError
        raise EngineError(
            "the scheduler is gone; run the same again: what was done stands"
        ) from None


def _killed(item: Item, recipe: Recipe, retries: int) -> Row:
    from datetime import datetime, timezone

    now = datetime.now(timezone.utc).isoformat(timespec="milliseconds")
    reason = (
        f"its worker died each time it was tried ({retries + 1} times): killed, out of memory, or "
        "over its time in a call that did not return"
    )
    return Row(item.name, "failed", recipe.digest, error=reason, time=now)
