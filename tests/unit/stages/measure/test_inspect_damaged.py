"""inspect of files that are damaged, foreign, newer or nonsense."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable

import pytest

from nlucompress.algo.hashing import murmur
from nlucompress.format.frame import container
from nlucompress.format.frame.canonical import canonical
from nlucompress.format.indexes.kinds import Strings
from nlucompress.format.model import Model
from nlucompress.stages.measure.inspect.stage import FOREIGN, MODEL, UNKNOWN, inspect
from tests.builders.samples import frame_bytes, model_bytes, tiny_model
from tests.unit.stages.measure.test_inspect import ROWS, stage, text_of


def resigned(data: bytes, change: Callable[[dict[str, object]], None]) -> bytes:
    """The file with another description, whose digest is right."""
    frame = container.parse(data)
    description = json.loads(frame.metadata[container.METADATA_KEY])
    change(description)
    version = description.pop("format")
    del description["digest"]
    digest = murmur.digest(canonical(description).encode())
    length = int.from_bytes(data[:8], "little")
    header = json.loads(data[8 : 8 + length])
    whole = {**description, "digest": digest, "format": version}
    header["__metadata__"][container.METADATA_KEY] = canonical(whole)
    return frame_bytes(header, data[8 + length :])


@pytest.mark.parametrize(
    ("data", "kind", "problem"),
    [
        (b"", UNKNOWN, "too few"),
        (b"\0" * 7, UNKNOWN, "too few"),
        (b"label\thello there\n" * 9, UNKNOWN, "begins like text"),
        (b"PK\x03\x04" + b"\xff" * 60, UNKNOWN, "zip archive"),
        (frame_bytes([]), UNKNOWN, "no JSON object"),
        (frame_bytes({"a": 1}), FOREIGN, "malformed"),
        (
            frame_bytes({"a": {"dtype": "Q7", "shape": [1], "data_offsets": [0, 1]}}, b"1"),
            FOREIGN,
            "unknown dtype 'Q7'",
        ),
        (
            frame_bytes({"a": {"dtype": "U8", "shape": [2], "data_offsets": [0, 1]}}, b"1"),
            FOREIGN,
            "does not take",
        ),
        (
            frame_bytes({"a": {"dtype": "U8", "shape": [1], "data_offsets": [1, 2]}}, b"12"),
            FOREIGN,
            "begins at byte 1 instead of 0",
        ),
        (frame_bytes({}, b"12"), FOREIGN, "belong to nothing"),
        (frame_bytes({"__metadata__": {"nlucompress": "{"}}), MODEL, "is not valid JSON"),
        (frame_bytes({"__metadata__": {"nlucompress": "{}"}}), MODEL, "no format version"),
    ],
)
def test_a_strange_file_is_described(data: bytes, kind: str, problem: str) -> None:
    found = inspect(data, verify=True)
    assert found.kind == kind
    assert any(problem in each for each in found.problems)
    assert not found.verified
    assert text_of(found)


@pytest.mark.parametrize("dtype", ["U8", "F8_E4M3"])
def test_a_plain_safetensors_file_is_sound_but_cannot_be_verified(dtype: str) -> None:
    header = {"a": {"dtype": dtype, "shape": [2], "data_offsets": [0, 2]}}
    data = frame_bytes({**header, "__metadata__": {"by": "me"}}, b"12")
    found = inspect(data)
    assert (found.kind, found.problems, found.metadata) == (FOREIGN, (), {"by": "me"})
    assert (found.tensors[0].bytes, found.tensors[0].state) == (2, "unchecked")
    assert "no digests" in inspect(data, verify=True).problems[0]


def test_a_truncated_model_still_tells_what_it_held() -> None:
    data = stage("hashed")
    found = inspect(data[:-70])
    assert found.kind == MODEL
    assert "the file ends 70 bytes before its last tensor" in found.problems[0]
    assert (found.labels, found.tables[0].keys) == (("a", "b", "c"), ROWS)
    assert [t.state for t in found.tensors][-1] == "outside"
    assert found.tensors[0].state == "matches"
    assert found.account is None


def test_every_flipped_bit_and_every_prefix_is_noticed() -> None:
    data = model_bytes(tiny_model())
    damaged = [data[:end] for end in range(len(data))]
    for at in range(len(data)):
        damaged.append(data[:at] + bytes([data[at] ^ 1 << at % 8]) + data[at + 1 :])
    for each in damaged:
        found = inspect(each, verify=True)
        assert found.problems
        assert text_of(found)


def test_the_damaged_tensor_is_named() -> None:
    data = stage("full")
    found = inspect(data[:-1] + bytes([data[-1] ^ 1]))
    assert found.problems == (f"tensor {found.tensors[-1].name!r} does not match its digest",)
    assert [t.state for t in found.tensors].count("damaged") == 1
    assert found.labels == ("a", "b", "c")


def test_a_newer_version_is_named_but_nothing_is_called_damaged() -> None:
    found = inspect(resigned(stage("full"), lambda description: description.update(format=7)))
    assert len(found.problems) == 1
    assert "version 7 is newer" in found.problems[0]
    assert {tensor.state for tensor in found.tensors} == {"unchecked"}


@pytest.mark.parametrize(
    ("field", "value", "problem"),
    [
        ("digests", [], "not one digest for each tensor"),
        ("tables", {}, "belongs to nothing"),
        ("tables", [1], "'tables' is not of type"),
        ("labels", ["a", "a", "b"], "same name"),
        ("labels", ["a", "b"], "not as many as the labels"),
        ("features", {"kind": "ngrams", "words": [[], {}]}, "features"),
        ("history", [3], "is not an object"),
        ("network", {"kind": 3}, "'kind' is not of type"),
    ],
)
def test_a_description_that_makes_no_sense_is_no_crash(
    field: str, value: object, problem: str
) -> None:
    data = resigned(stage("full"), lambda description: description.update({field: value}))
    found = inspect(data, verify=True)
    assert problem in found.problems[0]
    assert text_of(found)


def test_verify_decodes_what_the_digests_cannot_know() -> None:
    table = tiny_model().tables["t"]
    twice = dataclasses.replace(table, keys=Strings.of(["a", "a"]))
    data = model_bytes(Model({"t": twice}))
    assert inspect(data).problems == ()
    assert "holds a key twice" in inspect(data, verify=True).problems[0]
