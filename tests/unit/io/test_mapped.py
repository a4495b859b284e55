"""A mapped file that is shortened in place: an error where the next look-up begins, not the end."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest

import nlucompress as nc
from nlucompress.format import files
from nlucompress.format.indexes.kinds import Strings
from nlucompress.format.matrices.kinds import from_dense

TEXTS = ["key 1 key 2", "key 3"]


@pytest.fixture
def path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A packed classifier of several pages, in a file that is mapped."""
    monkeypatch.setattr(files, "READ_WHOLE", 0)
    rows = np.random.default_rng(1).standard_normal((4000, 3)).astype(np.float32)
    keys = Strings.of(f"key {row}" for row in range(len(rows)))
    bias = from_dense(np.zeros((1, 3), np.float32))
    features = {"kind": "ngrams", "words": [1, 2], "chars": [], "weighting": "binary"}
    network = nc.Network("linear", {"link": "margin"}, {"bias": bias})
    model = nc.Model(
        {"features": nc.Table(keys, from_dense(rows))}, network, tuple("abc"), features
    )
    nc.save(nc.pack(nc.phash(model)), tmp_path / "live.nlu")
    return tmp_path / "live.nlu"


def test_a_look_up_and_a_text_are_refused(path: Path) -> None:
    model = nc.load(path)
    classifier = nc.Classifier(model)
    before = classifier.predict(TEXTS)
    os.truncate(path, 100)
    for ask in (
        lambda: model.tables["features"].lookup(["key 1"]),
        lambda: classifier.predict(TEXTS),
        lambda: classifier.predictions(TEXTS, count_keys=True),
    ):
        with pytest.raises(nc.FormatError, match="was shortened in place after it was opened"):
            ask()
    assert len(before) == 2


def test_one_that_is_replaced_or_read_whole_answers_on(path: Path) -> None:
    mapped, read = nc.Classifier(nc.load(path)), nc.Classifier(nc.load(path, in_memory=True))
    before = mapped.predict(TEXTS)
    fresh = path.with_name("fresh.nlu")
    fresh.write_bytes(b"another")
    os.replace(fresh, path)
    assert mapped.predict(TEXTS) == read.predict(TEXTS) == before


def test_one_read_whole_may_be_shortened(path: Path) -> None:
    classifier = nc.Classifier(nc.load(path, in_memory=True))
    before = classifier.predict(TEXTS)
    os.truncate(path, 0)
    assert classifier.predict(TEXTS) == before
