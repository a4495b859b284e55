"""One model through a recipe: what is written, what is told, what is not done again."""

from __future__ import annotations

import threading
import time
from dataclasses import replace
from pathlib import Path

import pytest

import nlucompress as nc
from nlucompress.errors import DataError
from nlucompress.fleet.job import limits
from nlucompress.fleet.job.item import Item, Limits
from nlucompress.fleet.job.perform import perform, perform_batch
from nlucompress.fleet.recipe import recipe
from nlucompress.fleet.recipe.recipe import Recipe
from nlucompress.fleet.recipe.steps import Step
from nlucompress.format import files
from tests.cli.program import python
from tests.workplace import RECIPE


def parsed(extra: str = "", text: str = RECIPE) -> Recipe:
    return recipe.parse(text + extra, "recipe.toml")


def item(folder: Path) -> Item:
    """The first of the skills."""
    sources = {"model": f"{folder}/skills/first.nlu", "data": f"{folder}/skills/first.dev.tsv"}
    return Item("first.nlu", sources, f"{folder}/out/first.nlu")


def test_the_bytes_of_a_pipeline(workdir: Path) -> None:
    row = perform(item(workdir), parsed())
    assert (row.status, row.error) == ("done", None)
    model = nc.load(workdir / "full.nlu")
    nc.save(nc.pack(nc.phash(nc.quantize(model, nc.QuantizeOptions(bits=5)))), workdir / "own.nlu")
    written = (workdir / "out" / "first.nlu").read_bytes()
    assert written == (workdir / "own.nlu").read_bytes()
    assert row.figures["size_after"] == len(written)
    assert row.figures["examples"] == 150
    report = nc.evaluate(nc.load(workdir / "own.nlu"), nc.read_examples(workdir / "dev.tsv"), model)
    assert row.figures["accuracy"] == report.accuracy


def test_a_gate_that_is_missed_writes_nothing(workdir: Path) -> None:
    row = perform(item(workdir), parsed("max-size = 100\n"))
    assert row.status == "missed"
    assert [gate["name"] for gate in row.gates if not gate["met"]] == ["max_size"]
    assert not (workdir / "out").exists()


@pytest.mark.parametrize(
    ("spoil", "says"),
    [
        (lambda folder: (folder / "skills/first.nlu").write_bytes(b"x" * 99), "first.nlu"),
        (lambda folder: (folder / "skills/first.nlu").unlink(), "first.nlu: No such file"),
        (lambda folder: (folder / "skills/first.dev.tsv").write_text("x"), "first.dev.tsv, line 1"),
        (lambda folder: (folder / "out").write_text("a file"), "cannot write"),
    ],
)
def test_what_fails_is_told(workdir: Path, spoil: object, says: str) -> None:
    assert callable(spoil)
    spoil(workdir)
    row = perform(item(workdir), parsed())
    assert row.status == "failed"
    assert row.error is not None
    assert says in row.error


def test_a_defect_ends_no_other_model(workdir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = item(workdir)
    bad = replace(first, name="bad", sources={"model": "bad"})
    real = files.read_bytes

    def read(path: str) -> memoryview:
        if path == "bad":
            raise ZeroDivisionError("so")
        return real(path)

    monkeypatch.setattr(files, "read_bytes", read)
    rows = perform_batch([bad, first], parsed(), Limits())
    assert [row.status for row in rows] == ["failed", "done"]
    assert rows[0].error == "defect: ZeroDivisionError: so"


def test_other_versions_are_refused(workdir: Path) -> None:
    with pytest.raises(DataError, match="make them equal"):
        perform_batch([item(workdir)], parsed(), Limits(), "0.0.0")


def test_unchanged_files_are_not_done_again(workdir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = item(workdir)
    row = perform(first, parsed())
    monkeypatch.setattr(Step, "apply", lambda *_: pytest.fail("a stage ran"))
    (workdir / "skills" / "first.nlu").touch()
    again = perform(replace(first, before=row), parsed())
    assert (again.output, again.figures) == (row.output, row.figures)
    assert again.sources["model"].stamp != row.sources["model"].stamp


@pytest.mark.parametrize("change", ["data", "output", "recipe"])
def test_what_changed_is_done_again(
    workdir: Path, monkeypatch: pytest.MonkeyPatch, change: str
) -> None:
    first = item(workdir)
    row = perform(first, parsed())
    asked = parsed()
    if change == "data":
        (workdir / "skills" / "first.dev.tsv").write_bytes((workdir / "test.tsv").read_bytes())
    elif change == "output":
        Path(first.output).write_bytes(b"other")
    else:
        asked = parsed("max-size = 100\n")
    again = perform(replace(first, before=row), asked)
    assert again.status == ("missed" if change == "recipe" else "done")
    assert Path(first.output).stat().st_size == row.figures["size_after"] or change == "recipe"
    assert again.figures["examples"] == (400 if change == "data" else 150)


@pytest.mark.parametrize("change", ["gates", "data"])
def test_new_gates_and_data_are_measured_alone(
    workdir: Path, monkeypatch: pytest.MonkeyPatch, change: str
) -> None:
    first = item(workdir)
    row = perform(first, parsed())
    monkeypatch.setattr(Step, "apply", lambda *_: pytest.fail("a stage ran"))
    asked = parsed('max-size = "1M"\n') if change == "gates" else parsed()
    if change == "data":
        (workdir / "skills" / "first.dev.tsv").write_bytes((workdir / "test.tsv").read_bytes())
    again = perform(replace(first, before=row), asked)
    assert (again.status, again.recipe == row.recipe) == ("done", change == "data")
    assert again.output is not None
    assert row.output is not None
    assert again.output.digest == row.output.digest
    assert again.figures["examples"] == (400 if change == "data" else 150)


def test_an_output_that_was_changed_is_made_again(workdir: Path) -> None:
    first = item(workdir)
    row = perform(first, parsed())
    written = Path(first.output).read_bytes()
    Path(first.output).write_bytes(written[:-1])
    again = perform(replace(first, before=row), parsed('max-size = "1M"\n'))
    assert again.status == "done"
    assert Path(first.output).read_bytes() == written


SEARCH = """\
data = "{stem}.dev.tsv"

[[stage]]
name = "compress"
effort = "low"

[gates]
max-accuracy-drop = "3%"
max-nfr = "4%"
"""


def test_compress_is_a_stage(workdir: Path) -> None:
    row = perform(item(workdir), parsed(text=SEARCH))
    assert (row.status, row.error) == ("done", None)
    gates = nc.Gates(max_accuracy_drop=0.03, max_nfr=0.04)
    model, dev = nc.load(workdir / "full.nlu"), nc.read_examples(workdir / "dev.tsv")
    small, _ = nc.compress(model, dev, options=nc.CompressOptions(gates=gates, effort="low"))
    assert small is not None
    nc.save(small, workdir / "own.nlu")
    assert (workdir / "out" / "first.nlu").read_bytes() == (workdir / "own.nlu").read_bytes()
    assert all(gate["met"] for gate in row.gates)


def test_compress_that_finds_nothing_misses(workdir: Path) -> None:
    bound = SEARCH.replace('max-nfr = "4%"', "max-size = 3_000")
    row = perform(item(workdir), parsed(text=bound))
    assert (row.status, row.error, row.output) == ("missed", None, None)
    assert not (workdir / "out").exists()
    assert row.figures["examples"] == 150
    assert {gate["name"] for gate in row.gates} == {"max_accuracy_drop", "max_size"}
    assert [gate for gate in row.gates if not gate["met"]]


def test_compress_by_a_preset(workdir: Path) -> None:
    text = '[[stage]]\nname = "compress"\npreset = "small"\n'
    sources = {"model": f"{workdir}/full.nlu"}
    row = perform(Item("m", sources, f"{workdir}/out/m.nlu"), parsed(text=text))
    assert row.status == "done"
    searched = parsed(text=SEARCH)
    lacking = perform(Item("m", sources, f"{workdir}/out/m.nlu"), searched)
    assert lacking.error == (
        f"{workdir}/full.nlu: no data are named for it, and compress measures on them"
    )


def test_kept_stages_are_not_done_again(workdir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = replace(item(workdir), stages=f"{workdir}/stages")
    whole = perform(first, parsed())
    done: list[str] = []
    apply = Step.apply

    def counted(step: Step, model: nc.Model) -> nc.Model:
        done.append(step.stage)
        return apply(step, model)

    monkeypatch.setattr(Step, "apply", counted)
    changed = parsed(text=RECIPE.replace('"phash"', '"phash"\nfingerprint_bits = 4'))
    smaller = perform(first, changed)
    assert done == ["phash", "pack"]
    assert smaller.figures["size_after"] < whole.figures["size_after"]
    done.clear()
    assert perform(first, parsed()).output == whole.output or done == []
    assert done == []
    for kept in (workdir / "stages").iterdir():
        kept.write_bytes(kept.read_bytes()[:-1])
    assert perform(first, parsed()).status == "done"
    assert done == ["quantize", "phash", "pack"]


def test_the_time_of_a_model_is_limited() -> None:
    def endless() -> None:
        with limits.time_limit(0.05):
            while True:
                time.sleep(0.001)

    with pytest.raises(limits.TooLongError, match=r"longer than 0\.05 s"):
        endless()


def test_a_limit_that_is_kept_leaves_nothing_behind() -> None:
    before = set(threading.enumerate())
    with limits.time_limit(60):
        pass
    for thread in set(threading.enumerate()) - before:
        thread.join(5)
        assert not thread.is_alive()


def test_a_model_that_takes_too_long_is_a_row(
    workdir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def apply(step: Step, model: nc.Model) -> nc.Model:
        while True:
            time.sleep(0.001)

    monkeypatch.setattr(Step, "apply", apply)
    row = perform(item(workdir), parsed(), Limits(seconds=0.2))
    assert (row.status, row.error) == ("failed", "took longer than 0.2 s")


def test_a_model_that_takes_too_much_memory_is_a_row(workdir: Path) -> None:
    script = """
import sys
import numpy as np
from nlucompress.fleet.job.item import Item, Limits
from nlucompress.fleet.job.perform import perform_batch
from nlucompress.fleet.recipe import recipe
from nlucompress.fleet.recipe.steps import Step
real = Step.apply
def apply(step, model):
    if model.labels and hungry:
        np.ones(1 << 28)
    return real(step, model)
Step.apply = apply
read = recipe.parse('[[stage]]\\nname = "quantize"\\n', "r")
item = Item("m", {"model": "full.nlu"}, "out.nlu")
for hungry in (True, False):
    row, = perform_batch([item], read, Limits(memory=1 << 30))
    print(row.status, row.error)
"""
    pytest.importorskip("resource", reason="this system has no such limit")
    done = python(workdir, "-c", script)
    assert done.out.decode() == "failed not enough memory for this model\ndone None\n"
