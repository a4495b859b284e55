"""The hash against what a Python user can install for the same: size, time and memory, as ratios.

Every build runs in a process of its own, the look-ups of all in one; rounds alternate. Strings that
are looked up are new objects, like those that come from a file: nobody has computed their hashes
yet. ``same objects`` are those that a dict was built from. Exit code 1: a statement does not hold.
"""

from __future__ import annotations

import argparse
import gc
import json
import math
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from tests.bench import measure
from tests.bench.hashing import subjects
from tests.bench.hashing.many_keys import key_chunks
from tests.bench.hashing.subjects import FLOOR, OURS, OURS_ALONE, OURS_SMALL, PEER, Subject

LOOKUPS = 500_000
BATCH = 10_000
BATCH_BAR = 4.0  # times hashing alone
SAME = "same objects"
CMPH = {
    "cmph bdz": ("-a", "bdz"),
    "cmph chd": ("-a", "chd"),
    "cmph chd -c 0.99": ("-a", "chd", "-c", "0.99"),
    "cmph chd -c 0.99 -b 5": ("-a", "chd", "-c", "0.99", "-b", "5"),
}
Figures = dict[str, dict[str, float]]


def make_keys(count: int, as_text: bool) -> list[Any]:
    """The keys as a list, in str or in UTF-8."""
    chunks = key_chunks(count)
    if as_text:
        return [key.decode() for chunk in chunks for key in chunk]
    return [key for chunk in chunks for key in chunk]


def build_one(name: str, count: int) -> Figures:
    """Bits and peak bytes per key above the keys, and nanoseconds per key of building."""
    subject = subjects.KNOWN[name]()
    keys = make_keys(count, subject.takes_text)
    before = measure.peak_bytes()
    begin = time.perf_counter()
    built = subject.build(keys)
    seconds = time.perf_counter() - begin
    peak = (measure.peak_bytes() - before) / count
    return {name: {"build": seconds, "peak": peak, "bits": subject.bits(built, count)}}


def look_up_all(names: Sequence[str], count: int, rounds: int) -> Figures:
    """Nanoseconds per key of each subject, one by one and in batches, by the medians."""
    texts, coded = make_keys(count, True), make_keys(count, False)
    chosen = np.random.default_rng(2).integers(0, count, min(LOOKUPS, 2 * count)).tolist()
    actions: dict[str, Callable[[], float]] = {}
    for name in names:
        subject = subjects.KNOWN[name]()
        built = subject.build(texts if subject.takes_text else coded)
        for label, source in (("", coded), (f", {SAME}", texts)):
            wanted = [source[row] for row in chosen]
            for how in ("single", "batch"):
                actions[f"{how}|{name}{label}"] = partial(_look_up, subject, how, built, wanted)
    measure.alternate(actions, 1)
    seconds = measure.alternate(actions, rounds)
    found: Figures = {}
    for label, times in seconds.items():
        how, _, name = label.partition("|")
        found.setdefault(name, {})[how] = 1e9 * statistics.median(times) / len(chosen)
    return found


def _look_up(subject: Subject, how: str, built: Any, wanted: Sequence[bytes | str]) -> float:
    look_up = subject.one_by_one if how == "single" else subject.batch
    seconds = 0.0
    for at in range(0, len(wanted), BATCH):
        keys = [k.decode() if isinstance(k, bytes) else k for k in wanted[at : at + BATCH]]
        seconds += measure.timed(partial(look_up, built, keys))
    return seconds


def measure_builds(names: Sequence[str], count: int, rounds: int) -> Figures:
    """``build_one`` of each in processes of their own, the medians; the size of cmph's, too."""
    found: Figures = {}
    seconds: dict[str, list[float]] = {}
    for _ in range(rounds):
        for name in names:
            one: Figures = _in_child(count, "--build", name)
            seconds.setdefault(name, []).append(one[name]["build"])
            found |= one
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "keys"
        with path.open("wb") as file:
            file.writelines(key + b"\n" for chunk in key_chunks(count) for key in chunk)
        for name, options in CMPH.items() if shutil.which("cmph") else ():
            saved = path.with_name("hash")
            child = measure.run_child(("cmph", "-g", *options, "-m", str(saved), str(path)))
            seconds[name] = [child.seconds]
            found[name] = {"peak": child.peak / count, "bits": 8 * saved.stat().st_size / count}
    for name, times in seconds.items():
        found[name]["build"] = 1e9 * statistics.median(times) / count
    return found


def _in_child(count: int, *arguments: str) -> Figures:
    program = (sys.executable, "-m", "tests.bench.hashing.peers", "--keys-count", str(count))
    found: Figures = json.loads(measure.run_child((*program, *arguments)).output)
    return found


def compare(names: Sequence[str], count: int, rounds: int) -> Figures:
    """All figures; only children hold keys, so that their memory is their own."""
    found = measure_builds(names, count, rounds)
    for name, each in _in_child(count, "--look-up", *names, "--rounds", str(rounds)).items():
        found.setdefault(name, {}).update(each)
    return found


def statements(found: Figures) -> list[tuple[str, str, bool]]:
    """What we say of ourselves, what was measured, and whether it holds."""
    peers = [name for name in found if not name.startswith(("ours", FLOOR))]
    again = [name for name in peers if name.endswith(SAME)]
    first = [name for name in peers if "single" in found[name] and name not in again]

    def best(figure: str, of: Sequence[str]) -> str:
        return min(of, key=lambda name: found[name].get(figure, math.inf))

    def against(ours: str, other: str, figure: str) -> tuple[str, float]:
        a, b = found[ours][figure], found[other][figure]
        return f"{ours}: {a:.4g}, {other}: {b:.4g}, ratio {a / b:.2f}", a / b

    rows = [
        ("fewest bits in Python", against(OURS_ALONE, best("bits", first), "bits"), 1.0),
        ("fewest bits of all", against(OURS_SMALL, best("bits", peers), "bits"), 1.0),
    ]
    for ours in (OURS_ALONE, OURS):
        same = f"{ours}, {SAME}"
        rows.append(("fastest single call", against(ours, best("single", first), "single"), 1.0))
        rows.append(("fastest single call", against(same, best("single", again), "single"), 1.0))
        rows.append(("batch by hashing alone", against(ours, FLOOR, "batch"), BATCH_BAR))
        if PEER in found:
            rows.append((f"builds no slower than {PEER}", against(ours, PEER, "build"), 1.0))
    return [(what, text, ratio <= most) for what, (text, ratio), most in rows]


def show(found: Figures, count: int) -> bool:
    """Print all tables; whether every statement holds."""
    columns = ("bits", "build", "peak", "single", "batch")
    rows = []
    for name, each in found.items():
        cells = [f"{each[c]:,.2f}" if each.get(c) else "" for c in columns]
        for c in ("build", "single", "batch"):
            cells.append(f"{each[c] / found[OURS][c]:.2f}" if c in each else "")
        rows.append([name, *cells])
    heads = ("", "bits per key", "build, ns", "build, peak bytes", "single, ns", "batch, ns")
    ratios = ("build by ours", "single by ours", "batch by ours")
    measure.show(f"{count:,} keys; all per key", (*heads, *ratios), rows)
    judged = statements(found)
    rows = [[what, text, measure.verdict(holds)] for what, text, holds in judged]
    measure.show("Statements", ("", "measured", ""), rows)
    return all(holds for _, _, holds in judged)


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--keys-count", type=int, nargs="+", default=[1_000_000, 10_000_000])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures here too")
    parser.add_argument("--build", metavar="NAME", help=argparse.SUPPRESS)
    parser.add_argument("--look-up", nargs="+", metavar="NAME", help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.build or chosen.look_up:
        gc.disable()  # millions of objects make its rounds long, and they fall on anyone
        (count,) = chosen.keys_count
        look_up = partial(look_up_all, chosen.look_up, count, chosen.rounds)
        print(json.dumps(build_one(chosen.build, count) if chosen.build else look_up()))
        return 0
    if not shutil.which("cmph"):
        print("cmph is left out: there is no such command")
    names = subjects.installed()
    figures = {str(count): compare(names, count, chosen.rounds) for count in chosen.keys_count}
    met = [show(found, int(count)) for count, found in figures.items()]
    measure.write_json(chosen.json, figures)
    return int(not all(met))


if __name__ == "__main__":
    sys.exit(main())
