"""Bytes of compressed word vectors, and how many of the nearest neighbours they keep.

Bytes are those of the whole sealed file, hash and fingerprints of the keys included, against the
plain float32 numbers without any keys. All are packed with `--block-rows 8`. Exit code 1 says that
a bar was missed.
"""

from __future__ import annotations

import argparse
import os
import sys
from dataclasses import dataclass
from pathlib import Path

import nlucompress as nc
from nlucompress.stages.measure.evaluate.neighbours import NeighbourOptions, compare
from tests.bench import measure

SOURCES = {
    "googlenews_1000x300": ("wordvecs1000.vec", None),
    "ptb_cbow_10000x100": ("cbow_f16.npy", "words.txt"),
}
LARGEST = 0.12  # share of the float32 numbers, in one of the settings but the first
SETTINGS = {
    "--bits 8 --per row": (nc.QuantizeOptions(bits=8, per="row"), False),
    "--bits 5 --per tensor": (nc.QuantizeOptions(bits=5, per="tensor"), True),
    "--bits 4 --per row": (nc.QuantizeOptions(bits=4, per="row"), True),
    "--bits 4 --per tensor --range mse": (
        nc.QuantizeOptions(bits=4, per="tensor", range="mse"),
        True,
    ),
    "--bits 3 --per row --range mse": (nc.QuantizeOptions(bits=3, per="row", range="mse"), False),
}
PACK = nc.PackOptions(block_rows=8)
HEADINGS = ("vectors", "setting", "bytes", "of float32", "top 10 kept", "nearest kept", "12 %")


@dataclass(frozen=True)
class Row:
    """One table in one setting; rates are fractions."""

    data: str
    setting: str
    bytes: int
    share: float
    agreement: float
    first: float
    met: bool | None


def evaluate(
    data: str, full: nc.Model, neighbours: int = 10, queries: int | None = None
) -> list[Row]:
    """Compress a table in every setting and compare each with the floats."""
    rows, columns = full.table().matrix.shape
    found = []
    for setting, (options, has_bar) in SETTINGS.items():
        small = nc.pack(nc.phash(nc.quantize(full, options)), PACK)
        kept = compare(small, full, NeighbourOptions(neighbours, queries))
        share = kept.size_bytes / (4 * rows * columns)
        met = share <= LARGEST if has_bar else None
        found.append(Row(data, setting, kept.size_bytes, share, kept.agreement, kept.first, met))
    return found


def cells(row: Row) -> list[str]:
    """A row as text."""
    rates = [f"{100 * rate:.2f} %" for rate in (row.share, row.agreement, row.first)]
    return [row.data, row.setting, f"{row.bytes:,}", *rates, measure.verdict(row.met)]


def main() -> int:
    """Measure and print; a table meets its bar if one setting does."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", default=os.environ.get("NLUCOMPRESS_DATA"), metavar="DIR")
    chosen = parser.parse_args()
    if not chosen.data:
        parser.error("name the folder that holds embeddings/: --data or NLUCOMPRESS_DATA")
    rows: list[Row] = []
    for name, (vectors, keys) in SOURCES.items():
        folder = Path(chosen.data) / "embeddings" / name
        options = nc.ImportOptions(keys=folder / keys if keys else None)
        rows += evaluate(name, nc.import_model(folder / vectors, options))
    measure.show("Word vectors", HEADINGS, [cells(row) for row in rows])
    return int(any(not any(row.met for row in rows if row.data == name) for name in SOURCES))


if __name__ == "__main__":
    sys.exit(main())
