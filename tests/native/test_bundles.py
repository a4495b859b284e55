"""Bundles in the reader in C, against Python."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from nlucompress.fleet.bundle import writer
from nlucompress.fleet.bundle.reader import Bundle
from tests.native.build import C99, PREDICT, SANITIZERS, compiled, compiler, works
from tests.unit.fleet.test_bundle import damaged, files

CC = compiler()
pytestmark = pytest.mark.skipif(CC is None, reason="no C compiler found")
TEXTS = b"turn on the light\non on off\nstop\n"
NAMES = ("packed_labels 0", "packed_labels 19", "packed_sparse 1", "packed_vectorized 0")


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("bundles")
    command: tuple[str, ...] = (str(CC), *C99, *SANITIZERS)
    if not works(folder / "probe", command):
        command = (str(CC), *C99)
    return compiled(PREDICT, folder / "nlu-predict", command)


def ask(program: Path, *words: str | Path) -> subprocess.CompletedProcess[bytes]:
    call = [str(word) for word in (program, *words)]
    return subprocess.run(call, input=TEXTS, capture_output=True, check=False, timeout=60)


def test_answers_are_those_of_the_single_file(program: Path, tmp_path: Path) -> None:
    (tmp_path / "b").write_bytes(b"".join(writer.chunks(files())))
    for name in NAMES:
        (tmp_path / "m").write_bytes(files()[name])
        alone, found = ask(program, tmp_path / "m"), ask(program, tmp_path / "b", "--model", name)
        assert (found.returncode, found.stdout) == (alone.returncode, alone.stdout)
        assert found.returncode == 0 or name not in NAMES[:2]
    tagged = ask(program, tmp_path / "b", "--model", "ß/ü", "--tag")
    assert (tagged.returncode, len(tagged.stdout.splitlines())) == (0, 4)
    unknown = ask(program, tmp_path / "b", "--model", "packed")
    assert unknown.returncode == 2
    assert b"no model of this name" in unknown.stderr
    assert ask(program, tmp_path / "m", "--model", "a").returncode == 3


def test_damage_is_refused(program: Path, tmp_path: Path) -> None:
    data = b"".join(writer.chunks({name: files()[name] for name in NAMES}))
    for each in [*damaged(data)][::9]:
        (tmp_path / "b").write_bytes(each)
        found = ask(program, tmp_path / "b", "--model", NAMES[1])
        if found.returncode == 0:  # the damage is in another model's payload
            assert Bundle(memoryview(each)).file(NAMES[1]) == files()[NAMES[1]]
        else:
            assert (found.returncode, found.stdout) == (3, b"")
