"""What is answered without click and NumPy: as with them, to the last byte and the exit code."""

from __future__ import annotations

import contextlib
import io
import sys
from pathlib import Path
from typing import NamedTuple

import pytest

import nlucompress as nc
from nlucompress.cli import main, quick
from nlucompress.native import extension
from tests.cli.program import DONE, on_terminal, python

needs_extension = pytest.mark.skipif(
    extension is None, reason="the quick way to answers is in the extension"
)
FOLDER = Path(__file__).parent.parent / "golden"
GOLDEN = sorted(path.name for path in FOLDER.glob("*.nlu"))
TEXTS = (
    b"call mom\n\nred\na b c\r\nTurn it UP, please!\n\xff call\nna\xc3\xafve \xf0\x9f\x98\x80\n"
    b"x\0y\nlast line without an end"
)
HEAVY = {"numpy", "click", "scipy", "rich", "mmh3", "json", "typing", "pathlib"}


class Outcome(NamedTuple):
    code: int
    out: bytes
    err: bytes


class Ways:
    """Runs command lines in this process, by the quick way where there is one or by click."""

    def __init__(self, patch: pytest.MonkeyPatch) -> None:
        self.patch = patch
        self.quick = 0  # lines that were answered so

    def outcome(self, line: list[str], by_click: bool) -> Outcome:
        streams = [io.TextIOWrapper(io.BytesIO(), "utf-8") for _ in range(2)]
        quickly = quick.run

        def counted(arguments: list[str]) -> bool:
            done = not by_click and quickly(arguments)
            self.quick += done
            return done

        with self.patch.context() as patch:
            patch.setattr(sys, "stdout", streams[0])
            patch.setattr(sys, "stderr", streams[1])
            patch.setattr(quick, "run", counted)
            code = main.run(line)
            written = []
            for stream in streams:
                stream.flush()
                written.append(stream.buffer.getvalue())
        return Outcome(code, *written)

    def same(self, *line: str) -> Outcome:
        first, second = (self.outcome(list(line), by_click) for by_click in (False, True))
        assert first == second
        return first


@pytest.fixture
def ways(monkeypatch: pytest.MonkeyPatch) -> Ways:
    return Ways(monkeypatch)


@needs_extension
@pytest.mark.parametrize("name", GOLDEN)
def test_both_ways_answer_alike(ways: Ways, tmp_path: Path, name: str) -> None:
    (tmp_path / "texts").write_bytes(TEXTS)
    files = [str(FOLDER / name), str(tmp_path / "texts")]
    model = nc.load(files[0])
    for options in ([], ["--json"], ["--top", "3"], ["--top=20", "--json"]):
        ways.same("predict", *options, *files)
    expected = 0
    if model.sealed and model.network is not None and model.network.kind == "linear":
        with contextlib.suppress(ValueError):  # such as a tagger's
            extension.Reader(model.file)
            expected = 4 if model.network.settings["link"] == "margin" else 2
    assert ways.quick == expected
    for table in model.tables:
        ways.same("lookup", *files, "--table", table)
        ways.same("lookup", f"--table={table}", "--json", *files)
    ways.same("lookup", *files)


@needs_extension
def test_lookups_are_quick(ways: Ways, tmp_path: Path) -> None:
    (tmp_path / "keys").write_bytes(TEXTS)
    found = 0
    for name in ("packed_sparse.nlu", "packed_static.nlu", "packed_fixed.nlu", "packed_linear.nlu"):
        if (FOLDER / name).exists():
            ways.same("lookup", str(FOLDER / name), str(tmp_path / "keys"))
            found += 1
    assert ways.quick == found >= 3


@needs_extension
@pytest.mark.parametrize(
    ("line", "is_quick"),
    [
        ("predict small.nlu utterances.txt", True),
        ("predict utterances.txt small.nlu", False),
        ("predict full.nlu utterances.txt", False),
        ("predict small.nlu utterances.txt --top 21", False),
        ("predict small.nlu utterances.txt --top 0", False),
        ("predict small.nlu utterances.txt --top", False),
        ("predict small.nlu utterances.txt --json=1", False),
        ("predict small.nlu utterances.txt --unknown", False),
        ("predict small.nlu utterances.txt --threshold 0.1", False),
        ("predict small.nlu utterances.txt more", False),
        ("predict small.nlu utterances.txt --help", False),
        ("predict small.nlu -- utterances.txt", False),
        ("predict damaged.nlu utterances.txt", False),
        ("predict short.nlu utterances.txt", False),
        ("predict empty.nlu utterances.txt", False),
        ("predict absent.nlu utterances.txt", False),
        ("predict . utterances.txt", False),
        ("predict", False),
        ("lookup small.nlu words.txt", True),
        ("lookup small.nlu words.txt --table features", True),
        ("lookup small.nlu words.txt --table none", False),
        ("lookup small.nlu words.txt --table features --table features", False),
        ("lookup vectors.nlu words.txt", False),
        ("lookup damaged.nlu words.txt", False),
        ("--debug predict small.nlu utterances.txt", False),
        ("-V", True),
        ("-V predict", False),
        ("help glossary", False),
        ("completion bash", True),
        ("completion zsh", True),
        ("completion csh", False),
    ],
)
def test_what_is_quick(ways: Ways, workdir: Path, line: str, is_quick: bool) -> None:
    whole = (workdir / "small.nlu").read_bytes()
    (workdir / "damaged.nlu").write_bytes(whole[:-9] + bytes([whole[-9] ^ 1]) + whole[-8:])
    (workdir / "short.nlu").write_bytes(whole[:-1])
    (workdir / "empty.nlu").write_bytes(b"")
    ways.patch.chdir(workdir)
    ways.same(*line.split())
    assert ways.quick == is_quick


@needs_extension
@pytest.mark.parametrize("line", ["predict small.nlu absent.txt", "lookup small.nlu small.nlu"])
def test_what_goes_wrong_with_the_texts(ways: Ways, models: Path, line: str) -> None:
    ways.patch.chdir(models)
    outcome = ways.same(*line.split())
    assert (outcome.code, outcome.out) == (main.BAD_INPUT, b"")
    assert ways.quick == 0  # it ends by an error


@needs_extension
@pytest.mark.parametrize(
    "line",
    ["predict small.nlu utterances.txt", "predict small.nlu", "lookup small.nlu words.txt", "-V"],
)
def test_little_is_imported(models: Path, line: str) -> None:
    done = python(models, "-X", "importtime", "-m", "nlucompress", *line.split(), stdin=b"red\n")
    assert done.code == DONE
    assert done.out
    modules = {each.rsplit("|", 1)[-1].strip() for each in done.err.splitlines()}
    assert "nlucompress.cli.quick" in modules
    assert {name.split(".")[0] for name in modules}.isdisjoint(HEAVY - _imported_by_site(models))
    assert "nlucompress.cli.program" not in modules


def _imported_by_site(folder: Path) -> set[str]:
    """What Python imports without us, such as for packages that are installed to be edited."""
    done = python(folder, "-X", "importtime", "-c", "import re, runpy, importlib.util, pkgutil")
    names = {each.rsplit("|", 1)[-1].strip() for each in done.err.splitlines()}
    return {name.split(".")[0] for name in names}


@pytest.mark.parametrize("columns", ["0", "x", "20", "50", "67", "80", "100", "101", "500"])
def test_the_help_page_is_that_of_click(
    ways: Ways, monkeypatch: pytest.MonkeyPatch, columns: str
) -> None:
    monkeypatch.setenv("COLUMNS", columns)
    assert ways.same("--help").code == DONE
    assert ways.same("-h").out.startswith(b"Usage: nlucompress [OPTIONS]")
    assert ways.quick == 2


def test_the_help_page_is_as_wide_as_the_terminal(models: Path) -> None:
    pages = [on_terminal(models, "--help", env={"COLUMNS": ""}, columns=n)[1] for n in (60, 90)]
    assert [max(map(len, page.splitlines())) <= n for page, n in zip(pages, (58, 88), strict=True)]
    assert pages[0] != pages[1]


@pytest.mark.parametrize("word", ["q", "p", "quantize", "zzz", "", "-", "'q"])
def test_completing_a_command(ways: Ways, monkeypatch: pytest.MonkeyPatch, word: str) -> None:
    monkeypatch.setenv("_NLUCOMPRESS_COMPLETE", "zsh_complete")
    monkeypatch.setenv("_NLUCOMPRESS_WORDS", f"nlucompress\n{word}")
    outcome = ways.same()
    assert outcome.code == DONE
    assert ways.quick == word.isalpha()
    if word == "q":
        line = "plain\tquantize\tRound weights to a few levels; drop what rounds to zero.\n"
        assert outcome.out.decode() == line
