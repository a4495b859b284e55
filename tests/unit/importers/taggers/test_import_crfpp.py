"""Models of CRF++ to conditional random fields."""

from __future__ import annotations

import io
import struct

import numpy as np
import pytest

from nlucompress.errors import DataError, FormatError
from nlucompress.format.model import Model
from nlucompress.importers.detect import import_model, recognize
from nlucompress.networks.tagger import Tagger
from tests.builders.tagger_files import crfpp, crfpp_binary, double_array

KEYS = ["U00:a", "U00:東", "U1"]


def load(data: bytes) -> Model:
    return import_model(io.BytesIO(data))


@pytest.mark.parametrize("data", [crfpp(), crfpp_binary(), crfpp().replace(b"\n", b"\r\n")])
def test_weights_are_multiplied_by_the_cost_factor(data: bytes) -> None:
    model = load(data)
    assert model.labels == ("O", "füße")
    assert model.features == {"kind": "attributes"}
    strings = model.table("features").strings
    assert strings is not None
    assert sorted(strings.decoded()) == KEYS
    assert model.table("features").lookup(KEYS).tolist() == [[3, -0.5], [0, 4], [0.25, 0]]
    assert model.network is not None
    steps = model.network.tensors["transitions"]
    assert steps.rows(np.arange(2)).tolist() == [[2, -2], [1, 8]]
    assert Tagger(model).tag([["U00\\:東\tU1", "U1"]]) == [["füße", "füße"]]


def test_both_kinds_of_files_are_recognized() -> None:
    assert recognize(crfpp()) == recognize(crfpp_binary()) == "crfpp"


def test_a_pattern_that_stands_twice_counts_twice() -> None:
    model = load(crfpp(templates=("U00:%x[0,0]", "U1", "B", "B")))
    assert model.network is not None
    steps = model.network.tensors["transitions"]
    assert steps.rows(np.arange(2)).tolist() == [[4, -4], [2, 16]]


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (crfpp(templates=("U1", "B1:%x[0,0]")), "'B' weighs pairs of labels by the text"),
        (crfpp(features={"U1": 15}), "lie beyond the 16"),
        (crfpp(features={"X1": 0}), "neither with U nor with B"),
        (crfpp(features={"U1": 0, "U2": 0, "B": 0, "B2": 0, "B3": 0, "B4": 0}), "share weights"),
        (crfpp(labels=("O", "O")), "label 'O' occurs twice"),
        (crfpp()[:-19], "maxid is 16 but 15 weights follow"),
        (crfpp().split(b"\n\n")[0] + b"\n\n", "there are 1 parts"),
        (crfpp().replace(b"0 U00:a", b"U00:a"), "is not a line `number feature`"),
        (crfpp_binary()[:-1], "is the file cut off"),
        (crfpp_binary()[:38], "ends within the labels"),
        (crfpp_binary(b""), "have no root"),
        (crfpp_binary(struct.pack("<6i", 1, 0, -1, 1, -1, 2)), "lead nowhere"),
    ],
)
def test_what_is_damaged_is_refused(data: bytes, message: str) -> None:
    with pytest.raises(FormatError, match=message):
        load(data)


def test_weights_that_are_not_finite_are_refused() -> None:
    with pytest.raises(DataError, match="is not a finite number"):
        load(crfpp().replace(b"1.5000000000000000", b"nan"))


def test_a_ring_of_units_ends() -> None:
    units = np.frombuffer(double_array({"ab": 1, "b": 2}), "<i4").reshape(-1, 2).copy()
    for at in range(len(units)):
        spoiled = units.copy()
        spoiled[at, 1] = at - 1
        try:
            load(crfpp_binary(spoiled.tobytes()))
        except (FormatError, DataError):
            continue
