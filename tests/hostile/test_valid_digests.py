"""Files whose digests are right and whose contents lie, each beside a valid neighbour."""

from __future__ import annotations

import itertools
import tracemalloc
from typing import Any

import numpy as np
import pytest

import nlucompress as nc
from nlucompress.errors import FormatError, NluCompressError
from nlucompress.format import codec
from nlucompress.format.fields import Tensors
from tests.hostile.lies import (
    DATA,
    FLOATS,
    OF_QUANTIZED,
    OF_SMALL,
    QUANTIZED,
    ROWS,
    SMALL,
    TABLE,
    changed,
    put,
)
from tests.hostile.samples import Description, answers, joined, model_bytes, taken_apart, wide


def nothing(_: Description, __: Tensors) -> None:
    """Change nothing."""


@pytest.mark.parametrize("file", [QUANTIZED, SMALL, FLOATS])
def test_the_neighbour_is_accepted(file: bytes) -> None:
    assert changed(file, nothing) == file
    assert answers(file)


@pytest.mark.parametrize(
    ("file", "name"),
    [
        *zip(itertools.repeat(QUANTIZED), OF_QUANTIZED, strict=False),
        *zip(itertools.repeat(SMALL), OF_SMALL, strict=False),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_lies_are_refused(file: bytes, name: str) -> None:
    change = (OF_QUANTIZED if file is QUANTIZED else OF_SMALL)[name]
    hostile = changed(file, change)
    assert hostile != file
    with pytest.raises(FormatError):
        answers(hostile)


@pytest.mark.parametrize(
    "name", [*[f"q {name}" for name in OF_QUANTIZED], *[f"s {name}" for name in OF_SMALL]]
)
def test_lies_take_little_memory(name: str) -> None:
    file, changes = (QUANTIZED, OF_QUANTIZED) if name[0] == "q" else (SMALL, OF_SMALL)
    hostile = changed(file, changes[name[2:]])
    tracemalloc.start()
    try:
        with pytest.raises(NluCompressError):
            answers(hostile)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 64 << 20


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_numbers_that_are_none(bad: float) -> None:
    codes = f"{TABLE}.matrix.codes"
    assert answers(changed(FLOATS, put(codes, 0, 3.5)))
    with pytest.raises(FormatError, match="NaN or infinite"):
        answers(changed(FLOATS, put(codes, 0, bad)))
    sealed = model_bytes(nc.pack(nc.phash(wide())))
    description, tensors = taken_apart(sealed)
    assert answers(joined(description, tensors)) == answers(sealed)
    tensors[ROWS][-40:] = 0xFF
    with pytest.raises(FormatError, match="coded matrix"):
        answers(joined(description, tensors))


@pytest.mark.parametrize(
    "network",
    [
        {"kind": "linear", "settings": {"link": "margin"}, "tensors": {}},
        {"kind": "linear", "settings": {}, "tensors": None},
        {"kind": "linear", "settings": {"link": []}, "tensors": None},
        {"kind": "linear", "settings": {"link": "margin", "more": 1}, "tensors": None},
    ],
)
def test_networks_that_do_not_fit(network: dict[str, Any]) -> None:
    description, tensors = taken_apart(FLOATS)
    whole = description["network"]
    if network["tensors"] is None:
        network = {**network, "tensors": whole["tensors"]}
    else:
        tensors = {name: t for name, t in tensors.items() if not name.startswith("network")}
    description["network"] = network
    with pytest.raises(NluCompressError):
        answers(joined(description, tensors))


@pytest.mark.parametrize(
    "features",
    [
        {"words": [2, 1]},
        {"words": [0, 1]},
        {"words": [1, 33]},
        {"words": [1, 10**30]},
        {"words": [True, 2]},
        {"words": [1.0, 2]},
        {"words": [1]},
        {"words": None},
        {"weighting": "tfidf"},
        {"weighting": []},
        {"kind": "words"},
        {"more": 1},
    ],
    ids=str,
)
def test_features_that_do_not_fit(features: dict[str, Any]) -> None:
    def change(description: Description, _: Tensors) -> None:
        description["features"].update(features)

    with pytest.raises(NluCompressError):
        answers(changed(FLOATS, change))


def test_keys_that_are_no_text_can_be_asked_and_hashed() -> None:
    file = changed(FLOATS, put(DATA, 0, 0xFF))
    model = codec.parse(file)
    assert model.tables["features"].find(["a", "b"]).tolist() == [-1, 1]
    assert nc.phash(model).tables["features"].find(["b"]).tolist() != [-1]
    strings = model.tables["features"].strings
    assert strings is not None
    with pytest.raises(FormatError, match="the key of row 0 is no UTF-8"):
        strings.key(0)
