"""Data for the benchmarks of neural networks, of the shape of the real ones."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest

import nlucompress as nc
from tests.bench.networks.comparison import TABLE_FOLDER


@pytest.fixture
def data(models: Path, tmp_path: Path) -> Path:
    """A folder like that of the real data: one data set, and word embeddings."""
    folder = tmp_path / "data" / "tiny"
    folder.mkdir(parents=True)
    for part in ("train", "dev", "test"):
        shutil.copy(models / f"{part}.tsv", folder)
    texts = nc.read_examples(folder / "train.tsv").texts
    words = sorted({word for text in texts for word in text.split()})
    vectors = tmp_path / "data" / TABLE_FOLDER
    vectors.mkdir(parents=True)
    (vectors / "words.txt").write_text("\n".join(words) + "\n", encoding="utf-8")
    values = np.random.default_rng(1).standard_normal((len(words), 20))
    np.save(vectors / "vectors_f16.npy", values.astype(np.float16))
    return tmp_path / "data"
