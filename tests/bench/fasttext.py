"""fastText's language identifier, imported and packed: how small, and how many answers stay.

Lines of many languages are made from a list of words by frequency, language behind language, at
run time. No setting was chosen on them. Exit code 1 says that a bar was missed.
"""

from __future__ import annotations

import argparse
import gzip
import os
import sys
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np

import nlucompress as nc
from nlucompress.format import codec
from tests.bench import measure

LINES = 4000
NEAR = 2000  # words of a line lie within so many lines of the list
BARS = (0.6, 0.98)
HEADINGS = ("fastText", "bytes", "packed", "share", "lines", "languages", "same, imported",
            "same, packed", "bar")  # fmt: skip


def lines(path: Path, count: int = LINES, seed: int = 1, most: int | None = None) -> list[str]:
    """Lines of 3 to 12 words that stand near each other in the list."""
    with gzip.open(path, "rt", encoding="utf-8") as file:
        words = [line.split("\t")[0] for line in islice(file, most)]
    random = np.random.default_rng(seed)
    made = []
    for begin in random.integers(0, max(1, len(words) - NEAR), count).tolist():
        chosen = begin + random.integers(0, min(NEAR, len(words)), int(random.integers(3, 13)))
        made.append(" ".join(words[at] for at in chosen.tolist()))
    return made


def original(path: Path) -> Any:
    """The model in fastText's own library, without its remark."""
    from fasttext import FastText

    FastText.eprint = lambda *args, **kwargs: None
    return FastText.load_model(str(path))


def row(path: Path, texts: list[str]) -> list[str]:
    """Import, compress and compare."""
    model = nc.import_model(path)
    small = codec.to_bytes(nc.pack(nc.phash(model)))
    library = original(path)
    expected = [library.predict(text)[0][0] for text in texts]
    found = [nc.Classifier(each).predict(texts) for each in (model, codec.parse(small))]
    same = [float(np.mean([a == b for a, b in zip(each, expected, strict=True)])) for each in found]
    size = path.stat().st_size
    share = len(small) / size
    met = same[0] == 1 and share <= BARS[0] and same[1] >= BARS[1]
    bar = f"<= {BARS[0]:.0%}, >= {BARS[1]:.0%}: {measure.verdict(met)}"
    counts = [f"{len(texts):,}", f"{len(set(expected))}"]
    return [path.name, f"{size:,}", f"{len(small):,}", f"{share:.2%}", *counts,
            *(f"{each:.2%}" for each in same), bar]  # fmt: skip


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--data", default=os.environ.get("NLUCOMPRESS_DATA"), metavar="DIR")
    chosen = parser.parse_args()
    if not chosen.data:
        parser.error("name the folder that holds models/ and keys/: --data or NLUCOMPRESS_DATA")
    folder = Path(chosen.data)
    texts = lines(folder / "keys" / "wordfreq_large.tsv.gz")
    found = row(folder / "models" / "fasttext_lid176" / "lid.176.ftz", texts)
    measure.show("fastText", HEADINGS, [found])
    return int("MISSED" in found[-1])


if __name__ == "__main__":
    sys.exit(main())
