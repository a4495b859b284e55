"""Help: headings, widths, topics and commands, pages for `man`."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import click
import pytest

from nlucompress.cli.groups import COMMANDS
from nlucompress.cli.manual import program_page
from nlucompress.cli.program import cli
from nlucompress.cli.shared.options.command import FEW, broken
from tests.cli.program import DONE, USAGE, run

MANUAL = Path(__file__).parents[2] / "nlucompress" / "man" / "nlucompress.1"


@pytest.mark.parametrize("name", COMMANDS)
@pytest.mark.parametrize("columns", [60, 80, 160])
def test_no_line_is_wider_than_the_screen(name: str, columns: int) -> None:
    found = cli.get_command(click.Context(cli), name)
    assert found is not None
    context = click.Context(found, info_name=name, terminal_width=columns, max_content_width=1000)
    lines = found.get_help(context).splitlines()
    assert max(map(len, lines)) <= columns
    if columns == 160 and len(found.params) > FEW:
        assert max(map(len, lines)) > 100


@pytest.mark.parametrize("name", COMMANDS)
def test_many_options_stand_under_headings(name: str) -> None:
    found = cli.get_command(click.Context(cli), name)
    assert found is not None
    context = click.Context(found, info_name=name)
    headings = [line for line in found.get_help(context).splitlines() if line.endswith(":")]
    options = [each for each in found.get_params(context) if isinstance(each, click.Option)]
    assert ("Input and output:" in headings) == (len(options) > FEW)


def test_a_long_call_is_broken_between_words() -> None:
    text = "Words.\n  nlucompress first --second third\n"
    assert broken(text, 24) == "Words.\n  nlucompress first \\\n    --second third"
    assert broken(text, 60) == text.rstrip("\n")


def test_help_shows_commands_and_pages(models: Path) -> None:
    shown = [run(models, "help", each).out.decode() for each in ("train", "glossary", "tag")]
    both, page, one = shown
    assert both.startswith("Usage: nlucompress train ")
    assert "\n# " in both
    assert page.startswith("# Glossary")
    assert one.startswith("Usage: nlucompress tag ")
    wrong = run(models, "help", "quantise")
    assert wrong.code == USAGE
    assert "did you mean `quantize`?" in wrong.err


def test_pages_for_man(tmp_path: Path) -> None:
    done = run(tmp_path, "help", "--man", "share/man/man1")
    assert (done.code, done.out, done.err) == (DONE, b"", "")
    written = {path.name: path for path in (tmp_path / "share/man/man1").iterdir()}
    assert set(written) == {"nlucompress.1", *(f"nlucompress-{name}.1" for name in COMMANDS)}
    assert "\\-\\-fingerprint\\-bits" in written["nlucompress-phash.1"].read_text()
    groff = shutil.which("groff")
    if groff is None:
        pytest.skip("groff, which checks the pages, is not installed")
    checked = subprocess.run(
        [groff, "-man", "-Tutf8", "-ww", "-z", *map(str, written.values())],
        capture_output=True,
        check=False,
    )
    assert (checked.returncode, checked.stderr) == (0, b"")


def test_pages_for_man_replace_pages_alone(tmp_path: Path) -> None:
    assert [run(tmp_path, "help", "--man", ".").code for _ in range(2)] == [DONE, DONE]
    (tmp_path / "nlucompress-tag.1").write_text("mine")
    refused = run(tmp_path, "help", "--man", ".")
    assert refused.code == USAGE
    assert "nlucompress-tag.1: is there already and is not a page of ours" in refused.err


def test_the_installed_page_is_that_of_the_help() -> None:
    assert MANUAL.read_text(encoding="utf-8") == program_page(cli), "run make man"
    assert run(MANUAL.parent, "help", "--man", ".", "tag").code == USAGE
