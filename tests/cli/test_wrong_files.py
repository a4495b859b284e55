"""A file of another kind than the one asked for is named, with what to do; nothing is written."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import pickle
import tarfile
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from tests.cli.program import BAD_INPUT, run


def archived(data: bytes) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        entry = tarfile.TarInfo("m.nlu")
        entry.size = len(data)
        archive.addfile(entry, io.BytesIO(data))
    return buffer.getvalue()


def zipped(data: bytes) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("m.nlu", data)
    return buffer.getvalue()


def array(_: bytes) -> bytes:
    buffer = io.BytesIO()
    np.save(buffer, np.ones((2, 2), np.float32))
    return buffer.getvalue()


KINDS: dict[str, tuple[Callable[[bytes], bytes], str]] = {
    "gzip": (gzip.compress, "compressed by gzip: unpack it first, by gunzip"),
    "xz": (lzma.compress, "compressed by xz: unpack it first"),
    "bzip2": (bz2.compress, "compressed by bzip2: unpack it first"),
    "zip": (zipped, "a zip archive: unpack it first"),
    "tar": (archived, "a tar archive: unpack it first"),
    "pickle": (lambda data: pickle.dumps(data, 2), "a Python pickle: `nlucompress import`"),
    "joblib": (
        lambda data: zlib.compress(pickle.dumps(data, 2)),
        "compressed by zlib, as joblib does: `nlucompress import`",
    ),
    "array": (array, "a NumPy array: `nlucompress import`"),
}


@pytest.mark.parametrize("kind", KINDS)
def test_instead_of_a_model(workdir: Path, kind: str) -> None:
    make, what = KINDS[kind]
    (workdir / "other").write_bytes(make((workdir / "full.nlu").read_bytes()))
    done = run(workdir, "quantize", "other", "-o", "x.nlu")
    assert done.code == BAD_INPUT
    assert f"other: this is no .nlu or safetensors file, but {what}" in done.err
    assert not (workdir / "x.nlu").exists()


def test_a_text_instead_of_a_model(workdir: Path) -> None:
    for name in ("vectors.txt", "train.tsv"):
        done = run(workdir, "predict", name, "utterances.txt")
        assert done.code == BAD_INPUT
        assert "but a text: `nlucompress import` brings vectors in" in done.err


READING = {
    "data": ("evaluate", "small.nlu", "--data", "other"),
    "texts": ("predict", "small.nlu", "other"),
    "keys": ("export", "hashed.nlu", "--to", "json", "--keys", "other", "-o", "x.json"),
}


@pytest.mark.parametrize("place", READING)
@pytest.mark.parametrize("kind", ["model", "zip", "pickle", "joblib", "array"])
def test_instead_of_text(workdir: Path, place: str, kind: str) -> None:
    model = (workdir / "full.nlu").read_bytes()
    make, what = KINDS.get(kind, (lambda data: data, "a .nlu or safetensors file"))
    (workdir / "other").write_bytes(make(model))
    done = run(workdir, *READING[place])
    assert (done.code, done.out) == (BAD_INPUT, b"")
    assert f"other: no text, but {what}" in done.err


def test_texts_that_are_compressed_are_named_and_texts_that_look_so_are_read(workdir: Path) -> None:
    (workdir / "texts.gz").write_bytes(gzip.compress(b"play music\n"))
    done = run(workdir, "predict", "small.nlu", "texts.gz")
    assert (done.code, done.out) == (BAD_INPUT, b"")
    assert "no text, but compressed by gzip" in done.err
    lines = b"BZh is a name\nPK\x03\x04"[:13] + b"\nFiFu\nx\x9c\n"
    assert len(run(workdir, "predict", "small.nlu", stdin=lines).lines) == 3
