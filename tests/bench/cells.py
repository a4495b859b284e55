"""Figures that take long, kept one by one: a run can be stopped and taken up again."""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from nlucompress.format.files import write_atomically

Figures = dict[str, Any]


@dataclass(frozen=True)
class Cells:
    """A folder with a JSON file per cell."""

    folder: Path

    def path(self, *key: object) -> Path:
        """The file of a cell."""
        return self.folder / ("-".join(str(part).replace(" ", "_") for part in key) + ".json")

    def get(self, *key: object) -> Figures | None:
        """A cell's figures, None where it was not measured yet."""
        try:
            found: Figures = json.loads(self.path(*key).read_text(encoding="utf-8"))
        except FileNotFoundError:
            return None
        return found

    def take(self, key: Sequence[object], measure: Callable[[], Figures]) -> Figures:
        """A cell's figures, measured now and kept if they were not there."""
        found = self.get(*key)
        if found is None:
            begin = time.perf_counter()
            found = measure()
            seconds = time.perf_counter() - begin
            self.folder.mkdir(parents=True, exist_ok=True)
            write_atomically(self.path(*key), [json.dumps(found, sort_keys=True).encode()])
            print(f"{' '.join(map(str, key))}: {seconds:.0f} s", file=sys.stderr, flush=True)
        return found


def parser(
    title: str,
    cache: str,
    data_sets: Sequence[str],
    networks: Sequence[str],
    choices: Sequence[str],
) -> argparse.ArgumentParser:
    """Arguments of every measurement of networks; those two are measured unless told otherwise."""
    made = argparse.ArgumentParser(description=title)
    made.add_argument("--data", type=Path, default=os.environ.get("NLUCOMPRESS_DATA"))
    made.add_argument("--cache", type=Path, default=Path(cache), metavar="FOLDER")
    made.add_argument("--data-sets", nargs="+", default=data_sets, metavar="NAME")
    made.add_argument("--networks", nargs="+", default=networks, choices=choices)
    made.add_argument("--epochs", type=int, help="of a network's first training")
    made.add_argument("--more-epochs", type=int, help="of training on")
    made.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    return made


def run(jobs: int, work: Callable[..., None], arguments: Sequence[tuple[Any, ...]]) -> None:
    """Call a function of a module with each of these, in this many processes.

    A process has one thread: the figures do not depend on how many there are.
    """
    if jobs < 2:
        for each in arguments:
            work(*each)
        return
    os.environ["OMP_NUM_THREADS"] = "1"
    with ProcessPoolExecutor(jobs, mp_context=get_context("spawn"), max_tasks_per_child=1) as pool:
        for done in as_completed([pool.submit(work, *each) for each in arguments]):
            done.result()
