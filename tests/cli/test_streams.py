"""Standard streams: terminals, empty and closed ones, full disks, pipes that close."""

from __future__ import annotations

import os
import pty
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from nlucompress.native import extension
from tests.cli.program import (
    BAD_INPUT,
    CLOSED_PIPE,
    DONE,
    PROGRAM,
    TIMEOUT,
    USAGE,
    environment,
    python,
    run,
    shell,
)

STAGES = ("quantize full.nlu", "phash quantized.nlu", "pack hashed.nlu", "import vectors.txt")
TEXT = (
    "predict small.nlu utterances.txt",
    "lookup vectors.nlu words.txt",
    "evaluate small.nlu --data test.tsv",
    "completion bash",
    "pack hashed.nlu --help",
    "--version",
    "--help",
)


@contextmanager
def terminal() -> Iterator[int]:
    """A terminal that nobody types into."""
    ours, theirs = pty.openpty()
    try:
        yield theirs
    finally:
        os.close(ours)
        os.close(theirs)


def at_terminal(folder: Path, arguments: str, stdin: bool, stdout: bool) -> tuple[int, str]:
    """Run with a terminal as stdin or stdout; the exit code and what stderr says."""
    with terminal() as tty:
        done = subprocess.run(
            [PROGRAM, *arguments.split()],
            cwd=folder,
            stdin=tty if stdin else subprocess.DEVNULL,
            stdout=tty if stdout else subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            env=environment(),
            timeout=TIMEOUT,
            check=False,
        )
    return done.returncode, done.stderr.decode()


@pytest.mark.parametrize("stage", [*STAGES, "train train.tsv", "quantize full.nlu -o -"])
def test_binary_is_never_written_to_a_terminal(models: Path, stage: str) -> None:
    code, err = at_terminal(models, stage, stdin=False, stdout=True)
    assert code == USAGE
    assert "the output is binary: give -o FILE" in err


def test_a_file_may_be_written_from_a_terminal(workdir: Path) -> None:
    code, _ = at_terminal(workdir, "quantize full.nlu -o new.nlu", stdin=False, stdout=True)
    assert code == DONE


@pytest.mark.parametrize("command", ["quantize", "phash -", "pack", "import", "train -"])
def test_a_terminal_is_no_input(models: Path, command: str) -> None:
    code, err = at_terminal(models, command, stdin=True, stdout=False)
    assert code == USAGE
    assert "no input: name a file" in err
    assert err.count("\n") == 1


@pytest.mark.parametrize("command", ["quantize", "phash -", "pack", "train -"])
def test_an_empty_input_says_that_the_stage_before_failed(models: Path, command: str) -> None:
    done = run(models, *command.split())
    assert (done.code, done.out) == (BAD_INPUT, b"")
    assert "standard input is empty: the stage before this one failed" in done.err
    assert done.err.count("\n") == 1


def test_an_empty_import(models: Path) -> None:
    done = run(models, "import")
    assert (done.code, done.out) == (BAD_INPUT, b"")
    assert "empty" in done.err
    assert run(models, "import", stdin=b"a\t1\n").code == DONE


def test_closed_stdin(models: Path) -> None:
    assert shell(models, "nlucompress quantize <&-").code == USAGE


def test_two_inputs_cannot_both_be_stdin(models: Path) -> None:
    for line in (
        "evaluate - --data -",
        "evaluate - --data test.tsv --reference -",
        "train - --dev -",
        "predict - -",
        "lookup -",
    ):
        done = run(models, *line.split(), stdin=(models / "small.nlu").read_bytes())
        assert (done.code, done.out) == (USAGE, b""), line
        assert "stdin" in done.err


@pytest.mark.parametrize("command", [*STAGES, *TEXT, "train train.tsv --iterations 1"])
@pytest.mark.parametrize("sink", ["> /dev/full", ">&-"])
def test_what_cannot_be_written_is_no_success(models: Path, command: str, sink: str) -> None:
    done = shell(models, f"nlucompress {command} {sink}")
    assert (done.code, done.out) == (BAD_INPUT, b"")
    assert "Traceback" not in done.err
    assert done.err.splitlines()[-1].startswith("nlucompress: error: ")


@pytest.mark.parametrize("stage", STAGES)
def test_a_full_device_as_output(models: Path, stage: str) -> None:
    done = shell(models, f"nlucompress {stage} -o /dev/full")
    assert done.code == BAD_INPUT
    assert "/dev/full: cannot write: No space left on device" in done.err
    assert Path("/dev/full").is_char_device()


def test_devices_and_named_pipes_are_written_to(workdir: Path) -> None:
    quiet = "nlucompress quantize full.nlu --bits 5 -q"
    assert shell(workdir, f"{quiet} -o /dev/null").code == DONE
    assert Path("/dev/null").is_char_device()
    for line in (f"{quiet} -o /dev/stdout", f"mkfifo pipe; {quiet} -o pipe & cat pipe; wait"):
        assert shell(workdir, line).out == (workdir / "quantized.nlu").read_bytes()


@pytest.mark.parametrize(
    "line",
    [
        "nlucompress quantize big.nlu -q | head -c 10",
        "PYTHONUNBUFFERED=1 nlucompress quantize big.nlu -q | head -c 10",
        "nlucompress predict small.nlu many.txt | head -1",
        "PYTHONUNBUFFERED=1 nlucompress predict small.nlu many.txt | head -1",
        "nlucompress lookup vectors.nlu many.txt | head -1",
        "nlucompress quantize big.nlu -q > >(exit 0)",
    ],
)
def test_a_pipe_that_closes_ends_quietly(workdir: Path, line: str) -> None:
    (workdir / "many.txt").write_text("call mom\n" * 100_000)
    done = shell(workdir, line)
    assert (done.code, done.err) == (CLOSED_PIPE, "")
    assert len(done.out) < 100


def test_unbuffered_output_is_whole(models: Path) -> None:
    done = run(models, "quantize", "big.nlu", "-q")
    assert len(done.out) > 1 << 17
    for line in ("cat", "dd bs=1000 status=none", "(sleep 0.3; cat)"):
        piped = shell(
            models, f"nlucompress quantize big.nlu -q | {line}", {"PYTHONUNBUFFERED": "1"}
        )
        assert (piped.code, piped.err, piped.out) == (DONE, "", done.out)


@pytest.mark.parametrize("sink", ["2>&-", "2>/dev/null"])
def test_stderr_may_be_gone(models: Path, sink: str) -> None:
    line = f"nlucompress quantize full.nlu --bits 5 {sink}"
    assert shell(models, line).out == (models / "quantized.nlu").read_bytes()
    assert shell(models, f"nlucompress pack full.nlu {sink}").code == BAD_INPUT


SHORTENED = """
import sys
from nlucompress.cli.shared import streams
from nlucompress.format import files
files.READ_WHOLE = 0  # maps even this file
data = streams.read_input("live.nlu")
if sys.argv[1] == "shortened":
    open("live.nlu", "wb").close()
sys.exit(10 + (bytes(data) == bytes(9000)))
"""


@pytest.mark.skipif(extension is None, reason="the signal is caught in C")
def test_a_mapped_file_that_is_shortened_ends_in_one_line(tmp_path: Path) -> None:
    for what, code, said in (
        ("shortened", BAD_INPUT, "nlucompress: error: live.nlu: the file was shortened in place"),
        ("whole", 11, ""),
    ):
        (tmp_path / "live.nlu").write_bytes(bytes(9000))
        ran = python(tmp_path, "-c", SHORTENED, what)
        assert (ran.code, ran.out) == (code, b"")
        assert ran.err.startswith(said)
        assert ran.err.count("\n") == bool(said)
