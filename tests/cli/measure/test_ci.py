"""evaluate for CI: JUnit, Markdown, annotations, JSON; the action and the hook of the docs."""

from __future__ import annotations

import hashlib
import json
import re
import shlex
from pathlib import Path
from xml.etree import ElementTree

import pytest

import nlucompress
from nlucompress.version import VERSION
from tests.cli.program import BAD_INPUT, DONE, GATE_MISSED, USAGE, run, shell

BASE = ("evaluate", "small.nlu", "--data", "test.tsv", "--reference", "full.nlu")
BOUNDS = ("--max-nfr", "100%", "--min-accuracy", "100%")
PAGE = Path(nlucompress.__file__).parent / "docs" / "ci.md"
EPOCH = {"SOURCE_DATE_EPOCH": "1700000000"}


def test_junit_has_a_case_for_each_gate(models: Path) -> None:
    done = run(models, *BASE, *BOUNDS, "--format", "junit", env=EPOCH)
    assert done.code == GATE_MISSED
    assert done.err.count("gate missed") == 1
    (suite,) = ElementTree.fromstring(done.out)
    assert suite.attrib["tests"] == "2"
    assert suite.attrib["failures"] == "1"
    assert suite.attrib["timestamp"] == "2023-11-14T22:13:20"
    cases = suite.findall("testcase")
    assert [case.attrib["name"] for case in cases] == [
        "--min-accuracy 100 %",
        "--max-nfr 100 % against full.nlu",
    ]
    failures = [case.findall("failure") for case in cases]
    assert [len(each) for each in failures] == [1, 0]
    assert (
        failures[0][0].attrib["message"].startswith("gate missed: --min-accuracy 100 %, measured")
    )
    properties = {each.attrib["name"]: each.attrib["value"] for each in suite.iter("property")}
    assert properties["examples"] == "400"
    assert properties["made by"] == f"nlucompress {VERSION}"


def test_junit_without_gates_has_one_case(models: Path) -> None:
    done = run(models, *BASE, "--format", "junit")
    (suite,) = ElementTree.fromstring(done.out)
    assert (done.code, done.err) == (DONE, "")
    assert (suite.attrib["tests"], len(suite.findall("testcase"))) == ("1", 1)


def test_names_are_escaped(models: Path, tmp_path: Path) -> None:
    strange = tmp_path / 'a"<b>&|`%\x07.nlu'
    strange.write_bytes((models / "small.nlu").read_bytes())
    line = ("evaluate", str(strange), "--data", str(models / "test.tsv"), "--min-accuracy", "100%")
    found = {
        form: run(tmp_path, *line, "--format", form) for form in ("junit", "markdown", "github")
    }
    (suite,) = ElementTree.fromstring(found["junit"].out)
    assert suite.attrib["name"].endswith('a"<b>&|`%\\x07.nlu')
    assert 'a"\\<b\\>&\\|\\`%\\\\x07.nlu' in found["markdown"].out.decode()
    annotations = found["github"].lines
    assert [line.split(" ")[0] for line in annotations] == ["::error", "::notice"]
    assert "%25\\x07.nlu: --min-accuracy 100 %25, measured" in annotations[0]


def test_markdown_tells_of_gates_and_flips(models: Path) -> None:
    text = run(models, *BASE[:-1], "older.nlu", *BOUNDS, "--format", "markdown").out.decode()
    assert text.startswith("## small.nlu: 1 of 2 gates missed\n")
    assert "| **missed** | --min-accuracy 100 %, measured" in text
    assert "### Flips against older.nlu" in text
    rows = [line for line in text.splitlines() if line.startswith("|")]
    assert all(line.endswith("|") for line in rows)


def test_annotations_and_the_summary_of_a_job(models: Path, tmp_path: Path) -> None:
    summary = tmp_path / "summary.md"
    summary.write_text("before\n")
    settings = {"GITHUB_STEP_SUMMARY": str(summary)}
    done = run(models, *BASE, *BOUNDS, "--format", "github", env=settings)
    assert done.code == GATE_MISSED
    assert [line.split("::")[1] for line in done.lines] == [
        "error title=Gate missed",
        "notice title=Evaluation",
    ]
    markdown = run(models, *BASE, *BOUNDS, "--format", "markdown").out.decode()
    assert summary.read_text() == f"before\n{markdown}"
    lost = run(models, *BASE, "--format", "github", env={"GITHUB_STEP_SUMMARY": str(tmp_path)})
    assert (lost.code, lost.out) == (BAD_INPUT, b"")
    assert "cannot write" in lost.err


def test_json_tells_what_it_was_made_of(models: Path) -> None:
    done = run(models, *BASE, "--max-nfr", "100%", "--format", "json", env=EPOCH)
    assert done.out == run(models, *BASE, "--max-nfr", "100%", "--json", env=EPOCH).out
    told = json.loads(done.out)
    assert told["passed"] is True
    digests = {
        name: json.loads(run(models, "inspect", name, "--json").out)["digest"]
        for name in ("small.nlu", "full.nlu")
    }
    assert told["model"] == {"name": "small.nlu", "digest": digests["small.nlu"]}
    assert [(old["name"], old["digest"]) for old in told["references"]] == [
        ("full.nlu", digests["full.nlu"])
    ]
    sha256 = hashlib.sha256((models / "test.tsv").read_bytes()).hexdigest()
    assert told["data"] == {"name": "test.tsv", "sha256": sha256}
    assert (told["version"], told["time"]) == (VERSION, "2023-11-14T22:13:20Z")
    missed = json.loads(run(models, *BASE, "--max-size", "1K", "--json").out)
    assert missed["passed"] is False
    piped = run(
        models, *BASE[:3], "-", "--json", stdin=(models / "test.tsv").read_bytes(), env=EPOCH
    )
    assert json.loads(piped.out)["data"] == {"name": "standard input", "sha256": None}


def test_data_out_of_a_pipe_are_read_once(models: Path) -> None:
    told = {}
    for data in ("test.tsv", "<(cat test.tsv)"):
        done = shell(models, f"nlucompress evaluate small.nlu --data {data} --json")
        assert done.code == DONE, done.err
        told[data] = json.loads(done.out)
    assert told["<(cat test.tsv)"]["accuracy"] == told["test.tsv"]["accuracy"]
    assert told["<(cat test.tsv)"]["data"]["sha256"] is None


@pytest.mark.parametrize(
    ("words", "env"),
    [
        (("--json", "--format", "junit"), {}),
        (("--html", "-", "--format", "github"), {}),
        (("--format", "nonsense"), {}),
        (("--json",), {"SOURCE_DATE_EPOCH": "yesterday"}),
    ],
)
def test_refusals(models: Path, words: tuple[str, ...], env: dict[str, str]) -> None:
    done = run(models, *BASE, *words, env=env)
    assert (done.code, done.out) == (USAGE, b"")


def blocks() -> list[str]:
    return re.findall(r"^```yaml\n(.*?)^```$", PAGE.read_text(), re.MULTILINE | re.DOTALL)


@pytest.mark.parametrize(
    ("gates", "code"), [("", DONE), ("--max-size 1K", GATE_MISSED), ("--max-size 1M", DONE)]
)
def test_the_action_of_the_docs(models: Path, gates: str, code: int) -> None:
    (action,) = (block for block in blocks() if "using: composite" in block)
    script = "\n".join(line.strip() for line in action.partition("run: |\n")[2].splitlines())
    inputs = {"MODEL": "small.nlu", "DATA": "test.tsv", "GATES": gates}
    assert all(f"{name}: ${{{{ inputs.{name.lower()} }}}}" in action for name in inputs)
    done = shell(models, script, env=inputs)
    assert done.code == code
    assert done.lines[-1].startswith("::notice ")


def test_the_hook_of_the_docs(models: Path, tmp_path: Path) -> None:
    (hook,) = (block for block in blocks() if "pre-commit" in block or "repo: local" in block)
    (entry,) = re.findall(r"entry: (.*)", hook)
    (tmp_path / "bad one.nlu").write_bytes((models / "small.nlu").read_bytes()[:-9])
    good = f"{entry} {shlex.quote(str(models / 'small.nlu'))} {models / 'full.nlu'}"
    assert shell(tmp_path, good).code == DONE
    assert shell(tmp_path, f"{good} 'bad one.nlu'").code == BAD_INPUT
