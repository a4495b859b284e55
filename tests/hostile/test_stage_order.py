"""Stages in a wrong order are refused by name, and the right order beside them is not."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

import nlucompress as nc
from nlucompress.errors import StageOrderError
from tests.cli.program import BAD_INPUT, DONE, run
from tests.hostile.samples import linear, packed

Stage = Callable[[nc.Model], nc.Model]

WRONG: list[tuple[str, list[Stage], str]] = [
    ("quantize twice", [nc.quantize, nc.quantize], "'features' was quantized by quantize already"),
    ("phash twice", [nc.phash, nc.phash], "'features' was hashed by phash already"),
    ("quantize hashed", [nc.phash, nc.quantize], "'features' was hashed by phash"),
    ("pack strings", [nc.pack], "'features' still has its strings; run phash before pack"),
    ("pack quantized strings", [nc.quantize, nc.pack], "run phash before pack"),
    ("pack twice", [nc.phash, nc.pack, nc.pack], "sealed by pack already"),
    ("phash sealed", [nc.quantize, nc.phash, nc.pack, nc.phash], "hashed by phash already"),
    ("quantize sealed", [nc.quantize, nc.phash, nc.pack, nc.quantize], "already"),
    ("quantize sealed floats", [nc.phash, nc.pack, nc.quantize], "sealed by pack|hashed by"),
]


@pytest.mark.parametrize(
    ("stages", "problem"), [each[1:] for each in WRONG], ids=[w[0] for w in WRONG]
)
def test_wrong_order(stages: list[Stage], problem: str) -> None:
    model = linear()
    for stage in stages[:-1]:
        model = stage(model)
    with pytest.raises(StageOrderError, match=problem):
        stages[-1](model)


@pytest.mark.parametrize(
    "stages",
    [[nc.quantize, nc.phash, nc.pack], [nc.phash, nc.pack], [nc.phash], [nc.quantize]],
)
def test_right_order(stages: list[Stage]) -> None:
    model = linear()
    for stage in stages:
        model = stage(model)
    assert nc.Classifier(model).predict(["play"]) == nc.Classifier(linear()).predict(["play"])


def test_tables_may_go_their_own_ways() -> None:
    table = linear().tables["features"]
    model = nc.Model({"one": table, "two": table})
    model = nc.phash(model, nc.PhashOptions(tables=("one",)))
    model = nc.quantize(model, nc.QuantizeOptions(tables=("two",)))
    model = nc.phash(model, nc.PhashOptions(tables=("two",)))
    assert nc.pack(model).sealed
    with pytest.raises(StageOrderError, match="'one' was hashed"):
        nc.phash(model, nc.PhashOptions(tables=("one",)))


def test_the_program_names_stage_and_file(models: Path) -> None:
    for line, problem in (
        ("quantize quantized.nlu", "was quantized by quantize already"),
        ("phash hashed.nlu", "was hashed by phash already"),
        ("quantize hashed.nlu", "was quantized by quantize already"),
        ("pack full.nlu", "still has its strings; run phash before pack"),
        ("pack small.nlu", "was sealed by pack already"),
        ("phash small.nlu", "was hashed by"),
        ("quantize small.nlu", "already"),
    ):
        done = run(models, *line.split())
        assert (done.code, done.out) == (BAD_INPUT, b""), line
        assert problem in done.err
        assert done.err.count("\n") == 1
    assert run(models, "phash", "quantized.nlu").code == DONE


def test_a_sealed_model_says_what_it_is() -> None:
    sealed = packed(linear())
    assert (sealed.sealed, sealed.history) == (True, ())
