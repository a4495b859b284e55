"""Options from files and variables: precedence, what is told, what is refused."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from tests.cli.program import BAD_INPUT, DONE, USAGE, Ran, run

OWN, PROJECT = "nlucompress.toml", "pyproject.toml"


@pytest.fixture
def folder(models: Path, tmp_path: Path) -> Path:
    for name in ("full.nlu", "small.nlu", "test.tsv"):
        shutil.copy(models / name, tmp_path / name)
    (tmp_path / ".git").mkdir()  # what lies above the folder of the test does not count
    return tmp_path


def shown(folder: Path, command: str, option: str, **env: str) -> list[str]:
    """Value and source of an option."""
    done = run(folder, command, "--show-config", env=env)
    assert (done.code, done.err) == (DONE, "")
    (row,) = (re.split("  +", line) for line in done.lines if line.split()[0] == option)
    return [row[2], row[1]]


def test_the_order_of_the_places(folder: Path) -> None:
    assert shown(folder, "quantize", "--bits") == ["8", "default"]
    (folder / PROJECT).write_text('[tool.nlucompress.quantize]\nper = "row"\nbits = 2\n')
    assert shown(folder, "quantize", "--bits") == ["2", "pyproject.toml, line 3"]
    (folder / OWN).write_text("[quantize]\nbits = 3\n")
    assert shown(folder, "quantize", "--bits") == ["3", "nlucompress.toml, line 2"]
    assert shown(folder, "quantize", "--per")[1] == "default"
    wide = {"NLUCOMPRESS_BITS": "4"}
    assert shown(folder, "quantize", "--bits", **wide) == ["4", "NLUCOMPRESS_BITS"]
    assert shown(folder, "quantize", "--bits", **wide, NLUCOMPRESS_QUANTIZE_BITS="5") == [
        "5",
        "NLUCOMPRESS_QUANTIZE_BITS",
    ]
    line = ("quantize", "full.nlu")
    said = run(folder, *line, "--bits", "6", env=wide)
    assert said.err.count("from NLUCOMPRESS_BITS") == 0
    assert said.out == run(folder, "--no-config", *line, "--bits", "6").out


def test_a_value_has_the_effect_of_its_option_and_is_told(folder: Path) -> None:
    plain = run(folder, "quantize", "full.nlu", "--bits", "3", "--keep", "30%", "--per", "row")
    (folder / OWN).write_text('[quantize]\nbits = 3\nkeep = "30%"\nper = "row"\n')
    taken = run(folder, "quantize", "full.nlu")
    assert taken.code == DONE
    assert taken.out == plain.out
    assert "nlucompress: --bits 3, from nlucompress.toml, line 2\n" in taken.err
    assert run(folder, "quantize", "full.nlu", "-q").err == ""
    assert run(folder, "--no-config", "quantize", "full.nlu").out != plain.out


def test_the_nearest_file_above_counts(folder: Path) -> None:
    (folder / OWN).write_text("[quantize]\nbits = 3\n")
    below = folder / "a" / "b"
    below.mkdir(parents=True)
    assert shown(below, "quantize", "--bits") == ["3", f"{folder / OWN}, line 2"]
    (folder / "a" / PROJECT).write_text("[project]\nname = 'x'\n")  # says nothing of us
    assert shown(below, "quantize", "--bits")[0] == "3"
    (below / ".git").mkdir()
    assert shown(below, "quantize", "--bits") == ["8", "default"]


def evaluated(folder: Path) -> Ran:
    return run(folder, "evaluate", "small.nlu")


def test_required_repeated_and_flags(folder: Path) -> None:
    assert evaluated(folder).code == USAGE
    (folder / OWN).write_text(
        '[evaluate]\ndata = "test.tsv"\nreference = ["full.nlu"]\nper_label = true\n'
        'max-nfr = "100%"\n'
    )
    done = evaluated(folder)
    assert done.code == DONE, done.err
    assert any(line.startswith("reference ") for line in done.lines)
    assert any(line.startswith("label  ") for line in done.lines)
    assert any("gate  " in line for line in done.lines)
    given = {"NLUCOMPRESS_EVALUATE_REFERENCE": "'small.nlu' full.nlu", "NLUCOMPRESS_PER_LABEL": "0"}
    done = run(folder, "evaluate", "small.nlu", env=given)
    assert [line.split()[1] for line in done.lines if line.startswith("reference  ")][1:] == [
        "small.nlu:",
        "full.nlu:",
    ]
    assert not any(line.startswith("label  ") for line in done.lines)
    assert run(folder, "evaluate", "small.nlu", env={"NLUCOMPRESS_DATA": "x"}).code == DONE


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[quantise]\nbits = 3\n", "line 1: no command 'quantise': did you mean `quantize`?"),
        (
            "[phash]\n[quantize]\nbit = 3\n",
            "line 3: quantize has no option --bit: did you mean `bits`?",
        ),
        ("[quantize]\nbits = 30\n", "line 2: --bits: 30 is not within 1 to 8"),
        ("[quantize]\nbits = true\n", "line 2: --bits takes a value, not true or false"),
        ('[quantize]\noutput = "x"\n', "line 2: --output is said by the call alone"),
        ("[quantize]\nforce = true\n", "line 2: --force is said by the call alone"),
        ("bits = 3\n", "line 1: no command 'bits'"),
        ("quantize = 3\n", "line 1: options stand in a table: [quantize]"),
        ("[quantize\n", "line 1: "),
    ],
)
def test_what_is_wrong_in_a_file(folder: Path, text: str, message: str) -> None:
    (folder / OWN).write_text(text)
    done = run(folder, "quantize", "full.nlu")
    assert (done.code, done.out) == (BAD_INPUT, b"")
    assert f"nlucompress.toml, {message}" in done.err
    assert run(folder, "--no-config", "quantize", "full.nlu").code == DONE


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("NLUCOMPRESS_QUANTIZE_BITZ", "3", "quantize has no option --bitz: did you mean `bits`?"),
        ("NLUCOMPRESS_BITS", "x", "NLUCOMPRESS_BITS: --bits: "),
        ("NLUCOMPRESS_NORMS", "perhaps", "NLUCOMPRESS_NORMS: --norms: "),
        ("NLUCOMPRESS_QUANTIZE_FORCE", "1", "--force is said by the call alone"),
    ],
)
def test_what_is_wrong_in_a_variable(folder: Path, name: str, value: str, message: str) -> None:
    done = run(folder, "quantize", "full.nlu", env={name: value})
    assert (done.code, done.out) == (BAD_INPUT, b"")
    assert message in done.err


def test_other_files_are_left_alone(folder: Path) -> None:
    (folder / PROJECT).write_bytes(b"[tool.other]\nname = '\xff'\n")
    assert shown(folder, "quantize", "--bits") == ["8", "default"]
    (folder / OWN).write_bytes(b"\xff")
    done = run(folder, "quantize", "full.nlu")
    assert done.code == BAD_INPUT
    assert "nlucompress.toml: cannot be read" in done.err
