"""Which models there are, and which of them stand."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import pytest

from nlucompress.errors import DataError
from nlucompress.fleet import folders, inputs, manifest
from nlucompress.fleet.job.perform import perform
from nlucompress.fleet.plan import Plan
from nlucompress.fleet.recipe import recipe
from nlucompress.fleet.recipe.recipe import Recipe
from tests.workplace import RECIPE

ASKED = recipe.parse(RECIPE, "recipe.toml")


def test_models_and_what_belongs_to_them(tmp_path: Path) -> None:
    for name in ("b.nlu", "a/c.d.nlu", ".hidden.nlu", "other.txt"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    found = inputs.find(folders.opened(str(tmp_path)), replace(ASKED, reference="old/{stem}.nlu"))
    assert [each.files for each in found] == [
        {"model": "a/c.d.nlu", "data": "a/c.d.dev.tsv", "reference": "old/a/c.d.nlu"},
        {"model": "b.nlu", "data": "b.dev.tsv", "reference": "old/b.nlu"},
    ]


def test_no_model_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="no file matches"):
        inputs.find(folders.opened(str(tmp_path / "none")), ASKED)


def test_a_listing(tmp_path: Path) -> None:
    (tmp_path / "l.tsv").write_text("b.nlu\n\na.nlu\tx.tsv\tc.nlu\n")
    asked = Recipe(listing="l.tsv", steps=ASKED.steps)
    found = inputs.find(folders.opened(str(tmp_path)), asked)
    assert [each.files for each in found] == [
        {"model": "a.nlu", "data": "x.tsv", "reference": "c.nlu"},
        {"model": "b.nlu"},
    ]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("a\na\n", "'a' is listed twice"),
        ("\ta\n", "line 1: no model"),
        ("a\n../b\n", "line 2: '../b' is not a path below"),
        ("/a\n", "is not a path below"),
        (".fleet/a\n", "is not a path below"),
        ("a\tb\tc\td\n", "expected model, data and reference"),
    ],
)
def test_listings_that_are_refused(tmp_path: Path, text: str, says: str) -> None:
    (tmp_path / "l.tsv").write_text(text)
    with pytest.raises(DataError, match=says):
        inputs.find(folders.opened(str(tmp_path)), Recipe(listing="l.tsv", steps=ASKED.steps))


def planned(workdir: Path, asked: Recipe = ASKED) -> Plan:
    output = str(workdir / "out")
    source = folders.opened(str(workdir / "skills"))
    return Plan(asked, source, folders.opened(output), manifest.read(output))


def stand(plan: Plan) -> list[bool]:
    return [row is not None for _, row in plan.standing()]


def test_what_stands(workdir: Path) -> None:
    plan = planned(workdir)
    assert stand(plan) == [False, False]
    with manifest.Writer(str(workdir / "out")) as writer:
        for name in ("first.nlu", "second.nlu"):
            writer.add(perform(plan.item(name), ASKED))
    assert stand(planned(workdir)) == [True, True]
    assert stand(planned(workdir, recipe.parse(RECIPE + "max_size=1\n", ""))) == [False, False]
    os.utime(workdir / "skills" / "first.dev.tsv", ns=(1, 1))
    assert stand(planned(workdir)) == [False, True]
    assert planned(workdir).item("first.nlu").before is not None
    (workdir / "out" / "second.nlu").unlink()
    assert stand(planned(workdir)) == [False, False]


def test_a_missed_gate_stands_and_a_failure_does_not(workdir: Path) -> None:
    asked = recipe.parse(RECIPE + "max_size=1\n", "")
    plan = planned(workdir, asked)
    (workdir / "skills" / "second.nlu").write_bytes(b"no model")
    with manifest.Writer(str(workdir / "out")) as writer:
        rows = [perform(plan.item(name), asked) for name in ("first.nlu", "second.nlu")]
        for row in rows:
            writer.add(row)
    assert [row.status for row in rows] == ["missed", "failed"]
    assert stand(planned(workdir, asked)) == [True, False]


def test_folders_in_folders(tmp_path: Path) -> None:
    assert folders.inside(str(tmp_path / "a"), str(tmp_path))
    assert folders.inside(str(tmp_path), f"{tmp_path}/")
    assert not folders.inside(str(tmp_path), str(tmp_path / "a"))
    assert not folders.inside(f"{tmp_path}x", str(tmp_path))
    assert folders.inside("s3://b/a", "s3://b/")
    assert not folders.inside("s3://b/ab", "s3://b/a")
