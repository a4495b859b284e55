"""The engine on this machine: all rows come, whatever happens to workers."""

from __future__ import annotations

import os
import shutil
import signal
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from nlucompress.fleet import engine
from nlucompress.fleet.engine import EngineOptions
from nlucompress.fleet.job.item import Item, Limits
from nlucompress.fleet.job.row import Row
from nlucompress.fleet.recipe import recipe
from tests.workplace import RECIPE

pytest.importorskip("distributed", reason="fleets need Dask")
pytestmark = pytest.mark.filterwarnings("default")  # Dask's own are not ours to mend

ASKED = recipe.parse(RECIPE, "recipe.toml")
MODELS = 12


@pytest.fixture(scope="module")
def skills(models: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("fleet")
    for number in range(MODELS):
        shutil.copy(models / "older.nlu", folder / f"{number}.nlu")
    shutil.copy(models / "dev.tsv", folder / "dev.tsv")
    return folder


@pytest.fixture(scope="module")
def client() -> Iterator[Any]:
    with engine.connected(EngineOptions(jobs=2, retries=1)) as client:
        yield client


def items(skills: Path, output: Path, poison: Sequence[int] = ()) -> list[Item]:
    return [
        Item(
            f"{number}.nlu",
            {
                "model": f"{skills}/{number}.nlu" if number not in poison else f"{skills}/poison",
                "data": f"{skills}/dev.tsv",
            },
            f"{output}/{number}.nlu",
        )
        for number in range(MODELS)
    ]


def ran(
    client: Any, asked: list[Item], each: Callable[[Row], None] = lambda row: None
) -> list[Row]:
    rows = []
    options = EngineOptions(jobs=2, retries=1, limits=Limits(seconds=60))
    for row in engine.run(client, asked, len(asked), ASKED, options):
        rows.append(row)
        each(row)
    return rows


def test_every_model_once(client: Any, skills: Path, tmp_path: Path) -> None:
    rows = ran(client, items(skills, tmp_path))
    assert sorted(row.name for row in rows) == sorted(f"{n}.nlu" for n in range(MODELS))
    assert {row.status for row in rows} == {"done"}
    made = {(tmp_path / row.name).read_bytes() for row in rows}
    assert len(made) == 1


def test_a_worker_that_is_killed_is_replaced(client: Any, skills: Path, tmp_path: Path) -> None:
    killed: list[int] = []

    def kill(row: Row) -> None:
        if not killed:
            killed.append(next(iter(client.run(os.getpid).values())))
            os.kill(killed[0], signal.SIGKILL)

    rows = ran(client, items(skills, tmp_path), kill)
    assert killed
    assert len(rows) == MODELS
    assert {row.status for row in rows} == {"done"}
    assert not [path for path in tmp_path.iterdir() if path.suffix != ".nlu"]


def test_what_kills_its_worker_is_a_row(client: Any, skills: Path, tmp_path: Path) -> None:
    def poison() -> None:
        """In a worker: reading a file of this name ends the process."""
        from nlucompress.format import files

        real = files.read_bytes

        def read(path: str) -> memoryview:
            if path.endswith("poison"):
                os._exit(1)
            return real(path)

        files.read_bytes = read  # type: ignore[assignment]

    import cloudpickle
    from distributed.diagnostics.plugin import WorkerPlugin

    class Poison(WorkerPlugin):  # type: ignore[misc]
        name = "poison"

        def setup(self, worker: Any) -> None:
            poison()

    cloudpickle.register_pickle_by_value(sys.modules[__name__])  # workers have no tests
    client.register_plugin(Poison())
    try:
        rows = ran(client, items(skills, tmp_path, poison=[5]))
    finally:
        client.unregister_worker_plugin(
            "poison"
        )  # this test is the last, all workers die once more
    failed = [row for row in rows if row.status == "failed"]
    assert [row.name for row in failed] == ["5.nlu"]
    assert failed[0].error is not None
    assert "its worker died each time it was tried (2 times)" in failed[0].error
    assert len(rows) == MODELS
