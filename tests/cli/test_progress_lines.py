"""Long work: a line now and then without a terminal, a bar with one, and a log of either."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from nlucompress.cli.shared.show.progress import Lines
from tests.cli.program import BAD_INPUT, DONE, USAGE, on_terminal, run

OFTEN = {"NLUCOMPRESS_PROGRESS_SECONDS": "0.0001"}
STAMP = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ ")
TRAIN = ("train", "train.tsv", "--dev", "dev.tsv", "-o", "x.nlu")


def test_a_line_every_ten_seconds() -> None:
    times = iter([0.0, 3.0, 9.9, 12.0, 15.0, 21.9, 24.0, 40.0, 44.0, 49.0, 52.0])
    said: list[str] = []
    show = Lines("train", said.append, clock=lambda: next(times))
    for done in (0.05, 0.1, 0.25, 0.3, 0.4, 0.5):
        show("epoch", done)
    show("another", 0.0)  # begins anew, and is timed anew
    show.beat()
    show("another", 0.5)
    show.beat()
    assert said == [
        "epoch: 25 % done after 12 s, about 36 s left",
        "epoch: 50 % done after 24 s, about 24 s left",
        "another: 0 % done after 0 s",
        "another: 50 % done after 12 s, about 6 s left",
    ]


def test_work_that_does_not_tell_of_itself() -> None:
    times = iter([0.0, 9.0, 11.0, 22.0])
    said: list[str] = []
    show = Lines("factorize", said.append, clock=lambda: next(times))
    for _ in range(3):
        show.beat()
    assert said == [
        "factorize: still at work after 11 s",
        "factorize: still at work after 22 s",
    ]


COMMANDS = {
    "train": (*TRAIN[:3], "dev.tsv", "-o", "x.nlu"),
    "crf": ("train", "--network", "crf", "slots.conll", "-o", "x.nlu", "--iterations", "9"),
    "finetune": ("finetune", "quantized.nlu", "--data", "train.tsv", "-o", "x.nlu"),
    "merge": ("merge", "full.nlu", "older.nlu", "--search", "dev.tsv", "-o", "x.nlu"),
    "quantize": ("quantize", "big.nlu", "--method", "pq", "--subvectors", "4", "-o", "x.nlu"),
    "factorize": ("factorize", "big.nlu", "--rank", "2", "-o", "x.nlu"),
    "phash": ("phash", "quantized.nlu", "--method", "grouped", "-o", "x.nlu"),
    "pack": ("pack", "hashed.nlu", "-o", "x.nlu"),
    "import": ("import", "vectors.txt", "-o", "x.nlu"),
    "evaluate": ("evaluate", "small.nlu", "--data", "many.tsv"),
}


@pytest.mark.parametrize("name", COMMANDS)
def test_every_long_command_says_how_far_it_is(workdir: Path, name: str) -> None:
    (workdir / "many.tsv").write_bytes(30 * (workdir / "test.tsv").read_bytes())
    (workdir / "slots.conll").write_text("to\tO\nulm\tB-city\n\n" * 20)
    done = run(workdir, *COMMANDS[name], "--log", "log", env=OFTEN)
    assert done.code == DONE, done.err
    told = [line for line in done.err.splitlines() if re.search(r" after \d+ s", line)]
    assert any(" % done" in line for line in told), done.err
    logged = (workdir / "log").read_text("utf-8").splitlines()
    assert [STAMP.sub("", line, count=1) for line in logged] == done.err.splitlines()


def test_training_tells_the_score_on_dev(workdir: Path) -> None:
    lines = run(workdir, *TRAIN, env=OFTEN).err.splitlines()
    shown = r".+, dev so far \d+\.\d\d %: \d+ % done after \d+ s.*"
    assert any(re.fullmatch(shown, line) for line in lines), lines


def test_a_log_goes_on_and_keeps_what_quiet_hides(workdir: Path) -> None:
    assert run(workdir, *TRAIN, "--quiet", "--log", "log", env=OFTEN).err == ""
    once = (workdir / "log").read_text("utf-8")
    assert " % done after " in once
    assert "dev accuracy" in once
    failed = run(workdir, *TRAIN[:2], "--dev", "nowhere.tsv", "-o", "y.nlu", "--log", "log")
    assert failed.code == BAD_INPUT
    twice = (workdir / "log").read_text("utf-8")
    assert twice.startswith(once)
    assert STAMP.sub("", twice.splitlines()[-1]) == failed.err.strip().splitlines()[-1]


def test_a_log_replaces_nothing(workdir: Path) -> None:
    before = (workdir / "full.nlu").read_bytes()
    done = run(workdir, "quantize", "full.nlu", "-o", "x.nlu", "--log", "full.nlu")
    assert (done.code, (workdir / "full.nlu").read_bytes()) == (USAGE, before)
    assert "is there already and is no log" in done.err
    same = run(workdir, "quantize", "full.nlu", "-o", "x.nlu", "--log", "./x.nlu")
    assert (same.code, (workdir / "x.nlu").exists()) == (USAGE, False)
    assert run(workdir, "quantize", "full.nlu", "-o", "x.nlu", "--log", "no/log").code == BAD_INPUT


def test_a_wrong_interval_is_refused(workdir: Path) -> None:
    done = run(workdir, *TRAIN, env={"NLUCOMPRESS_PROGRESS_SECONDS": "soon"})
    assert (done.code, (workdir / "x.nlu").exists()) == (USAGE, False)
    assert "'soon' is not a number of seconds" in done.err


def test_a_bar_on_a_terminal_shows_dev(workdir: Path) -> None:
    code, shown = on_terminal(workdir, *TRAIN, env=OFTEN)
    assert code == DONE
    assert re.search(r", dev so far \d+\.\d\d %[^\n]*━", shown), shown[-400:]
    assert "done after" not in shown
    assert "dev accuracy" in shown
