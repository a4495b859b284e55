"""Millions of keys through the whole program: time and memory of each stage, lost and false keys.

The keys come from a file of `word<TAB>number` lines, gzipped or not; without one they are made up.
Exit code 1 says that a bar was missed.
"""

from __future__ import annotations

import argparse
import gzip
import itertools
import json
import math
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np

import nlucompress as nc
from tests.bench import measure
from tests.bench.hashing import throughput as hashing

MEMORY_BAR = 2_000_000_000
UNSEEN = 1_000_000
BATCH = 100_000
MADE_UP = 200_000


def lines_of(path: Path) -> Iterator[bytes]:
    """Lines of a file, gzipped or not."""
    with open(path, "rb") as file:
        packed = file.read(2) == b"\x1f\x8b"
    with gzip.open(path) if packed else open(path, "rb") as lines:
        yield from lines


def make_up(count: int, seed: int) -> Iterator[str]:
    """Random strings of 6 to 14 small letters; hardly any comes twice."""
    rng = np.random.default_rng(seed)
    for begin in range(0, count, BATCH):
        size = min(BATCH, count - begin)
        letters = rng.integers(ord("a"), ord("z") + 1, (size, 14), np.uint8)
        for row, length in zip(letters, rng.integers(6, 15, size).tolist(), strict=True):
            yield row[:length].tobytes().decode("ascii")


def write_source(folder: Path, source: Path | None, limit: int | None) -> Path:
    """The file that the program imports."""
    if source is not None and limit is None:
        return source
    path = folder / "keys.tsv"
    if source is not None:
        content: Iterator[bytes] = itertools.islice(lines_of(source), limit)
    else:
        words = dict.fromkeys(make_up(limit or MADE_UP, 1))
        content = (f"{word}\t{-100 - row % 700}\n".encode() for row, word in enumerate(words))
    with open(path, "wb") as file:
        file.writelines(content)
    return path


def run_stages(source: Path, folder: Path) -> dict[str, dict[str, Any]]:
    """Each stage as its own process: seconds, peak bytes and the program's own report."""
    stages = {
        "import": [str(source)],
        "quantize": [str(folder / "import.nlu"), "--bits", "8"],
        "phash": [str(folder / "quantize.nlu")],
        "pack": [str(folder / "phash.nlu")],
    }
    found: dict[str, dict[str, Any]] = {}
    for stage, arguments in stages.items():
        output = str(folder / f"{stage}.nlu")
        child = measure.run_child((*measure.PROGRAM, stage, *arguments, "--json", "-o", output))
        report = json.loads(child.output)
        found[stage] = {"seconds": child.seconds, "peak_bytes": child.peak, "report": report}
    return found


def lost_words(words: Sequence[str], quantized: nc.Model, packed: nc.Model) -> int:
    """Words whose value in the packed table is not the quantized one, or whose row is shared."""
    before, after = quantized.table(), packed.table()
    lost = 0
    taken = np.zeros(len(words), np.int64)
    for begin in range(0, len(words), BATCH):
        batch = words[begin : begin + BATCH]
        wanted = before.matrix.rows(np.arange(begin, begin + len(batch)))
        rows = after.find(batch)
        np.add.at(taken, rows[rows >= 0], 1)
        lost += int(((rows < 0) | (after.lookup(batch) != wanted).any(axis=1)).sum())
    return lost + int((taken != 1).sum())


def accepted_unseen(words: Sequence[str], packed: nc.Model, count: int) -> int:
    """How many of so many strings that are not in the table it takes for known."""
    known = set(words)
    unseen = (text for text in make_up(2 * count, 3) if text not in known)
    table = packed.table()
    accepted = 0
    for begin in range(0, count, BATCH):
        batch = list(itertools.islice(unseen, min(BATCH, count - begin)))
        accepted += int((table.find(batch) >= 0).sum())
    return accepted


def measure_keys(
    source: Path | None, limit: int | None, rounds: int, unseen: int = UNSEEN
) -> dict[str, Any]:
    """All figures."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        path = write_source(folder, source, limit)
        stages = run_stages(path, folder)
        words = [line.partition(b"\t")[0].decode() for line in lines_of(path)]
        quantized, packed = nc.load(folder / "quantize.nlu"), nc.load(folder / "pack.nlu")
        lost = lost_words(words, quantized, packed)
        accepted = accepted_unseen(words, packed, unseen)
        p = 2.0**-8
        limit_rate = p + 3 * math.sqrt(p * (1 - p) / unseen)
        table = stages["pack"]["report"]["tables"][0]
        size = stages["pack"]["report"]["size_bytes"]
        imported = stages["import"]["report"]["size_bytes"]
    encoded = [word.encode() for word in words]
    return {
        "keys": len(encoded),
        "stages": {k: {n: v for n, v in s.items() if n != "report"} for k, s in stages.items()},
        "lost": lost,
        "unseen": {"count": unseen, "accepted_rate": accepted / unseen, "bar": limit_rate},
        "imported_bytes": imported,
        "packed_bytes": size,
        "bits_per_key": 8 * size / len(encoded),
        "table": table,
        "hash_bits_per_key": hashing.bits_per_key(encoded),
        "seconds_by_ours": hashing.throughput(encoded, rounds),
    }


def show(figures: dict[str, Any]) -> bool:
    """Print all tables; whether every bar was met."""
    outcomes: list[bool] = []

    def judged(met: bool) -> str:
        outcomes.append(met)
        return measure.verdict(met)

    print(f"{figures['keys']:,} keys, {figures['imported_bytes']:,} bytes with their strings")
    whole = sum(each["seconds"] for each in figures["stages"].values())
    rows = [
        [
            stage,
            f"{each['seconds'] / whole:.0%} of {whole:.1f} s",
            f"{each['peak_bytes'] / 1e6:,.0f} MB",
            judged(each["peak_bytes"] <= MEMORY_BAR),
        ]
        for stage, each in figures["stages"].items()
    ]
    measure.show("Stages", ("stage", "time", "peak memory", "2 GB"), rows)
    unseen, table = figures["unseen"], figures["table"]
    rate, bar = unseen["accepted_rate"], unseen["bar"]
    rows = [
        ["words lost", f"{figures['lost']:,}", "0", judged(figures["lost"] == 0)],
        ["unseen strings accepted", f"{rate:.4%}", f"{bar:.4%}", judged(rate <= bar)],
    ]
    for name, bits in figures["hash_bits_per_key"].items():
        most = hashing.BARS.get(name)
        cells = ["", ""] if most is None else [f"{most}", judged(bits <= most)]
        rows.append([f"hash, bits per key: {name}", f"{bits:.3f}", *cells])
    rows += [
        ["file, bits per key", f"{figures['bits_per_key']:.2f}", "", ""],
        ["of these the hash", f"{table['hash_bits']:.2f}", "", ""],
        ["of these fingerprints", f"{table['key_bits'] - table['hash_bits']:.2f}", "", ""],
        ["of these values", f"{table['value_bits']:.2f}", "", ""],
        ["bound: fingerprints + entropy", f"{table['bound_bits']:.2f}", "", ""],
    ]
    measure.show("What is kept", ("", "measured", "bar", ""), rows)
    by = figures["seconds_by_ours"]
    rows = [
        [name, f"{by['build'][name]:.2f}", f"{by['look up'][name]:.2f}"] for name in by["build"]
    ]
    measure.show("Time by that of grouped 16x4", ("", "build", "look up in batches"), rows)
    return all(outcomes)


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--keys", type=Path, metavar="FILE", help="word<TAB>number lines")
    parser.add_argument("--limit", type=int, metavar="N", help="the first N lines only")
    parser.add_argument("--rounds", type=int, default=3, help="of every timing")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures here too")
    chosen = parser.parse_args()
    figures = measure_keys(chosen.keys, chosen.limit, chosen.rounds)
    met = show(figures)
    measure.write_json(chosen.json, figures)
    return int(not met)


if __name__ == "__main__":
    sys.exit(main())
