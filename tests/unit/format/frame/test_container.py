"""The outer frame: what is read, what is refused, and what stays the same from run to run."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from safetensors.numpy import load as safetensors_load
from safetensors.numpy import save as safetensors_save

from nlucompress.algo.hashing import murmur
from nlucompress.errors import FormatError
from nlucompress.format.frame import container, serializer
from nlucompress.format.frame.canonical import FORMAT_VERSION, canonical
from nlucompress.format.frame.sealed import ALIGNMENT
from tests.builders.samples import file_of, frame_bytes, uint8

ENTRY: dict[str, Any] = {"dtype": "U8", "shape": [2], "data_offsets": [0, 2]}


def described(text: str) -> container.Frame:
    """A frame that holds only this description."""
    return container.parse(frame_bytes({"__metadata__": {container.METADATA_KEY: text}}))


def sealed(body: dict[str, Any], version: object = FORMAT_VERSION) -> str:
    """A description with its right digest."""
    digest = murmur.digest(canonical(body).encode())
    return canonical({**body, "digest": digest, "format": version})


def test_frame_by_hand() -> None:
    frame = container.parse(frame_bytes({"a": ENTRY, "__metadata__": {"k": "v"}}, b"\x05\x06"))
    assert frame.tensor("a").tolist() == [5, 6]
    assert frame.raw("a").tobytes() == b"\x05\x06"
    assert dict(frame.metadata) == {"k": "v"}


@pytest.mark.parametrize(
    "dtype", [name for name in container.DTYPES if name not in ("BOOL", "BF16")]
)
def test_every_dtype_passes_through_the_library(dtype: str) -> None:
    array = np.array([[0, 1, 2], [3, 100, 7]], container.DTYPES[dtype])
    ours = file_of(serializer.serialize({}, {"t": array}))
    assert safetensors_load(ours)["t"].tolist() == array.tolist()
    theirs = container.parse(safetensors_save({"t": array})).tensor("t")
    assert (theirs.dtype, theirs.tolist()) == (array.dtype, array.tolist())


def test_bfloat16_becomes_float32() -> None:
    entry = {"dtype": "BF16", "shape": [2], "data_offsets": [0, 4]}
    frame = container.parse(frame_bytes({"b": entry}, b"\x80\x3f\x20\xc0"))
    assert frame.tensor("b").tolist() == [1.0, -2.5]
    assert frame.tensor("b").dtype == np.float32


def test_big_endian_arrays_are_stored_little() -> None:
    (raw,) = serializer.serialize({}, {"t": np.array([1, 2], ">u4")}).tensors
    assert raw.tobytes() == b"\1\0\0\0\2\0\0\0"


def test_hash_comes_first_and_data_is_aligned() -> None:
    arrays = {"a": uint8(1), "z.hash": uint8(*range(64)), "b": uint8(2)}
    serialized = serializer.serialize({"x": 1}, arrays)
    assert list(container.parse(file_of(serialized)).entries) == ["z.hash", "a", "b"]
    assert len(serialized.header) % ALIGNMENT == 0
    assert serialized.size == len(file_of(serialized))


def test_order_of_the_tensors_does_not_matter() -> None:
    one = serializer.serialize({"p": 1, "q": 2}, {"a": uint8(1), "b": uint8(2)})
    other = serializer.serialize({"q": 2, "p": 1}, {"b": uint8(2), "a": uint8(1)})
    assert file_of(one) == file_of(other)


@pytest.mark.parametrize(
    "array", [np.zeros(0), np.zeros((0, 4), np.float32), np.arange(12).reshape(3, 2, 2).T]
)
def test_odd_shapes_and_strides(array: np.ndarray[Any, Any]) -> None:
    frame = container.parse(file_of(serializer.serialize({}, {"t": array})))
    assert frame.tensor("t").shape == array.shape
    assert frame.tensor("t").tolist() == array.tolist()


@pytest.mark.parametrize(
    "change",
    [
        {"dtype": "U9"},
        {"dtype": []},
        {"dtype": None},
        {"shape": 2},
        {"shape": [2.0]},
        {"shape": [True, 2]},
        {"shape": [-2]},
        {"shape": [1 << 70]},
        {"shape": [3]},
        {"shape": [1] * 8 + [2]},
        {"data_offsets": [0]},
        {"data_offsets": [0, 2, 2]},
        {"data_offsets": [2, 0]},
        {"data_offsets": [1, 3]},
        {"data_offsets": "02"},
        {"more": 1},
    ],
    ids=str,
)
def test_bad_entry_is_refused(change: dict[str, Any]) -> None:
    container.parse(frame_bytes({"t": ENTRY}, b"ab"))
    with pytest.raises(FormatError):
        container.parse(frame_bytes({"t": {**ENTRY, **change}}, b"ab"))


@pytest.mark.parametrize(
    "file",
    [
        b"",
        b"\2\0\0\0\0\0\0",
        bytes(8),
        b"\3\0\0\0\0\0\0\0{}",
        b"\xff" * 8 + b"{}",
        b"\2\0\0\0\0\0\0\0[]",
        b"\2\0\0\0\0\0\0\0{x",
        b"\2\0\0\0\0\0\0\0{}x",
        frame_bytes({"t": ENTRY}, b"a"),
        frame_bytes({"t": ENTRY}, b"abc"),
        frame_bytes({"t": ENTRY, "u": ENTRY}, b"ab"),
        frame_bytes({"__metadata__": {"a": 1}}),
        frame_bytes({"__metadata__": []}),
        b"\x12\0\0\0\0\0\0\0" + b'{"a":NaN,   "b":1}',
        b"\x0d\0\0\0\0\0\0\0" + b'{"a":1,"a":2}',
    ],
)
def test_bad_frame_is_refused(file: bytes) -> None:
    with pytest.raises(FormatError):
        container.parse(file)


def test_only_utf_8_is_a_header() -> None:
    assert dict(container.parse(b"\2\0\0\0\0\0\0\0{}").entries) == {}
    text = "{}".encode("utf-16")
    with pytest.raises(FormatError):
        container.parse(len(text).to_bytes(8, "little") + text)


def test_description_is_checked() -> None:
    assert container.describe(described(sealed({"x": [1, "ä"]}))) == {"x": [1, "ä"]}
    with pytest.raises(FormatError, match="nlucompress import"):
        container.describe(container.parse(frame_bytes({})))
    with pytest.raises(FormatError, match="does not match its digest"):
        container.describe(described(sealed({"x": 1}).replace('"x":1', '"x":2')))
    with pytest.raises(FormatError, match="newer"):
        container.describe(described(sealed({}, FORMAT_VERSION + 1)))


@pytest.mark.parametrize("version", [None, 0, -1, True, "1", 1.0])
def test_bad_version_is_refused(version: object) -> None:
    with pytest.raises(FormatError, match="no format version"):
        container.describe(described(sealed({}, version)))


@pytest.mark.parametrize("text", ['{"format":1,"x":1e999}', '{"format":1,"x":-1e999}', "[]", "{"])
def test_description_that_is_no_json_object_of_numbers(text: str) -> None:
    with pytest.raises(FormatError):
        container.describe(described(text))


def test_nan_is_never_written() -> None:
    with pytest.raises(ValueError, match="not JSON compliant"):
        canonical({"x": float("nan")})


def test_canonical_text() -> None:
    assert canonical({"b": [1, 0.5], "a": "ä"}) == '{"a":"\\u00e4","b":[1,0.5]}'


def test_digests_cover_name_dtype_and_shape() -> None:
    raw = uint8(1, 2, 3, 4)
    entries = [
        ("t", container.Entry("U8", (4,), 0, 4)),
        ("u", container.Entry("U8", (4,), 0, 4)),
        ("t", container.Entry("I8", (4,), 0, 4)),
        ("t", container.Entry("U8", (2, 2), 0, 4)),
    ]
    digests = {container.tensor_digest(name, entry, raw) for name, entry in entries}
    assert len(digests) == len(entries)


def test_digests_must_name_the_tensors() -> None:
    frame = container.parse(frame_bytes({"t": ENTRY}, b"ab"))
    right = container.tensor_digest("t", frame.entries["t"], frame.raw("t"))
    assert container.check_digests(frame, [right]) == []
    assert container.check_digests(frame, ["0" * 32]) == ["t"]
    for wrong in (None, {}, {"t": right}, [right, right], []):
        with pytest.raises(FormatError, match="not one digest for each"):
            container.check_digests(frame, wrong)


def test_a_name_with_a_lone_surrogate_is_refused() -> None:
    with pytest.raises(FormatError):
        container.parse(frame_bytes({"\ud800": ENTRY}, b"ab"))
