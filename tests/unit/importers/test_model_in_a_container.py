"""Folders, zip and tar archives with a model among other files."""

from __future__ import annotations

import gzip
import io
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from nlucompress.errors import DataError, ForeignFileWarning, FormatError, NluCompressError
from nlucompress.format import codec
from nlucompress.format.model import Model
from nlucompress.importers import containers
from nlucompress.importers.detect import import_model
from tests.builders import tagger_files

Pack = Callable[[dict[str, bytes]], bytes]
CRF = tagger_files.crfsuite()
OTHERS = {
    "engine.json": b'{"versions": {"engine": "1.0"}}',
    "notes.txt": b"These are notes.\nThey have two lines.\n",
    "labels.txt": b"B-city\nO\n",
    "pipeline.pkl": b"\x80\x04N.",
    "empty": b"",
    "noise.bin": bytes(range(256)),
}
FILES = {**OTHERS, "slots/crf.model": CRF}


def zipped(files: dict[str, bytes]) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return target.getvalue()


def tarred(files: dict[str, bytes]) -> bytes:
    target = io.BytesIO()
    with tarfile.open(fileobj=target, mode="w") as archive:
        for name, data in files.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(data)
            archive.addfile(entry, io.BytesIO(data))
    return target.getvalue()


def folder(files: dict[str, bytes], at: Path) -> Path:
    for name, data in files.items():
        (at / name).parent.mkdir(parents=True, exist_ok=True)
        (at / name).write_bytes(data)
    return at


def same(model: Model) -> bool:
    return codec.to_bytes(model) == codec.to_bytes(import_model(io.BytesIO(CRF)))


@pytest.mark.parametrize(
    "data", [zipped(FILES), tarred(FILES), gzip.compress(tarred(FILES)), zipped({"a.bin": CRF})]
)
def test_the_one_model_of_an_archive(data: bytes) -> None:
    with pytest.warns(ForeignFileWarning, match=r"imports .*(crf.model|a.bin) \(crfsuite\)"):
        assert same(import_model(io.BytesIO(data)))


def test_the_one_model_of_a_folder(tmp_path: Path) -> None:
    with pytest.warns(ForeignFileWarning, match=r"imports slots/crf.model \(crfsuite\)"):
        assert same(import_model(folder(FILES, tmp_path)))


def test_tables_of_vectors_are_models() -> None:
    data = zipped({**OTHERS, "vectors.txt": b"red 1 0\nblue 0 -1\n"})
    with pytest.warns(ForeignFileWarning, match=r"imports vectors.txt \(glove\)"):
        assert import_model(io.BytesIO(data)).table().lookup(["blue"]).tolist() == [[0, -1]]


@pytest.mark.parametrize("pack", [zipped, tarred])
def test_several_models_are_named(pack: Pack) -> None:
    data = pack({**FILES, "more/dump": tagger_files.DUMP})
    with pytest.raises(FormatError, match=r"crf.model \(crfsuite\), more/dump \(crfsuite-dump\)"):
        import_model(io.BytesIO(data))


def test_none_is_told(tmp_path: Path) -> None:
    with pytest.raises(FormatError, match=r"a zip archive, such as torch\.save"):
        import_model(io.BytesIO(zipped(OTHERS)))
    with pytest.raises(FormatError, match="no file in this tar archive can be imported"):
        import_model(io.BytesIO(tarred(OTHERS)))
    with pytest.raises(FormatError, match=r"no model.safetensors in this directory"):
        import_model(folder(OTHERS, tmp_path))


def test_too_many_files(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(containers, "MOST_FILES", 3)
    with pytest.raises(DataError, match="more than 3 files"):
        import_model(io.BytesIO(zipped(FILES)))


@pytest.mark.parametrize("pack", [zipped, tarred])
@pytest.mark.filterwarnings("ignore::nlucompress.errors.ForeignFileWarning")
def test_a_cut_archive_is_refused_or_gives_the_model(pack: Pack) -> None:
    data = pack(FILES)
    refused = 0
    for size in range(0, len(data) - 1, 37):
        try:
            assert same(import_model(io.BytesIO(data[:size])))
        except NluCompressError:
            refused += 1
    assert refused
