"""Truncated SVD of an embedding table against SciPy's, in CPU time of the same run."""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from nlucompress.algo import lowrank
from tests.bench import measure

SHAPE, RANK = (91_467, 300), 29
BAR = 1 / 3  # of SciPy's CPU time, at most
FOLDER = "embeddings/sgns_91k_x300"


def vectors(data: Path | None, rows: int = SHAPE[0]) -> NDArray[np.float32]:
    """The table of the data folder, or one of its shape with a falling spectrum."""
    if data is not None:
        stored: NDArray[np.float32] = np.load(data / FOLDER / "vectors_f16.npy").astype(np.float32)
        return stored[:rows]
    rng = np.random.default_rng(1)
    turn = np.linalg.qr(rng.standard_normal((SHAPE[1], SHAPE[1])))[0]
    scales = (1 + np.arange(SHAPE[1])) ** -0.5
    made: NDArray[np.float32] = (rng.standard_normal((rows, SHAPE[1])) * scales @ turn).astype(
        np.float32
    )
    return made


def ours(table: NDArray[np.float32]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Both factors."""
    return lowrank.factors(table, lowrank.spectrum(table), RANK)


def scipys(table: NDArray[np.float32]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """The same by ARPACK, in the numbers of the table."""
    from scipy.sparse.linalg import svds

    left, scales, right = svds(table, k=RANK)
    return left * scales, right


def cpu(work: Callable[[], object]) -> float:
    """Seconds of CPU time."""
    began = time.process_time()
    work()
    return time.process_time() - began


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, metavar="FOLDER", help=f"the folder of {FOLDER}")
    parser.add_argument("--rows", type=int, default=SHAPE[0])
    parser.add_argument("--rounds", type=int, default=3)
    chosen = parser.parse_args()
    table = vectors(chosen.data, chosen.rows)
    times = [(cpu(lambda: ours(table)), cpu(lambda: scipys(table))) for _ in range(chosen.rounds)]
    ratio = sorted(mine / theirs for mine, theirs in times)[len(times) // 2]
    rows = []
    for name, run, column in (("ours", ours, 0), ("scipy svds", scipys, 1)):
        error = lowrank.relative_error(table, *run(table))
        seconds = min(each[column] for each in times)
        rows.append([name, f"{seconds:.2f}", f"{error:.6f}"])
    heads = ("", "CPU seconds", "relative error")
    measure.show(f"{table.shape[0]:,} x {table.shape[1]}, rank {RANK}", heads, rows)
    verdict = measure.verdict(ratio <= BAR)
    measure.show("Statements", ("", "measured", ""), [["ratio", f"{ratio:.3f}", verdict]])
    return int(ratio > BAR)


if __name__ == "__main__":
    sys.exit(main())
