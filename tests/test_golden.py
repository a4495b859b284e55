"""Frozen files: read today as ever, and written today to the byte as ever."""

from __future__ import annotations

import copy
import json
import pickle
from typing import Any

import pytest

import nlucompress as nc
from nlucompress.format import codec
from nlucompress.format.frame.labels import STATIC
from tests.golden.make import EXPECTED, FOLDER
from tests.golden.sources import SOURCES, answers
from tests.hostile.samples import model_bytes

HOW = "a change of the format? `make golden` writes them anew"


def expected() -> dict[str, Any]:
    assert EXPECTED.exists(), f"{EXPECTED} is missing; {HOW}"
    said: dict[str, Any] = json.loads(EXPECTED.read_text(encoding="utf-8"))
    return said


def frozen(name: str) -> bytes:
    path = FOLDER / f"{name}.nlu"
    assert path.exists(), f"{path} is missing; {HOW}"
    return path.read_bytes()


@pytest.mark.parametrize("name", SOURCES)
def test_what_a_frozen_file_says(name: str) -> None:
    frozen(name)
    assert answers(nc.load(FOLDER / f"{name}.nlu")) == expected()[name]


@pytest.mark.parametrize("name", SOURCES)
def test_today_writes_the_same_bytes(name: str) -> None:
    assert model_bytes(SOURCES[name]()) == frozen(name), HOW


def test_a_frozen_file_is_written_again_as_it_was() -> None:
    for name in SOURCES:
        assert model_bytes(nc.load(FOLDER / f"{name}.nlu")) == frozen(name)


def test_no_file_is_without_a_source() -> None:
    assert {path.stem for path in FOLDER.glob("*.nlu")} == set(SOURCES) == set(expected())


def test_every_encoding_is_frozen() -> None:
    tables = [table for said in expected().values() for table in said["tables"].values()]
    assert {table["keys"] for table in tables} == {"strings", "hash", "hashes", "static"}
    assert {table["matrix"] for table in tables} == {
        "dense float32, float",
        "dense uint8, linear",
        "dense uint8, codebook",
        "pq of codes dense uint8, linear; centroids dense float32, float; "
        "norms pq of codes dense uint8, linear; centroids dense float32, float",
        "sparse, float",
        "sparse, linear",
        "sparse, codebook",
        "sparse stream, prefixes, linear",
        "sparse stream, 32 bits, float",
        "sparse function, prefixes, linear",
        "sparse function, 32 bits, float",
        "dense function, prefixes, linear",
        "dense function, 1 bits, linear",
        "dense function, 2 bits, linear",
        "dense function, 5 bits, linear",
        "dense stream, prefixes, linear",
        "dense stream, 2 bits, linear",
        "dense stream, 4 bits, codebook",
        "product of left dense float32, float; right dense float32, float",
        "product of left dense stream, 5 bits, linear; right dense uint8, linear",
        "pq of codes dense uint8, linear; centroids dense float32, float; "
        "norms dense float32, float; rotation dense float16, float",
        "pq of codes dense stream, prefixes, linear; centroids dense float32, float; "
        "norms dense float32, float; rotation dense float16, float",
    }
    coded = [codec.taken_apart(frozen(name))[0] for name in ("packed_labels", "packed_clipped")]
    codes = [frame.raw("labels.coded")[0] >> 4 == STATIC for frame in coded]
    assert codes == [False, True]
    assert b"labels.coded" not in frozen("linear_tensor")


def test_they_stay_small() -> None:
    assert sum(path.stat().st_size for path in FOLDER.iterdir() if path.is_file()) < 150_000


@pytest.mark.parametrize("name", SOURCES)
def test_a_frozen_model_travels(name: str) -> None:
    model, keys = nc.load(FOLDER / f"{name}.nlu"), ["on", "a", "nowhere"]
    fresh = pickle.dumps(model)
    found = {each: table.lookup(keys).tolist() for each, table in model.tables.items()}
    for copied in (pickle.loads(fresh), pickle.loads(pickle.dumps(model)), copy.deepcopy(model)):
        assert codec.to_bytes(copied) == codec.to_bytes(model)
        assert {n: table.lookup(keys).tolist() for n, table in copied.tables.items()} == found
