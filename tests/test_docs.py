"""Help texts and README: every example runs, every command and option is told of."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from nlucompress.cli.main import COMMANDS, cli
from tests.cli.program import DONE, python, run, shell
from tests.workplace import SAMPLE

README = SAMPLE.parent / "README.md"
NETWORK = (
    "nlucompress train train.tsv --network dan --dev dev.tsv --epochs 8 --rate 0.01 -o network.nlu"
)
needs_readme = pytest.mark.skipif(not README.exists(), reason="there is no README.md")


def command(name: str) -> click.Command:
    found = cli.get_command(click.Context(cli), name)
    assert found is not None
    return found


def options(name: str) -> list[click.Option]:
    return [each for each in command(name).params if isinstance(each, click.Option)]


def examples(name: str) -> list[str]:
    """Lines of the help text that call the program."""
    lines = [line.strip() for line in (command(name).help or "").splitlines()]
    return [line for line in lines if line.startswith("nlucompress ")]


def run_example(folder: Path, line: str) -> None:
    """Run a line as it stands; the files that it writes are not there before."""
    for output in re.findall(r"(?:-o|>) ([^ |]+)", line):
        (folder / output).unlink(missing_ok=True)
    done = shell(folder, line)
    assert done.code == DONE, f"{line}: {done.err}"


def test_commands_are_those_of_the_group() -> None:
    assert cli.list_commands(click.Context(cli)) == list(COMMANDS)
    assert [command(name).name for name in COMMANDS] == list(COMMANDS)


@pytest.mark.parametrize("name", COMMANDS)
def test_help(models: Path, name: str) -> None:
    done = run(models, name, "--help")
    assert (done.code, done.err) == (DONE, "")
    shown = done.out.decode()
    assert f"Usage: nlucompress {name} " in shown
    assert len(examples(name)) == 1
    assert shown.count("Example:") == 1
    assert examples(name)[0].startswith(f"nlucompress {name} ")
    assert examples(name)[0] in shown
    assert all(option.help for option in options(name))
    assert run(models, name, "-h").out == done.out


@pytest.mark.parametrize("name", COMMANDS)
def test_the_example_runs(workdir: Path, name: str) -> None:
    if name == "search":
        pytest.importorskip("torch")
        run_example(workdir, NETWORK)
    run_example(workdir, examples(name)[0])


def test_the_program_lists_its_commands(models: Path) -> None:
    shown = run(models, "--help").out.decode()
    listed = shown.split("Commands:")[1].split("\n\n")[0]
    assert [line.split()[0] for line in listed.strip().splitlines()] == list(COMMANDS)
    assert all(command(name).get_short_help_str() for name in COMMANDS)


@needs_readme
@pytest.mark.parametrize("name", COMMANDS)
def test_the_readme_tells_of_every_option(name: str) -> None:
    text = README.read_text(encoding="utf-8")
    assert re.search(rf"`(nlucompress )?{name}\b", text)
    for option in options(name):
        for spelled in (*option.opts, *option.secondary_opts):
            if spelled.startswith("--"):
                assert re.search(rf"{re.escape(spelled)}(?![\w-])", text), f"{name} {spelled}"


@needs_readme
def test_the_readme_invents_no_option() -> None:
    text = README.read_text(encoding="utf-8")
    known = {"--help", "--version", "--debug"}
    for name in COMMANDS:
        for option in options(name):
            known.update((*option.opts, *option.secondary_opts))
    for line in commands_in(text):
        assert set(re.findall(r"(?<![\w-])--[a-z][a-z0-9-]*", line)) <= known, line


def blocks(text: str, language: str) -> Iterator[str]:
    """The fenced blocks of a language."""
    for match in re.finditer(rf"^```{language}\n(.*?)^```$", text, re.MULTILINE | re.DOTALL):
        yield match[1]


def commands_in(text: str) -> list[str]:
    """Lines behind the prompt `$ `, those that end with a backslash joined to the next."""
    found = []
    for block in blocks(text, "console"):
        joined = block.replace("\\\n", " ")
        found += [line[2:] for line in joined.splitlines() if line.startswith("$ ")]
    return found


def test_commands_are_found() -> None:
    text = "```console\n$ a --b \\\n    c\nout\n$ d\n```\n```sh\n$ e\n```\n"
    assert commands_in(text) == ["a --b      c", "d"]


@needs_readme
def test_the_readme_runs(workdir: Path) -> None:
    (workdir / "sample_data").symlink_to(SAMPLE)
    for line in commands_in(README.read_text(encoding="utf-8")):
        run_example(workdir, line)


@needs_readme
def test_the_python_of_the_readme_runs(workdir: Path) -> None:
    for block in blocks(README.read_text(encoding="utf-8"), "python"):
        (workdir / "readme.py").write_text(block, encoding="utf-8")
        done = python(workdir, "-W", "error", "readme.py")
        assert (done.code, done.err) == (DONE, ""), done.err
