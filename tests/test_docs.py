"""Help texts and README: every example runs, every command and option is told of."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

import nlucompress
import nlucompress as nc
from nlucompress.cli.groups import COMMANDS, GROUPS
from nlucompress.cli.program import cli
from tests.cli.program import DONE, USAGE, Ran, python, run, shell
from tests.golden.sources import neural
from tests.workplace import SAMPLE

README = SAMPLE.parent / "README.md"
PAGES = Path(nlucompress.__file__).parent / "docs"
NETWORK = (
    "nlucompress train train.tsv --network dan --dev dev.tsv --epochs 8 "
    "--learning-rate 0.01 -o network.nlu"
)

NEEDS = {"search": "torch", "fleet": "distributed"}  # commands and pages


def pages() -> list[Path]:
    """The README, where the tests run beside it, and every page of the documentation."""
    return [each for each in (README, *sorted(PAGES.glob("*.md"))) if each.exists()]


def title(page: Path) -> str:
    return page.stem


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


def run_example(folder: Path, line: str) -> Ran:
    """Run a line as it stands; the files that it writes are not there before."""
    for output in re.findall(r"(?:-o|>) ([^ |]+)", line):
        (folder / output).unlink(missing_ok=True)
    done = shell(folder, line)
    assert done.code == DONE, f"{line}: {done.err}"
    return done


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
    assert examples(name)[0] in re.sub(r" \\\n +", " ", shown)
    assert all(option.help for option in options(name))
    assert run(models, name, "-h").out == done.out


@pytest.mark.parametrize("name", COMMANDS)
def test_the_example_runs(workdir: Path, name: str) -> None:
    if name in NEEDS:
        pytest.importorskip(NEEDS[name])
    if name == "search":
        run_example(workdir, NETWORK)
    else:
        nc.save(neural("dan"), workdir / "network.nlu")
    (workdir / "few.tsv").write_text("on\tlights\noff\tvolume\nplay\tplay jazz\n")
    (workdir / "tokens.txt").write_text("call\nme\n\nstop\n")
    (workdir / "tags.txt").write_text("call\tO\nme\tB-who\n\nstop\tO\n")
    tagged = nc.train_crf(nc.read_tagged(workdir / "tags.txt"), None, nc.CrfOptions(iterations=5))
    nc.save(tagged, workdir / "tagger.nlu")
    run_example(workdir, examples(name)[0])


def test_the_program_lists_its_commands(models: Path) -> None:
    shown = run(models, "--help").out.decode()
    for heading, group in GROUPS.items():
        listed = shown.split(f"{heading}:\n")[1].split("\n\n")[0]
        assert [line.split()[0] for line in listed.splitlines()] == list(group)
    assert all(summary in shown for group in GROUPS.values() for _, summary in group.values())


@pytest.mark.parametrize("name", COMMANDS)
def test_the_docs_tell_of_every_option(name: str) -> None:
    text = (PAGES / "commands.md").read_text(encoding="utf-8")
    assert re.search(rf"`(nlucompress )?{name}\b", text)
    for option in options(name):
        for spelled in (*option.opts, *option.secondary_opts):
            if spelled.startswith("--"):
                assert re.search(rf"{re.escape(spelled)}(?![\w-])", text), f"{name} {spelled}"


@pytest.mark.parametrize("page", pages(), ids=title)
def test_the_docs_invent_no_option(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    known = {"--help", "--version", "--debug", "--no-config", "--show-config"}
    for name in COMMANDS:
        for option in options(name):
            known.update((*option.opts, *option.secondary_opts))
    for line in commands_in(text):
        assert set(re.findall(r"(?<![\w-])--[a-z][a-z0-9-]*", line)) <= known, line


def blocks(text: str, language: str) -> Iterator[str]:
    """The fenced blocks of a language."""
    for match in re.finditer(rf"^```{language}\n(.*?)^```$", text, re.MULTILINE | re.DOTALL):
        yield match[1]


def sessions(text: str) -> list[tuple[str, list[str]]]:
    """Commands behind the prompt `$ ` and the lines that they print.

    A line that ends with a backslash is joined to the next.
    """
    found: list[tuple[str, list[str]]] = []
    for block in blocks(text, "console"):
        for line in block.replace("\\\n", " ").splitlines():
            if line.startswith("$ "):
                found.append((line[2:], []))
            elif found:
                found[-1][1].append(line)
    return found


def commands_in(text: str) -> list[str]:
    """The commands of a text."""
    return [line for line, _ in sessions(text)]


def test_commands_are_found() -> None:
    text = "```console\n$ a --b \\\n    c\nout\n$ d\n```\n```sh\n$ e\n```\n"
    assert commands_in(text) == ["a --b      c", "d"]


@pytest.mark.parametrize("page", pages(), ids=title)
def test_the_consoles_of_the_docs_run(workdir: Path, page: Path) -> None:
    (workdir / "sample_data").symlink_to(SAMPLE)
    if page.stem in NEEDS:
        pytest.importorskip(NEEDS[page.stem])
    for line, printed in sessions(page.read_text(encoding="utf-8")):
        done = run_example(workdir, line)
        # Stages of a pipeline run side by side: the order of what they say is not fixed.
        # A slow machine also sees how far the training is, every ten seconds.
        said = [each.rstrip() for each in (done.out.decode() + done.err).splitlines()]
        said = [
            each for each in said if not re.search(r" (% done|still at work) after \d+ s", each)
        ]
        assert sorted(said) == sorted(printed), line


@pytest.mark.parametrize("page", pages(), ids=title)
def test_the_python_of_the_docs_runs(workdir: Path, page: Path) -> None:
    for block in blocks(page.read_text(encoding="utf-8"), "python"):
        (workdir / "readme.py").write_text(block, encoding="utf-8")
        done = python(workdir, "-W", "error", "readme.py")
        assert (done.code, done.err) == (DONE, ""), done.err


def test_the_front_page_is_short() -> None:
    assert not README.exists() or len(README.read_text(encoding="utf-8").splitlines()) <= 200


@pytest.mark.parametrize("page", pages(), ids=title)
def test_links_lead_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\(([^)#]+)\)", page.read_text(encoding="utf-8")):
        assert (page.parent / target).exists(), target


def test_help_shows_every_page(models: Path) -> None:
    listed = run(models, "help").out.decode().splitlines()
    assert [line.split()[0] for line in listed] == sorted(page.stem for page in PAGES.glob("*.md"))
    for page in PAGES.glob("*.md"):
        done = run(models, "help", page.stem)
        assert (done.code, done.err) == (DONE, "")
        before = done.out.decode().removesuffix(page.read_text("utf-8"))
        expected = f"Usage: nlucompress {page.stem} " if page.stem in COMMANDS else ""
        assert before.startswith(expected)
        assert bool(before) == bool(expected)


def test_help_shows_commands(models: Path) -> None:
    assert run(models, "help", "quantize").out == run(models, "quantize", "--help").out


@pytest.mark.parametrize(
    ("words", "guess"),
    [
        (("quantise",), "no command 'quantise': did you mean `quantize`?"),
        (("help", "glosary"), "no topic 'glosary': did you mean `glossary`?"),
        (("xyzzy",), "no command 'xyzzy'; `nlucompress --help` lists them"),
        (("help", "xyzzy"), "no topic 'xyzzy'; `nlucompress help` lists them"),
    ],
)
def test_the_nearest_name_is_told(models: Path, words: tuple[str, ...], guess: str) -> None:
    done = run(models, *words)
    assert (done.code, done.out) == (USAGE, b"")
    assert guess in done.err


def test_short_version_option(models: Path) -> None:
    assert run(models, "-V").out == run(models, "--version").out
