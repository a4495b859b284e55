"""Files: read from a map, written whole or not at all."""

from __future__ import annotations

import os
import stat
import threading
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import load_file

from nlucompress.errors import FormatError, OutputError, UsageError
from nlucompress.format import codec, files
from nlucompress.format.model import Model
from tests.builders.samples import model_bytes, rich_model, tiny_model


def test_saved_is_serialized(tmp_path: Path) -> None:
    path = tmp_path / "m.nlu"
    size = files.save(rich_model(), path)
    assert path.read_bytes() == model_bytes(rich_model())
    assert size == path.stat().st_size


def test_the_library_opens_a_saved_file(tmp_path: Path) -> None:
    files.save(tiny_model(), tmp_path / "m.nlu")
    opened = load_file(tmp_path / "m.nlu")
    assert opened["tables.t.matrix.codes"].tolist() == [[1, 0], [0, -2]]
    assert opened["tables.t.keys.data"].tobytes() == b"abc"


def test_loaded_leads_to_the_same_rows(tmp_path: Path) -> None:
    files.save(tiny_model(), str(tmp_path / "m.nlu"))
    model = files.load(str(tmp_path / "m.nlu"))
    assert model.table().lookup(["a", "bc"]).tolist() == [[1, 0], [0, -2]]


@pytest.mark.parametrize("whole", [0, files.READ_WHOLE])
def test_what_is_read_or_mapped_is_read_only_and_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, whole: int
) -> None:
    monkeypatch.setattr(files, "READ_WHOLE", whole)
    files.save(tiny_model(), tmp_path / "m.nlu")
    held = files.read_bytes(tmp_path / "m.nlu")
    assert held.readonly
    assert held.tobytes() == model_bytes(tiny_model())
    assert files.load(tmp_path / "m.nlu").table().lookup(["a"]).tolist() == [[1, 0]]


def test_a_small_file_may_be_emptied_while_its_model_is_in_use(tmp_path: Path) -> None:
    path = tmp_path / "m.nlu"
    files.save(tiny_model(), path)
    model = files.load(path, verify=False)
    path.write_bytes(b"")  # a mapped file would end this process here
    assert model.table().lookup(["a", "bc"]).tolist() == [[1, 0], [0, -2]]


def test_a_pipe_is_read_too(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    writer = threading.Thread(target=pipe.write_bytes, args=(model_bytes(tiny_model()),))
    writer.start()
    assert files.load(pipe).labels == ("no", "yes")
    writer.join()


def test_messages_name_the_file(tmp_path: Path) -> None:
    empty, damaged = tmp_path / "empty.nlu", tmp_path / "damaged.nlu"
    empty.write_bytes(b"")
    damaged.write_bytes(model_bytes(tiny_model())[:-1])
    for path, problem in (
        (empty, "is empty"),
        (damaged, "follow the header"),
        (tmp_path / "absent.nlu", "No such file"),
        (tmp_path, "directory"),
    ):
        with pytest.raises(FormatError, match=problem) as caught:
            files.load(path)
        assert str(caught.value).count(str(path)) == 1
        assert str(caught.value).startswith(f"{path}: ")


def test_verify_can_be_left_out(tmp_path: Path) -> None:
    file = bytearray(model_bytes(tiny_model()))
    file[-1] ^= 1
    (tmp_path / "m.nlu").write_bytes(file)
    with pytest.raises(FormatError, match="does not match its digest"):
        files.load(tmp_path / "m.nlu")
    assert files.load(tmp_path / "m.nlu", verify=False).labels == ("no", "yes")


def test_an_error_keeps_its_kind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(buffer: memoryview, verify: bool) -> Model:
        raise UsageError("no")

    files.save(tiny_model(), tmp_path / "m.nlu")
    monkeypatch.setattr(codec, "parse", refuse)
    with pytest.raises(UsageError, match=r"m\.nlu: no$"):
        files.load(tmp_path / "m.nlu")


def broken() -> Iterator[bytes]:
    """Chunks that end in an error."""
    yield b"half"
    raise RuntimeError("in the middle")


def test_a_failed_write_leaves_what_was_there(tmp_path: Path) -> None:
    target = tmp_path / "m.nlu"
    target.write_bytes(b"old")
    with pytest.raises(RuntimeError, match="in the middle"):
        files.write_atomically(target, broken())
    assert target.read_bytes() == b"old"
    assert os.listdir(tmp_path) == ["m.nlu"]


def test_nothing_appears_before_the_end(tmp_path: Path) -> None:
    target = tmp_path / "m.nlu"

    def watched() -> Iterator[bytes]:
        yield b"one"
        assert not target.exists()
        yield b"two"

    files.write_atomically(target, watched())
    assert target.read_bytes() == b"onetwo"
    assert os.listdir(tmp_path) == ["m.nlu"]


def test_a_file_that_cannot_be_written(tmp_path: Path) -> None:
    for path in (tmp_path / "absent" / "m.nlu", tmp_path):
        with pytest.raises(OutputError, match="cannot write") as caught:
            files.save(tiny_model(), path, overwrite=True)
        assert str(path) in str(caught.value)
    assert os.listdir(tmp_path) == []


@pytest.mark.parametrize("umask", [0o022, 0o077])
def test_permissions_follow_the_umask(tmp_path: Path, umask: int) -> None:
    before = os.umask(umask)
    try:
        files.save(tiny_model(), tmp_path / "m.nlu")
        after = os.umask(umask)
    finally:
        os.umask(before)
    assert after == umask
    assert stat.S_IMODE((tmp_path / "m.nlu").stat().st_mode) == 0o666 & ~umask


def test_an_older_map_outlives_its_replacement(tmp_path: Path) -> None:
    path = tmp_path / "m.nlu"
    files.save(tiny_model(), path)
    older = files.load(path)
    with pytest.raises(FileExistsError, match="overwrite=True"):
        files.save(rich_model(), path)
    files.save(rich_model(), path, overwrite=True)
    rows = np.arange(2)
    assert older.table().matrix.rows(rows).tolist() == [[1, 0], [0, -2]]
    assert sorted(files.load(path).tables) == ["hashed", "words"]
