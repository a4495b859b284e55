"""What `evaluate` shows on a terminal: gates in colour and once, no word or number broken."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from nlucompress.cli.shared.common import bytes_text
from tests.cli.program import DONE, GATE_MISSED, on_terminal, run

LINE = ("evaluate", "small.nlu", "--data", "test.tsv", "--reference", "full.nlu")
MET, MISSED = "\x1b[32mmet\x1b[0m", "\x1b[1;31mMISSED\x1b[0m"


def shown_on_terminal(
    folder: Path, *line: str, env: dict[str, str] | None = None, columns: int = 80
) -> tuple[int, str]:
    """Exit code and what is shown, without a bar however slow the machine is."""
    quiet = {"NLUCOMPRESS_PROGRESS_SECONDS": "600"}
    return on_terminal(folder, *line, env={**quiet, **(env or {})}, columns=columns)


def unwrapped(shown: str) -> list[str]:
    """The lines as a pipe has them."""
    return re.sub(r"\n {18}", " ", re.sub(r"\x1b\[[0-9;]*m", "", shown)).splitlines()


def test_gates_are_in_colour_and_told_once(workdir: Path) -> None:
    code, shown = shown_on_terminal(workdir, *LINE, "--max-nfr", "50%", "--max-size", "1K")
    assert code == GATE_MISSED
    assert shown.count(MET) == shown.count(MISSED) == 1
    assert shown.count("--max-size 1,000 bytes, measured") == 1


@pytest.mark.parametrize("columns", [80, 61, 40])
def test_lines_are_broken_between_words(workdir: Path, columns: int) -> None:
    line = (*LINE, "--max-nfr", "50%", "--max-accuracy-drop", "50%")
    code, shown = shown_on_terminal(workdir, *line, columns=columns)
    plain = re.sub(r"\x1b\[[0-9;]*m", "", shown)
    assert code == DONE
    assert max(map(len, plain.splitlines())) <= columns
    assert unwrapped(shown) == run(workdir, *line).lines
    assert not re.search(r"\d\n +(%|points|KB|B\b)", plain)


@pytest.mark.parametrize("env", [{"NO_COLOR": "1"}, {"TERM": "dumb"}])
def test_no_colour_where_none_is_wanted(workdir: Path, env: dict[str, str]) -> None:
    code, shown = shown_on_terminal(workdir, *LINE, "--max-nfr", "50%", env=env)
    assert (code, "\x1b" in shown) == (DONE, False)
    assert "met: --max-nfr" in shown


@pytest.mark.parametrize(
    ("size", "text"),
    [
        (9_999, "9,999 B"),
        (56_750, "56.8 KB"),
        (999_949, "999.9 KB"),
        (999_950, "1.00 MB"),
        (1_081_337, "1.08 MB"),
        (64_000_000, "64.0 MB"),
        (1_250_000_000, "1.25 GB"),
        (31_400_000_000, "31.4 GB"),
    ],
)
def test_sizes_are_in_the_unit_that_people_use(size: int, text: str) -> None:
    assert bytes_text(size) == text
