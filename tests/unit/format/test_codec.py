"""Whole models: the smallest file spelled out, round trips, and what is refused by name."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from safetensors.numpy import load as safetensors_load

from nlucompress.errors import FormatError
from nlucompress.format import codec
from nlucompress.format.fields import Tensors
from nlucompress.format.frame import serializer
from nlucompress.format.matrices.kinds import Dense
from nlucompress.format.model import Model
from tests.builders.samples import file_of, int64, model_bytes, rich_model, tiny_model, uint8

TINY = (
    bytes.fromhex("7802000000000000")  # 632 bytes of header
    + rb'{"__metadata__":{"nlucompress":"{\"digest\":\"43ac200a4a30ccd8c517370d2b4d4ceb\",'
    rb"\"digests\":[\"e12d8b4d7cb27e81430d4663c6e45f59\","
    rb"\"8c0a513f371cf0f43e90cf2011fb7a6d\","
    rb"\"96323a11afc2606ef640c3227f6802b3\"],\"format\":2,"
    rb"\"labels\":[\"no\",\"yes\"],\"sealed\":false,\"tables\":{\"t\":{\"keys\":"
    rb"{\"kind\":\"strings\"},\"matrix\":{\"kind\":\"dense\",\"numbers\":"
    rb'{\"kind\":\"float\"}}}}}"},"tables.t.keys.data":{"data_offsets":[0,3],"dtype":"U8",'
    rb'"shape":[3]},"tables.t.keys.offsets":{"data_offsets":[3,27],"dtype":"I64","shape":[3]},'
    rb'"tables.t.matrix.codes":{"data_offsets":[27,43],"dtype":"F32","shape":[2,2]}}'
    + b" " * 27  # up to a multiple of 64
    + bytes.fromhex("61 6263")  # "a", "bc"
    + bytes.fromhex("0000000000000000 0100000000000000 0300000000000000")
    + bytes.fromhex("0000803f 00000000 00000000 000000c0")  # 1, 0, 0, -2
)

EMPTY: dict[str, Any] = {"tables": {}, "labels": [], "sealed": False}


def parse(description: dict[str, Any], tensors: Tensors | None = None) -> Model:
    """The model of this description, with right digests."""
    return codec.parse(file_of(serializer.serialize(description, tensors or {})))


def test_smallest_file() -> None:
    assert model_bytes(tiny_model()) == TINY


def test_smallest_file_is_read() -> None:
    model = codec.parse(TINY)
    assert model.labels == ("no", "yes")
    assert model.table().lookup(["bc", "a", "absent"]).tolist() == [[0, -2], [1, 0], [0, 0]]
    assert (model.network, model.features, model.history, model.sealed) == (None, None, (), False)


def test_the_library_opens_our_files() -> None:
    opened = safetensors_load(model_bytes(rich_model()))
    assert opened["tables.words.counts"].tolist() == [4, 3, 2, 1]
    assert set(opened) == {
        "tables.hashed.keys.hash",
        "tables.hashed.matrix.rows",
        "tables.words.counts",
        "tables.words.keys.data",
        "tables.words.keys.offsets",
        "tables.words.matrix.codes",
        "network.tensors.bias.codes",
    }


def test_every_part_comes_back() -> None:
    before, after = rich_model(), codec.parse(model_bytes(rich_model()))
    assert after.labels == before.labels
    assert after.features == before.features
    assert after.history == before.history
    assert after.network is not None
    assert (after.network.kind, after.network.settings) == ("linear", {"bias": True})
    assert after.network.tensors["bias"].rows(int64(0)).tolist() == [[0, 1, 2]]
    counts = after.table("words").counts
    assert counts is not None
    assert counts.tolist() == [4, 3, 2, 1]
    keys = ["", "d", "b"]
    expected = before.table("words").lookup(keys).tolist()
    assert after.table("words").lookup(keys).tolist() == expected
    packed = [each.table("hashed").matrix.rows(np.arange(4)).tolist() for each in (before, after)]
    assert packed[0] == packed[1]


def test_same_model_same_bytes() -> None:
    first = model_bytes(rich_model())
    assert model_bytes(rich_model()) == first
    assert model_bytes(codec.parse(first)) == first
    reversed_tables = dict(reversed(list(rich_model().tables.items())))
    assert model_bytes(rich_model().with_tables(reversed_tables)) == first


def test_digest_names_the_model() -> None:
    digests = {
        codec.serialize(model).digest
        for model in (tiny_model(), rich_model(), replace(tiny_model(), labels=("no", "yeS")))
    }
    assert len(digests) == 3


def test_damaged_tensor_is_named() -> None:
    file = bytearray(model_bytes(tiny_model()))
    file[-1] ^= 1
    with pytest.raises(FormatError, match=r"'tables\.t\.matrix\.codes'.*damaged"):
        codec.parse(bytes(file))
    assert codec.parse(bytes(file), verify=False).table().matrix.shape == (2, 2)


def test_every_prefix_is_refused() -> None:
    for length in range(len(TINY)):
        with pytest.raises(FormatError):
            codec.parse(TINY[:length])


def test_large_arrays_are_views() -> None:
    buffer = bytearray(TINY)
    matrix = codec.parse(memoryview(buffer)).table().matrix
    assert isinstance(matrix, Dense)
    buffer[-1] = 0x40  # -2 becomes 2
    assert matrix.rows(int64(1)).tolist() == [[0, 2]]


def test_labels_are_coded_in_a_sealed_model_only() -> None:
    names = tuple(f"label number {i}" for i in range(100))
    plain, sealed = Model({}, labels=names), Model({}, labels=names, sealed=True)
    assert codec.taken_apart(model_bytes(plain))[1]["labels"] == list(names)
    frame, description = codec.taken_apart(model_bytes(sealed))
    assert (description["labels"], list(frame.entries)) == ({"count": 100}, ["labels.coded"])
    assert len(model_bytes(sealed)) < 0.2 * len(model_bytes(plain))
    assert codec.parse(model_bytes(sealed)).labels == names


def test_labels_of_much_text_stay_plain_in_a_sealed_model() -> None:
    names = tuple(f"{'features' * 20} {i}" for i in range(500))
    file = model_bytes(Model({}, labels=names, sealed=True))
    assert codec.taken_apart(file)[1]["labels"] == list(names)
    assert codec.parse(file).labels == names


TABLE: dict[str, Any] = {
    "keys": {"kind": "strings"},
    "matrix": {"kind": "dense", "numbers": {"kind": "float"}},
}
TABLE_TENSORS: Tensors = {
    "tables.t.keys.data": uint8(65),
    "tables.t.keys.offsets": int64(0, 1),
    "tables.t.matrix.codes": np.ones((1, 2), np.float32),
}


def test_valid_neighbours() -> None:
    assert parse(EMPTY).tables == {}
    read = parse({**EMPTY, "tables": {"t": TABLE}}, TABLE_TENSORS)
    assert read.table("t").lookup(["A"]).tolist() == [[1, 1]]


@pytest.mark.parametrize(
    "change",
    [
        {"more": 1},
        {"sealed": 0},
        {"labels": "ab"},
        {"labels": [1]},
        {"labels": ["a", "a"]},
        {"labels": {"count": 1}},
        {"tables": []},
        {"tables": {"t": {}}},
        {"tables": {"t": {**TABLE, "more": 1}}},
        {"tables": {"t": {**TABLE, "counts": True}}},
        {"tables": {"t": {**TABLE, "keys": {"kind": "strings", "more": 1}}}},
        {"tables": {"u": TABLE}},
        {"network": {"kind": "linear", "settings": {}}},
        {"network": {"kind": "linear", "settings": {}, "tensors": {}, "more": 1}},
        {"network": {"kind": "linear", "settings": {}, "tensors": {"w": {"kind": "dense"}}}},
        {"features": []},
        {"history": {}},
        {"history": [1]},
    ],
    ids=str,
)
def test_bad_description_is_refused(change: dict[str, Any]) -> None:
    with pytest.raises(FormatError):
        parse({**EMPTY, "tables": {"t": TABLE}, **change}, TABLE_TENSORS)


def test_as_many_rows_as_keys() -> None:
    tensors = {**TABLE_TENSORS, "tables.t.matrix.codes": np.ones((2, 2), np.float32)}
    with pytest.raises(FormatError, match="1 keys but 2 rows"):
        parse({**EMPTY, "tables": {"t": TABLE}}, tensors)


def test_a_tensor_that_nothing_names_is_refused() -> None:
    with pytest.raises(FormatError, match="stray"):
        parse(EMPTY, {"stray": uint8(1)})
