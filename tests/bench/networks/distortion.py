"""What quantization of an embedding table loses, at the bytes that its rows take when packed."""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

import nlucompress as nc
from nlucompress.format.fields import Tensors
from nlucompress.format.indexes.kinds import Strings
from nlucompress.format.matrices import packing
from nlucompress.format.matrices.kinds import from_dense
from tests.bench import measure
from tests.bench.lowrank import FOLDER, SHAPE, vectors

PIECES = (75, 30)
CASES: dict[str, dict[str, Any]] = {
    "8 bits": {"bits": 8},
    "4 bits": {"bits": 4},
    "4 bits, scales of 32": {"bits": 4, "scale_bits": 32},
    "4 bits, mse": {"bits": 4, "range": "mse"},
    "2 bits, mse": {"bits": 2, "range": "mse"},
}
for pieces in PIECES:
    for norms, rotate in ((False, False), (True, False), (False, True), (True, True)):
        name = f"pq {pieces}{'' if norms else ', no norms'}{', rotated' if rotate else ''}"
        options = {"subvectors": pieces, "norms": norms, "rotate": rotate}
        CASES[name] = {"method": "pq", **options}


def measured(table: NDArray[np.float32], options: dict[str, Any]) -> list[str]:
    """Bytes a row, relative error, mean cosine, and seconds of CPU time."""
    model = nc.Model({"t": nc.Table(Strings.of(map(str, range(len(table)))), from_dense(table))})
    began = time.process_time()
    matrix = nc.quantize(model, nc.QuantizeOptions(**options)).table().matrix
    seconds = time.process_time() - began
    tensors: Tensors = {}
    packing.smallest(matrix).store("m", tensors)
    rows = matrix.rows(np.arange(len(table)))
    error = np.linalg.norm(rows - table) / np.linalg.norm(table)
    lengths = np.linalg.norm(rows, axis=1) * np.linalg.norm(table, axis=1)
    cosine = ((rows * table).sum(axis=1) / np.where(lengths > 0, lengths, 1)).mean()
    size = sum(tensor.nbytes for tensor in tensors.values()) / len(table)
    return [f"{size:.1f}", f"{error:.4f}", f"{cosine:.4f}", f"{seconds:.1f}"]


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, metavar="FOLDER", help=f"the folder of {FOLDER}")
    parser.add_argument("--rows", type=int, default=SHAPE[0])
    chosen = parser.parse_args()
    table = vectors(chosen.data, chosen.rows)
    rows = [[name, *measured(table, options)] for name, options in CASES.items()]
    heads = ("", "bytes a row", "relative error", "mean cosine", "CPU seconds")
    measure.show(f"{table.shape[0]:,} x {table.shape[1]}", heads, rows)
    return 0


if __name__ == "__main__":
    sys.exit(main())
