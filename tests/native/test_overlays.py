"""Overlays in the reader in C, against Python."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import nlucompress as nc
from nlucompress.format import codec
from nlucompress.format.matrices.kinds import from_dense
from nlucompress.networks.overlays import is_overlay, parts_of
from nlucompress.networks.tagger import is_tagger
from tests.golden.sources import (
    MANY,
    SENTENCES,
    SOURCES,
    TEXTS,
    UNDER,
    classifier,
    overlay_on,
    values,
    vectorized,
)
from tests.native import mutations
from tests.native.build import C99, PREDICT, Driver, compiled, compiler

CC = compiler()
pytestmark = pytest.mark.skipif(CC is None, reason="no C compiler found")
LINES = [*TEXTS, "on on off light", "word 1 stop"]
ENCODED = [text.encode() for text in LINES]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model, an overlay on it and one on that, and an overlay of another model."""
    result = tmp_path_factory.mktemp("overlays")
    old = SOURCES["packed_labels"]()
    first = overlay_on("packed_labels")
    newer = classifier(20, (*MANY, "stop", "wait", "going"), 0.3)
    second, _ = nc.overlay_of(nc.overlaid(old, first), newer)
    for name, model in {"old": old, "first": first, "second": second}.items():
        nc.save(model, result / f"{name}.nlu")
    nc.save(overlay_on("packed_crf"), result / "crf.nlu")
    nc.save(SOURCES["packed_crf"](), result / "crf base.nlu")
    return result


def paths(folder: Path, *names: str) -> list[Path]:
    return [folder / f"{name}.nlu" for name in names]


@pytest.mark.parametrize("names", [("old", "first"), ("old", "first", "second")])
def test_answers_are_those_of_python(checked: Driver, folder: Path, names: tuple[str, ...]) -> None:
    files = paths(folder, *names)
    laid = nc.overlaid(*map(nc.load, files))
    labels = [bytes.fromhex(label).decode() for label in checked.ask("labels", *files)]
    assert labels == list(laid.labels)
    lines = checked.ask("scores", *files, texts=ENCODED)
    got = np.array([[float(score) for score in line.split()] for line in lines])
    assert np.abs(got - nc.Classifier(laid).scores(LINES)).max() <= 1e-5


def test_tags_are_those_of_python(checked: Driver, folder: Path) -> None:
    files = paths(folder, "crf base", "crf")
    sentences = [sentence for sentence in SENTENCES["attributes"] if sentence]
    asked = checked.ask("tags", *files, texts=["\n".join(each).encode() for each in sentences])
    laid = nc.overlaid(*map(nc.load, files))
    tags = [[laid.labels[int(tag)] for tag in line.split()] for line in asked]
    assert tags == nc.Tagger(laid).tag(sentences)
    assert tags != nc.Tagger(nc.load(files[0])).tag(sentences)


def test_vectorizers_find_their_keys_in_all_of_them(checked: Driver, tmp_path: Path) -> None:
    def without_accents(model: nc.Model) -> nc.Model:
        parts = [{**part, "accents": ""} for part in (model.features or {})["parts"]]
        return replace(model, features={"kind": "vectorizer", "parts": parts})

    new = without_accents(vectorized())
    table = new.tables["features"]
    weights = from_dense(values(len(table.keys), 3, 1)[::-1].copy())
    changed = {**new.tables, "features": nc.Table(table.keys, weights)}
    old = nc.pack(nc.phash(new))
    update, _ = nc.overlay_of(old, new.with_tables(changed))
    files = [tmp_path / "old.nlu", tmp_path / "update.nlu"]
    for path, model in zip(files, (old, update), strict=True):
        nc.save(model, path)
    lines = checked.ask("scores", *files, texts=ENCODED)
    got = np.array([[float(score) for score in line.split()] for line in lines])
    wanted = nc.Classifier(nc.overlaid(old, update)).scores(LINES)
    assert np.abs(got - wanted).max() <= 1e-5
    assert np.abs(wanted - nc.Classifier(old).scores(LINES)).max() > 1


@pytest.mark.parametrize(
    ("names", "problem"),
    [
        (("old", "second"), "made for another model"),
        (("old", "first", "first"), "made for another model"),
        (("old", "second", "first"), "made for another model"),
        (("old", "old"), "no overlay"),
        (("first", "second"), "cannot classify"),
        (("old", "crf"), "made for another model"),
        (("crf base", "first"), "made for another model"),
    ],
)
def test_the_wrong_one_is_refused(
    checked: Driver, folder: Path, names: tuple[str, ...], problem: str
) -> None:
    ran = checked.run("scores", *paths(folder, *names))
    assert ran.returncode == 1
    assert problem in ran.stderr.decode()


def python_refuses(file: bytes) -> bool:
    """Whether the reader in Python refuses an overlay, before it is laid on anything."""
    try:
        model = codec.parse(file)
        if is_overlay(model):
            parts_of(model)
        elif model.network is not None and model.network.kind != "tensors":
            (nc.Tagger if is_tagger(model) else nc.Classifier)(model)
        if "features" in model.tables:
            matrix = model.tables["features"].matrix
            matrix.rows(np.arange(matrix.shape[0]))
    except nc.NluCompressError:
        return True
    return False


def test_refuses_what_python_refuses(checked: Driver) -> None:
    files = list(mutations.files([overlay_on(name) for name in UNDER], 600, seed=3))
    verdicts = [line != "0" for line in checked.ask("open", texts=files)]
    wanted = [python_refuses(file) for file in files]
    assert verdicts == wanted
    assert 50 < sum(wanted) < len(files) - 50


def test_the_program_adds_them(folder: Path) -> None:
    program = compiled(PREDICT, folder / "nlu-predict", (str(CC), *C99, "-Os"))
    files = paths(folder, "old", "first", "second")
    overlays = [word for path in files[1:] for word in ("--overlay", path)]
    ran = Driver(program).run(files[0], *overlays, "--top", "2")
    assert (ran.returncode, ran.stdout, ran.stderr) == (0, b"", b"")
    wrong = Driver(program).run(files[0], "--overlay", files[2])
    assert wrong.returncode == 3
    assert b"second.nlu: the overlay is made for another model" in wrong.stderr


def test_an_overlay_with_a_label_of_the_model(
    checked: Driver, folder: Path, tmp_path: Path
) -> None:
    update = nc.load(folder / "first.nlu")
    twice = codec.to_bytes(nc.Model(update.tables, update.network, (MANY[0],), sealed=True))
    (tmp_path / "twice.nlu").write_bytes(twice)
    ran = checked.run("scores", folder / "old.nlu", tmp_path / "twice.nlu")
    assert b"the labels are damaged" in ran.stderr
