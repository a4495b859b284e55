"""The simulation of fleets: what must hold whatever the costs are."""

from __future__ import annotations

import pytest

from tests.bench.fleets import simulation
from tests.bench.fleets.simulation import Costs

MODELS = 5000
CHEAP = Costs(work=0.03, row=0.0001, task=0.002, largest=256, ahead=3)


@pytest.mark.parametrize("workers", [1, 2, 16])
def test_few_workers_share_the_work(workers: int) -> None:
    found = simulation.run(CHEAP, MODELS, workers)
    least = MODELS * CHEAP.work / workers
    assert least <= found.seconds <= 1.1 * least + 1
    assert found.workers == pytest.approx(least / found.seconds)


def test_the_client_is_a_limit() -> None:
    dear = Costs(work=0.03, row=0.01, task=0.002, largest=256, ahead=3)
    found = simulation.run(dear, MODELS, 128)
    assert found.seconds >= MODELS * dear.row
    assert found.client > 0.9
    assert simulation.run(CHEAP, MODELS, 128).seconds < found.seconds / 5
