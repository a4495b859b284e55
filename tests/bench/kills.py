"""Kills workers, schedulers and clients of fleets at work: nothing lost, nothing half written.

    python -m tests.bench.kills --kills 20 --models 30

Each kill comes when a drawn number of outputs is there. Then every output must be the very bytes of
an undisturbed run, and nothing else may lie beside them; a run whose worker was killed must do all
models, one whose scheduler was killed must end in an error line, and the next run into the same
folder must do what is left, and no more. No process may be left behind.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import random
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import psutil

from tests.bench.fleets import skills
from tests.cli.program import BAD_INPUT, DONE, PROGRAM, environment

RECIPE = """\
data = "{stem}.dev.tsv"

[[stage]]
name = "quantize"
bits = 5

[[stage]]
name = "phash"

[[stage]]
name = "pack"
"""
PATIENCE = 300.0  # seconds for anything


class Place:
    """Models, their recipe, and what must come out."""

    def __init__(self, folder: Path, count: int) -> None:
        self.folder, self.count = folder, count
        skills.fill(folder / "skills", count)
        (folder / "recipe.toml").write_text(RECIPE)
        self.output = folder / "whole"
        done = self.start().communicate(timeout=PATIENCE)
        self.expected = self.written()
        assert len(self.expected) == count, done
        self.output = folder / "out"

    def start(self, *options: str) -> subprocess.Popen[str]:
        """A fleet over this folder."""
        words = ["fleet", "recipe.toml", "skills", "-o", str(self.output), "--json"]
        return subprocess.Popen(
            [str(PROGRAM), *words, *(options or ("--jobs", "2"))],
            cwd=self.folder,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env=environment(),
        )

    def written(self) -> dict[str, bytes]:
        """All that lies in the output folder, but for what is ours."""
        if not self.output.exists():
            return {}
        return {each.name: each.read_bytes() for each in self.output.iterdir() if each.is_file()}

    def wait_for(self, count: int, process: subprocess.Popen[str]) -> None:
        """Until so many outputs are there."""
        end = time.monotonic() + PATIENCE
        while process.poll() is None and len(self.written()) < count:
            assert time.monotonic() < end, "no progress"
            time.sleep(0.005)

    def check(self) -> None:
        """Every output is whole, and nothing is beside them."""
        for name, data in self.written().items():
            assert self.expected.get(name) == data, f"{name} is not what it should be"

    def finish(self, stood: int, *options: str) -> None:
        """The next run does what is left."""
        process = self.start(*options)
        out, err = process.communicate(timeout=PATIENCE)
        assert process.returncode == DONE, err
        told = json.loads(out)
        assert told["done"] == self.count, told
        assert told["stood"] >= stood, (told["stood"], stood)
        assert self.written() == self.expected
        left = [*(self.output / ".fleet" / "writing").iterdir()]
        assert not left, left


def rows_in(output: Path) -> int:
    """Rows that are in the manifest."""
    files = (output / ".fleet").glob("rows-*.jsonl")
    return sum(file.read_bytes().count(b"\n") for file in files)


def gone(processes: list[psutil.Process]) -> None:
    """All of them end on their own."""
    _, alive = psutil.wait_procs(processes, timeout=60)
    assert not alive, f"left behind: {alive}"


def workers(process: subprocess.Popen[str]) -> list[psutil.Process]:
    """Processes below a fleet's."""
    found: list[psutil.Process] = psutil.Process(process.pid).children(recursive=True)
    return found


def kill_a_worker(place: Place, after: int, draw: random.Random) -> str:
    process = place.start()
    place.wait_for(after, process)
    spawned = workers(process)
    victims = [each for each in spawned if "spawn_main" in " ".join(each.cmdline())]
    victim = draw.choice(victims)
    victim.kill()
    out, err = process.communicate(timeout=PATIENCE)
    assert process.returncode == DONE, err
    assert json.loads(out)["done"] == place.count
    gone(spawned)
    assert place.written() == place.expected
    return "all done in the same run"


def kill_the_client(place: Place, after: int, draw: random.Random) -> str:
    process = place.start()
    place.wait_for(after, process)
    spawned = workers(process)
    process.kill()
    process.communicate(timeout=PATIENCE)
    gone(spawned)
    place.check()
    known, there = rows_in(place.output), len(place.written())
    place.finish(known)
    return f"{there} written, {known} known, the rest done by the next run"


def quiet(folder: Path, *words: str) -> subprocess.Popen[bytes]:
    """A process that says nothing."""
    return subprocess.Popen(
        words,
        cwd=folder,
        env=environment(),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


@contextlib.contextmanager
def cluster(folder: Path) -> Iterator[tuple[str, subprocess.Popen[bytes]]]:
    """A scheduler and two workers, started as Dask's users do."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        address = f"tcp://127.0.0.1:{probe.getsockname()[1]}"
    dask = [sys.executable, "-m", "distributed.cli.dask_scheduler", "--no-dashboard"]
    scheduler = quiet(folder, *dask, "--host", "127.0.0.1", "--port", address.rpartition(":")[2])
    words = [sys.executable, "-m", "distributed.cli.dask_worker", address, "--nthreads", "1"]
    words += ["--no-dashboard", "--death-timeout", "30", "--nworkers", "2"]
    worker = quiet(folder, *words)
    try:
        yield address, scheduler
    finally:
        for each in (scheduler, worker):
            children = (
                psutil.Process(each.pid).children(recursive=True) if each.poll() is None else []
            )
            each.send_signal(signal.SIGTERM)
            with contextlib.suppress(subprocess.TimeoutExpired):
                each.wait(20)
            for left in children:
                with contextlib.suppress(psutil.NoSuchProcess):
                    left.kill()
            each.kill()
            each.wait()


def kill_the_scheduler(place: Place, after: int, draw: random.Random) -> str:
    with cluster(place.folder) as (address, scheduler):
        process = place.start("--scheduler", address)
        place.wait_for(after, process)
        scheduler.kill()
        started = time.monotonic()
        _, err = process.communicate(timeout=PATIENCE)
        took = time.monotonic() - started
    assert process.returncode == BAD_INPUT, (process.returncode, err)
    lines = [line for line in err.splitlines() if "error" in line]
    assert len(lines) == 1, err
    assert "the scheduler is gone" in lines[0], err
    place.check()
    known = rows_in(place.output)
    place.finish(known)
    return f"told after {took:.1f} s, {known} known, the rest done by the next run"


KINDS = {"worker": kill_a_worker, "client": kill_the_client, "scheduler": kill_the_scheduler}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=20, help="of each kind")
    parser.add_argument("--models", type=int, default=30)
    parser.add_argument("--kind", choices=[*KINDS], action="append")
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    draw = random.Random(given.seed)
    with tempfile.TemporaryDirectory() as folder:
        place = Place(Path(folder), given.models)
        for kind in given.kind or KINDS:
            for number in range(given.kills):
                shutil.rmtree(place.output, ignore_errors=True)
                after = draw.randrange(given.models - 10)
                said = KINDS[kind](place, after, draw)
                print(f"{kind} {number + 1}: killed after {after} outputs; {said}", flush=True)
    kinds = len(given.kind or KINDS)
    print(
        f"{kinds * given.kills} kills, {os.cpu_count()} cores: nothing lost, nothing half written"
    )


if __name__ == "__main__":
    main()
