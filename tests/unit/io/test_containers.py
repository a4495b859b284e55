"""Binary files that are no model of a known format are named, never read as text."""

from __future__ import annotations

import bz2
import io
import lzma
import pickle
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest

import nlucompress as nc
from nlucompress.errors import FormatError, NluCompressError

VECTORS = b"red 1 2\nblue 3 4\n"
PACKINGS: dict[str, Callable[[bytes], bytes]] = {
    "zlib": zlib.compress,
    "bzip2": bz2.compress,
    "xz": lzma.compress,
    "lzma": lambda data: lzma.compress(data, lzma.FORMAT_ALONE),
}


@pytest.mark.parametrize("packing", PACKINGS)
@pytest.mark.parametrize("protocol", [2, 5])
def test_a_compressed_pickle_is_called_a_pickle(packing: str, protocol: int) -> None:
    data = PACKINGS[packing](pickle.dumps({"a": list(range(1000))}, protocol))
    with pytest.raises(FormatError, match="a Python pickle"):
        nc.import_model(io.BytesIO(data))


@pytest.mark.parametrize("packing", ["bzip2", "xz", "lzma"])
def test_a_compression_is_named(packing: str) -> None:
    with pytest.raises(FormatError, match=f"this is compressed by {packing}; unpack it"):
        nc.import_model(io.BytesIO(PACKINGS[packing](VECTORS)))


@pytest.mark.parametrize("key", ["x^", "x^a", "x\u0680", "x\x01", "BZh", "]", "BZh9"])
def test_keys_that_begin_like_a_compression_are_keys(key: str) -> None:
    model = nc.import_model(io.BytesIO(f"{key} 1 2\nb 3 4\n".encode()))
    assert model.table().lookup([key]).tolist() == [[1, 2]]


def test_bytes_of_no_format_are_no_text() -> None:
    with pytest.raises(FormatError, match="a binary file of a format that nlucompress does not"):
        nc.import_model(io.BytesIO(b"\x07\x00\x00\x009.11.9\x00\x00\x01m\x00\n\x02"))


@pytest.mark.parametrize("compress", [0, 3, ("gzip", 3), ("bz2", 3), ("lzma", 3), ("xz", 3)])
def test_trusted_joblib_files_of_every_compression(tmp_path: Path, compress: object) -> None:
    joblib = pytest.importorskip("joblib")
    pipelines = pytest.importorskip("sklearn.pipeline")
    from sklearn.feature_extraction.text import CountVectorizer
    from sklearn.linear_model import LogisticRegression

    texts = ["red apple", "blue sky", "red rose", "blue sea"]
    fitted = pipelines.make_pipeline(CountVectorizer(), LogisticRegression()).fit(
        texts, list("abab")
    )
    joblib.dump(fitted, tmp_path / "p.joblib", compress=compress)
    model = nc.import_model(tmp_path / "p.joblib", nc.ImportOptions(trust_pickle=True))
    assert nc.Classifier(model).predict(texts) == list("abab")
    with pytest.raises(NluCompressError, match="a Python pickle"):
        nc.import_model(tmp_path / "p.joblib")
