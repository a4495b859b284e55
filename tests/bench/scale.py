"""Memory and time of quantize, phash and pack by the number of keys; every stage is a process.

The model is made up: n-grams of an invented vocabulary, 50 labels, 2.5 weights a key on average.
Peaks are above that of a program that only tells its version with NumPy imported, so that they say
what the stage needs; by the bytes of its input. Seconds per key are by those of the fewest keys.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

import nlucompress as nc
from nlucompress.format.indexes.kinds import Strings
from nlucompress.format.matrices.kinds import from_dense
from nlucompress.format.matrices.numbers import Floats
from nlucompress.format.matrices.plain import Sparse
from tests.bench import measure
from tests.bench.hashing.many_keys import key_chunks

LABELS, WEIGHTS = 50, 2.5
STAGES = (("quantize", ("--bits", "5")), ("phash", ()), ("pack", ()))
FEATURES = {"kind": "ngrams", "words": [1, 3], "chars": [], "weighting": "binary"}


def made_model(keys: int, seed: int = 1) -> nc.Model:
    """A float model of so many keys."""
    rng = np.random.default_rng(seed)
    names = [key.decode() for chunk in key_chunks(keys, seed) for key in chunk]
    counts = np.minimum(rng.geometric(1 / WEIGHTS, len(names)), LABELS)
    starts = np.concatenate(([0], np.cumsum(counts)))
    first = rng.integers(0, LABELS, len(names))
    within = np.arange(starts[-1]) - np.repeat(starts[:-1], counts)
    columns = (np.repeat(first, counts) + within) % LABELS  # neighbours, ascending in each row
    rows = np.repeat(np.arange(len(names)), counts)
    order = np.lexsort((columns, rows))
    codes = rng.laplace(0, 0.3, len(columns)).astype(np.float32)
    matrix = Sparse(Floats(), starts, columns[order].astype(np.uint16), codes, LABELS)
    bias = from_dense(np.zeros((1, LABELS), np.float32))
    return nc.Model(
        {"features": nc.Table(Strings.of(names), matrix)},
        nc.Network("linear", {"link": "margin"}, {"bias": bias}),
        tuple(f"label {number}" for number in range(LABELS)),
        FEATURES,
    )


def ran(*arguments: str) -> tuple[float, int]:
    """Seconds and peak resident bytes of a child; its own, so this process must stay small."""
    begin = time.perf_counter()
    used = (
        "import os, resource, subprocess, sys; code = subprocess.call(sys.argv[1:], stderr=-3); "
        "print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss); sys.exit(code)"
    )
    done = subprocess.run(
        [sys.executable, "-c", used, *arguments], check=True, capture_output=True, text=True
    )
    unit = 1 if sys.platform == "darwin" else 1024
    return time.perf_counter() - begin, int(done.stdout.split()[-1]) * unit


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--keys", type=int, nargs="+", default=[200_000, 2_000_000])
    parser.add_argument("--make", nargs=2, metavar=("KEYS", "FILE"), help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.make:
        nc.save(made_model(int(chosen.make[0])), chosen.make[1])
        return 0
    _, least = ran(sys.executable, "-c", "import numpy")
    rows: list[list[str]] = []
    per_key: dict[str, float] = {}
    with tempfile.TemporaryDirectory() as folder:
        for keys in chosen.keys:
            source = Path(folder) / "float.nlu"
            made = (sys.executable, "-m", "tests.bench.scale", "--make", str(keys), str(source))
            subprocess.run(made, check=True)
            for stage, options in STAGES:
                target = Path(folder) / f"{stage}.nlu"
                program = (*measure.PROGRAM, stage, str(source), *options, "-f", "-o", str(target))
                seconds, peak = ran(*program)
                size = source.stat().st_size
                cost = per_key.setdefault(stage, seconds / keys)
                rows.append([f"{stage}, {keys:,} keys", f"{size / 1e6:.1f}"])
                rows[-1] += [f"{(peak - least) / 1e6:.0f}", f"{(peak - least) / size:.1f}"]
                rows[-1] += [f"{seconds:.1f}", f"{seconds / keys / cost:.2f}"]
                source = target
    headings = ("stage", "input MB", "peak MB", "by input", "seconds", "per key")
    measure.show("Stages at scale", headings, rows)
    return 0


if __name__ == "__main__":
    sys.exit(main())
