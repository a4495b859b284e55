"""Fleets against the shell, one worker against two, and many workers by simulation.

    python -m tests.bench.fleets.costs --models 2000 --large 20000

Costs are measured on made-up skills in this run. No gates: a fleet does what the shell does.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path

from nlucompress.fleet import engine, folders, manifest
from nlucompress.fleet.engine import AHEAD, LARGEST, EngineOptions
from nlucompress.fleet.job.item import Limits
from nlucompress.fleet.job.perform import perform_batch
from nlucompress.fleet.plan import Plan
from nlucompress.fleet.recipe import recipe as recipes
from nlucompress.fleet.summary import Summary
from tests.bench.fleets import simulation, skills
from tests.bench.kills import RECIPE
from tests.cli.program import PROGRAM, environment

PARTS = ["shell", "workers", "simulation", "memory"]
SHELL, SAMPLE = 12, 40  # models that go through the shell, and that a model's cost is measured on


@dataclass(frozen=True)
class Spent:
    """A process and all below it: seconds by the clock, of the processors, and what it said."""

    clock: float
    cpu: float
    out: str


def spent(folder: Path, words: list[str]) -> Spent:
    before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    done = subprocess.run(
        words,
        cwd=folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        env=environment(OMP_NUM_THREADS="1"),
        check=True,
    )
    clock = time.perf_counter() - start
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return Spent(clock, cpu, done.stdout)


def fleet(folder: Path, source: str, output: str, jobs: int) -> Spent:
    words = [str(PROGRAM), "fleet", "recipe.toml", source, "-o", output, "--json"]
    return spent(folder, [*words, "--jobs", str(jobs)])


def by_shell(folder: Path, names: list[str]) -> Spent:
    program = str(PROGRAM)
    lines = [
        f"{program} quantize skills/{name} --bits 5 -q | {program} phash -q | "
        f"{program} pack -q -f -o shell.nlu"
        for name in names
    ]
    return spent(folder, ["bash", "-c", "set -e; " + "; ".join(lines)])


def against_the_shell(folder: Path, count: int) -> None:
    names = [f"skill{number:05}.nlu" for number in range(0, count, max(1, count // SHELL))][:SHELL]
    shell = by_shell(folder, names)
    shutil.rmtree(folder / "one", ignore_errors=True)
    one = fleet(folder, "skills", "one", 1)
    each, ours = shell.cpu / len(names), one.cpu / count
    print(
        f"CPU of a model: shell {1e3 * each:.0f} ms ({len(names)} models), fleet {1e3 * ours:.1f}"
    )
    print(f"  {each / ours:.1f} times less (at least 20); start-up of the fleet is in it")
    again = fleet(folder, "skills", "one", 1)
    assert json.loads(again.out)["stood"] == count
    print(f"second run: {1e3 * again.clock / count:.2f} ms a model (at most 1), start-up in it")


def workers(folder: Path, count: int) -> None:
    """One worker against two in this process, start-up left out."""
    recipe = recipes.load(str(folder / "recipe.toml"))
    took = {}
    for jobs in (1, 2):
        output = folder / f"by{jobs}"
        plan = Plan(
            recipe,
            folders.opened(str(folder / "skills")),
            folders.opened(str(output)),
            manifest.Manifest([]),
        )
        items = [plan.item(name) for name, _ in plan.standing()]
        options = EngineOptions(jobs=jobs)
        with engine.connected(options) as client:
            client.wait_for_workers(jobs)
            start = time.perf_counter()
            rows = list(engine.run(client, items, len(items), recipe, options))
            took[jobs] = time.perf_counter() - start
        work = sum(row.seconds for row in rows)
        over = 1e3 * (jobs * took[jobs] - work) / count
        print(
            f"{jobs} workers: {took[jobs]:.1f} s, {over:.1f} ms of the engine a model (at most 5)"
        )
    print(f"  two are {took[1] / took[2]:.2f} times one (at least 1.8)")


def measured_costs(folder: Path) -> simulation.Costs:
    """Of the processor, which others on the machine do not change: a model, a row, a task."""
    recipe = recipes.load(str(folder / "recipe.toml"))
    output = folder / "sample"
    plan = Plan(
        recipe,
        folders.opened(str(folder / "skills")),
        folders.opened(str(output)),
        manifest.Manifest([]),
    )
    items = [plan.item(name) for name, _ in islice(plan.standing(), SAMPLE + 1)]
    perform_batch(items[:1], recipe, Limits())  # imports are not counted
    start = time.process_time()
    rows = perform_batch(items[1:], recipe, Limits())
    work = (time.process_time() - start) / len(rows)
    summary, count = Summary(), 2000
    start = time.process_time()
    with manifest.Writer(str(folder / "rows")) as writer:
        for number in range(count):
            each = replace(rows[0], name=f"{number}.nlu")
            writer.add(each)
            summary.add(each)
    for_row = (time.process_time() - start) / count
    with engine.connected(EngineOptions(jobs=1)) as client:
        client.wait_for_workers(1)
        client.submit(int, 1, pure=False).result()
        start = time.process_time()  # of the client and the scheduler, which share a process here
        client.gather([client.submit(int, 1, pure=False) for _ in range(count)])
        for_task = (time.process_time() - start) / count
    shutil.rmtree(output)
    return simulation.Costs(work, for_row, for_task, LARGEST, AHEAD)


def memory(folder: Path, small: int, large: int) -> None:
    """The largest process of a fleet over few and over many tiny models."""
    peaks = {}
    tiny = min((folder / "skills").glob("*.nlu"), key=lambda path: path.stat().st_size)
    for count in (small, large):
        source = folder / f"tiny{count}"
        shutil.rmtree(source, ignore_errors=True)
        source.mkdir()
        for number in range(count):
            os.link(tiny, source / f"{number:06}.nlu")
        script = (
            "import resource, subprocess, sys; subprocess.run(sys.argv[1:], check=True, "
            "stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL); "
            "print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)"
        )
        words = [str(PROGRAM.with_name("python")), "-c", script, str(PROGRAM), "fleet"]
        words += ["recipe.toml", source.name, "-o", f"{source.name}.out", "--json"]
        peaks[count] = int(spent(folder, words).out) / 1024
        shutil.rmtree(folder / f"{source.name}.out")
    told = ", ".join(f"{peak:.0f} MB with {count:,} models" for count, peak in peaks.items())
    print(f"largest process: {told}: {peaks[large] / peaks[small]:.2f} times (at most 1.2)")


def simulated(costs: simulation.Costs) -> Iterator[str]:
    yield (
        f"costs: {1e3 * costs.work:.1f} ms of work a model, {1e3 * costs.row:.3f} ms of the client "
        f"a row, {1e3 * costs.task:.2f} ms of Dask a task"
    )
    yield f"{'workers':>8}{'seconds':>10}{'times one':>11}{'busy workers':>14}{'busy client':>13}"
    one = 0.0
    for count in (1, 16, 128, 512):
        found = simulation.run(costs, 70_000, count)
        one = one or found.seconds
        yield (
            f"{count:>8}{found.seconds:>10,.0f}{one / found.seconds:>11.1f}"
            f"{100 * found.workers:>12.0f} %{100 * found.client:>11.0f} %"
        )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--models", type=int, default=2000)
    parser.add_argument("--large", type=int, default=20_000, help="models that memory is held to")
    parser.add_argument("--keep", type=Path, help="folder that the models and results stay in")
    parser.add_argument("--only", choices=PARTS, action="append")
    given = parser.parse_args()
    chosen = given.only or PARTS
    with tempfile.TemporaryDirectory() as name:
        folder = given.keep or Path(name)
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "recipe.toml").write_text("".join(RECIPE.partition("\n")[2]))
        skills.fill(folder / "skills", given.models)
        if "shell" in chosen:
            against_the_shell(folder, given.models)
        if "workers" in chosen:
            workers(folder, given.models)
        if "simulation" in chosen:
            for line in simulated(measured_costs(folder)):
                print(line)
        if "memory" in chosen:
            memory(folder, given.large // 10, given.large)


if __name__ == "__main__":
    main()
