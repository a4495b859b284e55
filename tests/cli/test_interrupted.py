"""Ctrl-C ends in one line and 130; what a killed run leaves is gone after the next one."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.program import (
    DONE,
    INTERRUPTED,
    PROGRAM,
    environment,
    files_in,
    run,
)

READING = {
    "train": ("train", "-", "-o", "x.nlu"),
    "import": ("import", "-", "-o", "x.nlu"),
    "finetune": ("finetune", "full.nlu", "--data", "-", "-o", "x.nlu"),
    "merge": ("merge", "full.nlu", "-", "-o", "x.nlu"),
    "factorize": ("factorize", "-", "--rank", "2", "-o", "x.nlu"),
    "pack": ("pack", "-", "-o", "x.nlu"),
    "evaluate": ("evaluate", "small.nlu", "--data", "-"),
}
TRAINING = ("finetune", "quantized.nlu", "--data", "train.tsv", "--iterations", "9999999")


def interrupted(folder: Path, *arguments: str) -> tuple[int, list[str]]:
    """Exit code and stderr of a run that is interrupted when it has said something."""
    with subprocess.Popen(
        [str(PROGRAM), *arguments],
        cwd=folder,
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        env=environment(NLUCOMPRESS_PROGRESS_SECONDS="0.05"),
        text=True,
    ) as started:
        assert started.stderr is not None
        first = started.stderr.readline()
        started.send_signal(signal.SIGINT)
        rest = started.stderr.read()
        return started.wait(), [first.strip(), *rest.splitlines()]


@pytest.mark.parametrize("name", READING)
def test_a_command_that_waits_for_input(workdir: Path, name: str) -> None:
    before = files_in(workdir)
    code, lines = interrupted(workdir, *READING[name])
    told = [line for line in lines if " after " not in line]
    assert (code, told) == (INTERRUPTED, ["nlucompress: error: interrupted"])
    assert files_in(workdir) == before


def test_a_command_that_works(workdir: Path) -> None:
    before = files_in(workdir)
    code, lines = interrupted(workdir, *TRAINING, "-o", "x.nlu")
    told = [line for line in lines if not re.search(" after | examples of ", line)]
    assert (code, told) == (INTERRUPTED, ["nlucompress: error: interrupted"])
    assert files_in(workdir) == before


WRITER = """
import sys, time
from nlucompress.format.files import write_atomically
from nlucompress.io.folders import write_folder
def chunks():
    yield b"half"
    print("begun", flush=True)
    time.sleep(600)
if sys.argv[1] == "file":
    write_atomically("killed.nlu", chunks())
else:
    write_folder("killed", {"a": chunks()})
"""


def writing(folder: Path, what: str) -> subprocess.Popen[str]:
    """A process that has begun to write and does not end."""
    started = subprocess.Popen(
        [sys.executable, "-c", WRITER, what],
        cwd=folder,
        stdout=subprocess.PIPE,
        text=True,
        env=environment(),
    )
    assert started.stdout is not None
    assert started.stdout.readline() == "begun\n"
    started.stdout.close()
    return started


@pytest.mark.parametrize("what", ["file", "folder"])
def test_nothing_is_left_of_a_killed_run_after_the_next(workdir: Path, what: str) -> None:
    before = files_in(workdir)
    started = writing(workdir, what)
    started.kill()
    started.wait()
    assert len(files_in(workdir) - before) == 1  # nobody can tidy up after kill -9 but the next
    assert run(workdir, "pack", "hashed.nlu", "-o", "x.nlu").code == DONE
    assert files_in(workdir) == {*before, "x.nlu"}


def test_a_run_at_work_loses_nothing_to_another(workdir: Path) -> None:
    before = files_in(workdir)
    started = writing(workdir, "file")
    try:
        assert run(workdir, "pack", "hashed.nlu", "-o", "x.nlu").code == DONE
        (left,) = files_in(workdir) - before - {"x.nlu"}
        assert (workdir / left / "new").exists()
    finally:
        started.kill()
        started.wait()


def test_a_directory_that_was_moved_out_of_the_way_comes_back(workdir: Path) -> None:
    left = workdir / ".nlu-abcd_123.writing"
    for name in ("lost", "replaced"):
        (left / "old" / name).mkdir(parents=True)
        (left / "old" / name / "data").write_text("old")
    (workdir / "replaced").mkdir()
    assert run(workdir, "pack", "hashed.nlu", "-o", "x.nlu").code == DONE
    assert not left.exists()
    assert (workdir / "lost" / "data").read_text() == "old"
    assert os.listdir(workdir / "replaced") == []


def test_what_is_not_ours_stays(workdir: Path) -> None:
    for name in (".nlu-models", ".nlu-abcd_123.writing.txt"):
        (workdir / name).mkdir()
    (workdir / ".nlu-abcd_124.writing").symlink_to(workdir / ".nlu-models")
    before = files_in(workdir)
    assert run(workdir, "pack", "hashed.nlu", "-o", "x.nlu").code == DONE
    assert files_in(workdir) == {*before, "x.nlu"}
