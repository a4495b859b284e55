"""The benchmark of fastText's models on a tiny one."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from tests.bench import fasttext
from tests.builders import fasttext_files


def test_a_model_is_compared_with_its_library(tmp_path: Path) -> None:
    pytest.importorskip("fasttext")
    words = [f"word{at}" for at in range(300)]
    (tmp_path / "words.gz").write_bytes(
        gzip.compress("".join(f"{w}\t-1\n" for w in words).encode())
    )
    (tmp_path / "model").write_bytes(fasttext_files.FILES["quantized"])
    texts = fasttext.lines(tmp_path / "words.gz", 20)
    assert len(texts) == 20
    assert texts == fasttext.lines(tmp_path / "words.gz", 20)
    assert set(" ".join(texts).split()) <= set(words)
    assert len(fasttext.row(tmp_path / "model", texts)) == len(fasttext.HEADINGS)
