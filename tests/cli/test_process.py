"""The process: signals, imports, the environment, shell completion, debugging."""

from __future__ import annotations

import os
import signal
import subprocess
from pathlib import Path

import pytest

from nlucompress import __version__
from nlucompress.cli import main, program
from nlucompress.cli.shared import streams
from nlucompress.native import extension
from tests.cli.program import (
    BAD_INPUT,
    DONE,
    INTERRUPTED,
    PROGRAM,
    TIMEOUT,
    environment,
    python,
    run,
)


def test_version_is_printed_without_numpy(models: Path) -> None:
    done = python(models, "-X", "importtime", "-m", "nlucompress", "--version")
    built = "with the C extension" if extension else "without the C extension (NumPy only)"
    assert done.code == DONE
    assert done.out.decode() == f"nlucompress, version {__version__}, {built}\n"
    assert imported(done.err).isdisjoint({"numpy", "scipy", "rich", "mmh3", "torch", "json"})


def imported(report: str) -> set[str]:
    """Top-level packages in the report of `python -X importtime`."""
    return {line.rsplit("|", 1)[-1].strip().split(".")[0] for line in report.splitlines()}


@pytest.mark.parametrize(
    "line", ["predict full.nlu utterances.txt", "lookup vectors.nlu words.txt"]
)
def test_answering_imports_little(models: Path, line: str) -> None:
    done = python(models, "-X", "importtime", "-m", "nlucompress", *line.split())
    assert done.code == DONE
    assert "numpy" in imported(done.err)
    assert imported(done.err).isdisjoint({"scipy", "rich", "torch"})


@pytest.mark.parametrize("line", ["quantize", "predict full.nlu", "train -"])
def test_an_interrupt_leaves_no_traceback(models: Path, line: str) -> None:
    with subprocess.Popen(
        [PROGRAM, *line.split()],
        cwd=models,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=environment(PYTHONVERBOSE="1"),
        # A shell's background jobs ignore interrupts, and hand that on to what they start.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
    ) as running:
        assert running.stdin is not None
        assert running.stderr is not None
        # In the stream of what is imported, numpy stands near the end of the start.
        for said in running.stderr:
            if b"nlucompress.data.examples" in said or b"nlucompress.format.codec" in said:
                break
        os.kill(running.pid, signal.SIGINT)
        running.stdin.close()
        rest = running.stderr.read()
        code = running.wait(TIMEOUT)
    assert code in (INTERRUPTED, -signal.SIGINT)
    assert rest.count(b"nlucompress: error: interrupted\n") == (code == INTERRUPTED)
    assert b"Traceback" not in rest


@pytest.mark.parametrize("model", ["small.nlu", "full.nlu"])
def test_an_interrupt_between_answers(models: Path, model: str) -> None:
    with subprocess.Popen(
        [PROGRAM, "predict", model],
        cwd=models,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=environment(),
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
    ) as running:
        assert running.stdin is not None
        assert running.stdout is not None
        assert running.stderr is not None
        running.stdin.write(b"call mom\n")
        running.stdin.flush()
        assert running.stdout.readline().startswith(b"call\t")
        os.kill(running.pid, signal.SIGINT)
        said = running.stderr.read()
        assert running.wait(TIMEOUT) == INTERRUPTED
    assert said == b"nlucompress: error: interrupted\n"


def test_debug_shows_a_traceback(models: Path) -> None:
    brief, long = (run(models, *options, "pack", "full.nlu") for options in ([], ["--debug"]))
    assert brief.code == long.code == BAD_INPUT
    assert "Traceback" not in brief.err
    assert brief.err.count("\n") == 1
    assert "Traceback" in long.err
    assert long.err.endswith(brief.err)


def test_a_defect_is_no_missed_gate(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise KeyError("inner")

    monkeypatch.setattr(program.cli, "main", fail)
    monkeypatch.setattr(streams, "prepare", lambda: None)
    assert main.run(["predict"]) == BAD_INPUT
    said = capsys.readouterr().err
    assert "Traceback" in said
    assert "defect of nlucompress" in said


@pytest.mark.parametrize(
    "stage",
    [
        "quantize full.nlu",
        "phash quantized.nlu",
        "pack hashed.nlu",
        "import vectors.txt",
        "train train.tsv --iterations 1",
    ],
)
def test_quiet(models: Path, stage: str) -> None:
    loud, quiet = run(models, *stage.split()), run(models, *stage.split(), "--quiet")
    assert quiet.err == ""
    assert loud.err != ""
    assert quiet.out == loud.out


def test_a_quiet_evaluation_still_decides(models: Path) -> None:
    line = ["evaluate", "small.nlu", "--data", "test.tsv", "-q", "--min-accuracy"]
    met, missed = run(models, *line, "1%"), run(models, *line, "100%")
    assert (met.code, met.out, met.err) == (DONE, b"", "")
    assert (missed.code, missed.out) == (1, b"")
    assert "gate missed" in missed.err


@pytest.mark.parametrize(
    "env",
    [{"NO_COLOR": "1"}, {"TERM": "dumb"}, {"FORCE_COLOR": "1", "NO_COLOR": "1"}, {"LC_ALL": "C"}],
)
def test_no_colours_and_no_bars_in_files(models: Path, env: dict[str, str]) -> None:
    trained = run(models, "train", "train.tsv", "--iterations", "1", env=env)
    shown = run(models, "evaluate", "small.nlu", "--data", "test.tsv", env=env)
    helped = run(models, "--help", env=env)
    for done in (trained, shown, helped):
        assert done.code == DONE
        assert "\x1b" not in done.err
        assert "\r" not in done.err
    assert b"\x1b" not in shown.out + helped.out
    assert trained.err.splitlines()[1].startswith("24 labels, ")


@pytest.mark.parametrize(
    "stage",
    [
        "train train.tsv --iterations 10",
        "train train.tsv --dev dev.tsv --iterations 10 --loss softmax",
        "quantize full.nlu --bits 4 --range mse",
        "quantize full.nlu --method kmeans --bits 3",
        "phash quantized.nlu",
        "pack hashed.nlu",
    ],
)
def test_same_input_same_bytes(models: Path, stage: str) -> None:
    made = [
        run(
            models,
            *stage.split(),
            "-q",
            env={
                "OMP_NUM_THREADS": threads,
                "OPENBLAS_NUM_THREADS": threads,
                "PYTHONHASHSEED": seed,
            },
        )
        for threads, seed in (("1", "0"), ("2", "1"))
    ]
    assert [each.code for each in made] == [DONE, DONE]
    assert made[0].out == made[1].out
    assert len(made[0].out) > 1000
