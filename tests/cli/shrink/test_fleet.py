"""`fleet` and `run`: a recipe over many models, and over one."""

from __future__ import annotations

import json
import re
import shutil
import signal
import subprocess
import time
from pathlib import Path

import pytest

from tests.cli.program import (
    BAD_INPUT,
    DONE,
    GATE_MISSED,
    PROGRAM,
    USAGE,
    environment,
    files_in,
    run,
    shell,
)


def dask() -> None:
    pytest.importorskip("distributed", reason="fleets need Dask")


def test_a_recipe_does_what_the_pipeline_does(workdir: Path) -> None:
    done = run(workdir, "run", "recipe.toml", "skills/first.nlu", "-o", "one.nlu")
    assert (done.code, done.out) == (DONE, b"")
    assert re.fullmatch(r"model: .* -> .*\naccuracy .* -> .* %, flips .* %\n", done.err)
    line = "quantize full.nlu --bits 5 | nlucompress phash | nlucompress pack -o pipe.nlu"
    assert shell(workdir, f"nlucompress {line}").code == DONE
    assert (workdir / "one.nlu").read_bytes() == (workdir / "pipe.nlu").read_bytes()


def test_run_reports_as_json(workdir: Path) -> None:
    options = ("--data", "test.tsv", "--reference", "older.nlu", "--json", "-o", "one.nlu")
    done = run(workdir, "run", "recipe.toml", "full.nlu", *options)
    assert done.code == DONE
    told = json.loads(done.out)
    assert (told["status"], told["examples"]) == ("done", 400)
    assert told["gates"][0]["reference"] == "older.nlu"


def test_run_misses_a_gate(workdir: Path) -> None:
    with (workdir / "recipe.toml").open("a") as file:
        file.write('max-size = "1K"\n')
    before = files_in(workdir)
    done = run(workdir, "run", "recipe.toml", "skills/first.nlu", "-o", "one.nlu")
    assert done.code == GATE_MISSED
    assert "gate missed: --max-size 1,000 bytes, " in done.err
    assert done.err.endswith("; nothing was written\n")
    assert files_in(workdir) == before


@pytest.mark.parametrize(
    ("arguments", "code", "says"),
    [
        ("run recipe.toml small.nlu -o o.nlu", BAD_INPUT, "small.dev.tsv: No such file"),
        ("run recipe.toml full.nlu", USAGE, "'--output'"),
        ("run recipe.toml full.nlu --data dev.tsv -o full.nlu", USAGE, "is the input too"),
        ("run recipe.toml full.nlu --data dev.tsv -o older.nlu", USAGE, "exists already"),
        ("run recipe.toml small.nlu --data dev.tsv -o o.nlu", BAD_INPUT, "quantized by"),
        ("run none.toml full.nlu -o o.nlu", BAD_INPUT, "none.toml: No such file"),
        ("run bare.toml full.nlu --reference older.nlu -o o.nlu", USAGE, "names none"),
        ("fleet recipe.toml skills", USAGE, "with -o"),
        ("fleet recipe.toml skills -o skills/out", USAGE, "lies in the folder of models"),
        ("fleet recipe.toml full.nlu -o out", USAGE, "full.nlu: is not a folder"),
        ("fleet recipe.toml skills -o o --html -", USAGE, "name a file"),
        ("fleet recipe.toml skills -o o --html dev.tsv", USAGE, "dev.tsv: exists already"),
        ("fleet recipe.toml none -o out", BAD_INPUT, "none: no file matches '**/*.nlu'"),
        ("fleet recipe.toml skills -o o --jobs 2 --scheduler tcp://x:1", USAGE, "--jobs is for"),
        ("fleet bad.toml --check", BAD_INPUT, "bad.toml, line 3: --bits: 9 is not within 1 to 8"),
        ("fleet bare.toml . --check", DONE, ".: "),
    ],
)
def test_refusals(workdir: Path, arguments: str, code: int, says: str) -> None:
    (workdir / "bad.toml").write_text('[[stage]]\nname = "quantize"\nbits = 9\n')
    (workdir / "bare.toml").write_text('[[stage]]\nname = "quantize"\n')
    before = files_in(workdir)
    done = run(workdir, *arguments.split())
    assert done.code == code, done.err
    assert says in done.err
    assert files_in(workdir) == before


def test_check_counts_models_and_misses_files(workdir: Path) -> None:
    done = run(workdir, "fleet", "recipe.toml", "skills", "--check")
    assert done.code == DONE
    assert done.err == "recipe.toml: quantize | phash | pack\nskills: 2 models\n"
    (workdir / "skills" / "first.dev.tsv").unlink()
    done = run(workdir, "fleet", "recipe.toml", "skills", "--check")
    assert done.code == BAD_INPUT
    assert "skills: first.dev.tsv is missing" in done.err


def test_a_fleet_and_again(workdir: Path) -> None:
    dask()
    shutil.copy(workdir / "skills" / "second.nlu", workdir / "skills" / "third.nlu")
    fleet = ("fleet", "recipe.toml", "skills/", "-o", "artifacts", "--jobs", "1")
    done = run(workdir, *fleet, "--log", "log", "--html", "report.html")
    assert done.code == BAD_INPUT
    assert (
        done.lines[0] == "models            3: 2 done, 0 missed a gate, 1 failed; 0 stood already"
    )
    assert "failed            1 such as third.nlu: skills/third.dev.tsv: No such file or" in (
        done.out.decode()
    )
    assert files_in(workdir / "artifacts") == {".fleet", "first.nlu", "second.nlu"}
    shown = (workdir / "report.html").read_text("utf-8")
    assert "third.dev.tsv: No such file" in shown
    assert shown.count("<svg") == 6
    linked = re.findall(r'<a href="([^"]+)"', shown)
    assert linked == ["report.models/second.html", "report.models/first.html"]
    for link in linked:
        assert "Every gate met" in (workdir / link).read_text("utf-8")
    log = (workdir / "log").read_text()
    assert " first.nlu: done in " in log
    assert ", skills/third.dev.tsv: No such file" in log
    (workdir / "skills" / "third.nlu").unlink()
    again = run(workdir, *fleet, "--json")
    assert again.code == DONE
    told = json.loads(again.out)
    assert (told["models"], told["done"], told["stood"]) == (2, 2, 2)
    assert told["distributions"]["nfr"]["greatest"] == pytest.approx(1 / 150)
    assert [each["name"] for each in told["worst"]] == ["second.nlu", "first.nlu"]


def test_a_fleet_that_is_killed_goes_on(workdir: Path) -> None:
    dask()
    for number in range(30):
        for end in ("nlu", "dev.tsv"):
            shutil.copy(workdir / f"skills/second.{end}", workdir / f"skills/{number:02}.{end}")
    words = ("fleet", "recipe.toml", "skills/", "-o", "out", "--jobs", "1")
    started = subprocess.Popen(
        [str(PROGRAM), *words], cwd=workdir, stderr=subprocess.DEVNULL, env=environment()
    )
    while started.poll() is None and not [*(workdir / "out").glob("*.nlu")]:
        time.sleep(0.005)
    started.kill()
    assert started.wait(60) == -signal.SIGKILL
    rows = b"".join(file.read_bytes() for file in (workdir / "out/.fleet").glob("rows-*"))
    again = run(workdir, *words, "--json")
    assert again.code == DONE, again.err
    told = json.loads(again.out)
    assert (told["done"], told["failed"]) == (32, 0)
    assert rows.count(b"\n") <= told["stood"] < 32
    one = (workdir / "out" / "second.nlu").read_bytes()
    assert {(workdir / "out" / f"{number:02}.nlu").read_bytes() for number in range(30)} == {one}
    assert not [*(workdir / "out/.fleet/writing").iterdir()]


def test_a_missed_gate_is_exit_code_1_now_and_later(workdir: Path) -> None:
    dask()
    with (workdir / "recipe.toml").open("a") as file:
        file.write('max-size = "7K"\n')
    for stood in (0, 2):
        done = run(workdir, "fleet", "recipe.toml", "skills/", "-o", "out", "--jobs", "1")
        assert done.code == GATE_MISSED
        assert f"1 done, 1 missed a gate, 0 failed; {stood} stood" in done.lines[0]
        assert done.lines[-1].startswith("missed            first.nlu: --max-size 7,000 bytes, ")
    assert files_in(workdir / "out") == {".fleet", "second.nlu"}


@pytest.fixture
def bundled(workdir: Path) -> Path:
    """A folder with a bundle of two packed models."""
    (workdir / "packed" / "sub").mkdir(parents=True)
    shutil.copy(workdir / "small.nlu", workdir / "packed" / "a.nlu")
    made = run(workdir, "run", "recipe.toml", "skills/second.nlu", "-o", "packed/sub/b.nlu")
    assert made.code == DONE
    done = run(workdir, "fleet", "bundle", "packed", "-o", "s.bundle")
    assert done.code == DONE, done.err
    assert done.err.startswith("s.bundle: 2 models, ")
    return workdir


def test_a_model_of_a_bundle(bundled: Path) -> None:
    alone = run(bundled, "predict", "packed/sub/b.nlu", "utterances.txt")
    found = run(bundled, "predict", "s.bundle", "utterances.txt", "--model", "sub/b")
    assert (found.code, found.out) == (DONE, alone.out)
    words = ("predict", "s.bundle", "utterances.txt", "--model", "sub/b", "--model", "a")
    both = run(bundled, *words).lines
    other = run(bundled, "predict", "packed/a.nlu", "utterances.txt").lines
    assert both == [
        line for b, a in zip(alone.lines, other, strict=True) for line in (f"sub/b\t{b}", f"a\t{a}")
    ]
    told = [json.loads(line) for line in run(bundled, *words, "--json").lines]
    assert [each["model"] for each in told[:2]] == ["sub/b", "a"]
    listed = run(bundled, "inspect", "s.bundle").lines
    assert [line.split()[-1] for line in listed[-2:]] == ["a", "sub/b"]
    told = json.loads(run(bundled, "inspect", "s.bundle", "--json").out)
    assert [each["name"] for each in told["models"]] == ["a", "sub/b"]
    one = run(bundled, "inspect", "s.bundle", "--model", "a", "--verify")
    assert one.code == DONE
    assert one.lines[1:] == run(bundled, "inspect", "small.nlu", "--verify").lines[1:]
    measured = run(bundled, "evaluate", "s.bundle", "--model", "a", "--data", "dev.tsv", "--json")
    assert json.loads(measured.out)["size_bytes"] == (bundled / "small.nlu").stat().st_size


@pytest.mark.parametrize(
    ("arguments", "code", "says"),
    [
        ("predict s.bundle", USAGE, "s.bundle: is a bundle of 2 models: name one with --model"),
        ("predict s.bundle --model b", USAGE, "no model 'b' in the bundle, which has 2: a, sub/b"),
        ("predict s.bundle --model a --model b", USAGE, "no model 'b' in the bundle"),
        ("predict s.bundle --model a --model a", USAGE, "'a' is named twice"),
        ("predict small.nlu --model a --model b", BAD_INPUT, "small.nlu: no bundle"),
        ("predict s.bundle --model a --model sub/b --overlay x", USAGE, "is for one model"),
        ("predict small.nlu --model b", USAGE, "small.nlu: is not a bundle"),
        (
            "lookup s.bundle --model a --model sub/b --table features",
            USAGE,
            "one is asked for here",
        ),
        ("quantize s.bundle -o q.nlu", USAGE, "is a bundle of 2 models"),
        ("fleet bundle packed -o s.bundle", USAGE, "exists already"),
        ("fleet bundle skills -o t.bundle", BAD_INPUT, "first: is not packed"),
        ("fleet bundle none -o t.bundle", BAD_INPUT, "holds no model"),
        ("inspect cut.bundle", BAD_INPUT, "cut.bundle: "),
    ],
)
def test_bundles_that_are_refused(bundled: Path, arguments: str, code: int, says: str) -> None:
    (bundled / "cut.bundle").write_bytes((bundled / "s.bundle").read_bytes()[:-1])
    done = run(bundled, *arguments.split())
    assert (done.code, done.out) == (code, b"")
    assert says in done.err


def test_the_help_of_bundles(workdir: Path) -> None:
    shown = run(workdir, "fleet", "bundle", "--help").out.decode()
    assert "Usage: nlucompress fleet bundle " in shown
    assert "nlucompress fleet bundle artifacts/ -o skills.bundle" in shown
