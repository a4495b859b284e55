"""A fleet on many workers, event by event: workers, one scheduler, one client."""

from __future__ import annotations

import heapq
from dataclasses import dataclass

from nlucompress.fleet.engine import batch_seconds


@dataclass(frozen=True)
class Costs:
    """Seconds of each part.

    Attributes:
        work: Of a worker for a model.
        row: Of the client for a model's row.
        task: Of client and scheduler together for a task, which is a batch of models.
        largest: Models in a batch at most.
        ahead: Batches for each worker that the scheduler knows of.
    """

    work: float
    row: float
    task: float
    largest: int
    ahead: int


@dataclass(frozen=True)
class Outcome:
    """Seconds of the whole, and the shares of it in which workers and client had work."""

    seconds: float
    workers: float
    client: float


def run(costs: Costs, models: int, workers: int) -> Outcome:
    """Do so many models on so many workers.

    The client hands out batches of the engine's sizes while the window has room, and takes the
    rows of a batch before it hands out the next one. All that client and scheduler do is one queue.
    """
    fitting = max(1, min(costs.largest, int(batch_seconds(workers) / costs.work)))
    left, front, busy, client = models, 0.0, 0.0, 0.0
    free = [0.0] * workers  # when each worker is free
    ended: list[tuple[float, int]] = []  # batches at work or waiting: when they end, their models
    last = 0.0
    while left or ended:
        if left and len(ended) < costs.ahead * workers:
            share = left // (2 * workers)
            size = max(1, min(fitting, share))
            left -= size
            front += costs.task
            client += costs.task
            begin = max(front, heapq.heappop(free))
            end = begin + size * costs.work
            busy += size * costs.work
            heapq.heappush(free, end)
            heapq.heappush(ended, (end, size))
            continue
        end, size = heapq.heappop(ended)
        front = max(front, end) + size * costs.row
        client += size * costs.row
        last = max(last, front)
    return Outcome(last, busy / (last * workers), client / last)
