"""The record of a sealed file with each of its fields damaged, beside the valid neighbour."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from nlucompress.algo.hashing import murmur
from nlucompress.errors import FormatError
from nlucompress.format import codec
from nlucompress.format.frame import container, phrases, sealed, serializer
from nlucompress.format.frame.canonical import FORMAT_VERSION, canonical
from nlucompress.stages.measure.inspect.stage import MODEL, inspect
from tests.hostile import samples
from tests.hostile.samples import answers, model_bytes, packed, wide
from tests.reference.decoder import open_model

OURS = model_bytes(packed(wide()))
DATA = container.parse(OURS).data.tobytes()
LENGTH = int.from_bytes(DATA[17:21], "little")
TEXT, REST = DATA[21 : 21 + LENGTH], DATA[21 + LENGTH :]
Change = Callable[[dict[str, Any]], object]


def framed(data: bytes, **changes: Any) -> bytes:
    """A file of one tensor."""
    entry = {"dtype": "U8", "shape": [len(data)], "data_offsets": [0, len(data)], **changes}
    header = json.dumps({sealed.TENSOR: entry}).encode()
    return len(header).to_bytes(8, "little") + header + data


def signed(after: bytes, version: int = FORMAT_VERSION) -> bytes:
    """A file with a right digest."""
    return framed(bytes([version]) + bytes.fromhex(murmur.digest(after)) + after)


def record(text: bytes, rest: bytes = REST, length: int | None = None) -> bytes:
    """A file with another description, in phrases, under a right digest."""
    stated = len(text) if length is None else length
    return signed(stated.to_bytes(4, "little") + text + rest)


def described(change: Change) -> bytes:
    """A file with a changed description under a right digest."""
    description = json.loads(phrases.expand(TEXT))
    change(description)
    return record(phrases.shorten(canonical(description)))


def refused(file: bytes, match: str | None = None) -> None:
    with pytest.raises(FormatError, match=match):
        codec.parse(file)
    with pytest.raises(ValueError):  # noqa: PT011 (any refusal will do)
        open_model(file)
    found = inspect(file)
    assert found.problems
    assert found.kind == MODEL


def test_the_neighbours_are_accepted() -> None:
    right = answers(OURS)
    for same in (
        framed(DATA),
        record(TEXT),
        described(lambda _: None),
        record(phrases.expand(TEXT).encode()),  # without phrases
    ):
        assert answers(same) == right
        assert inspect(same, verify=True).verified
        open_model(same)


def test_versions() -> None:
    refused(signed(DATA[17:], 0), "no format version")
    refused(signed(DATA[17:], 1), "version 1 is older than 2")
    refused(signed(DATA[17:], 3), "version 3 is newer than 2")
    refused(framed(b"\xff" + DATA[1:]), "newer")  # before its digest


def test_every_byte_of_the_digest_counts() -> None:
    for at in range(1, 17):
        refused(framed(DATA[:at] + bytes([DATA[at] ^ 1]) + DATA[at + 1 :]), "match its digest")


@pytest.mark.parametrize("length", [0, LENGTH - 1, LENGTH + 1, len(DATA), 2**31, 2**32 - 1])
def test_a_length_that_lies(length: int) -> None:
    refused(record(TEXT, length=length))


@pytest.mark.parametrize("size", [0, 1, 16, 17, 20, 21, 21 + LENGTH])
def test_a_tensor_that_ends_early(size: int) -> None:
    refused(framed(DATA[:size]))
    if size >= 17:
        refused(signed(DATA[17:size]))


@pytest.mark.parametrize("more", [b"\0", b"\xff" * 9])
def test_data_that_nothing_lists(more: bytes) -> None:
    refused(record(TEXT, REST + more), "follow the description")
    refused(record(TEXT, REST[: -len(more)]), "follow the description")


@pytest.mark.parametrize(
    "text", [b"", b"\x7f", b"{}", b"[]", b"{", b"{ }", b"\xe4", TEXT + b"\x7f"]
)
def test_texts_that_are_none(text: bytes) -> None:
    refused(record(text))


def test_every_byte_of_the_text_counts() -> None:
    """Another byte under a right digest is refused by name or read, and never a crash."""
    for at in range(LENGTH):
        for flip in (1, 0x80, 0xFF):
            file = record(TEXT[:at] + bytes([TEXT[at] ^ flip]) + TEXT[at + 1 :])
            samples.refused(file)  # or not: another digit may be another valid file
            with contextlib.suppress(ValueError):
                open_model(file)


def test_a_text_that_stands_for_too_long_a_one() -> None:
    longest = max(phrases.TEXTS, key=lambda code: len(phrases.TEXTS[code]))
    with pytest.raises(FormatError, match="too long a text"):
        codec.parse(record(bytes([longest]) * (1 << 16)))


def put(name: str, value: object) -> Change:
    return lambda description: description.update({name: value})


def entry(at: int, *value: object) -> Change:
    """Another entry in the list of tensors."""

    def change(description: dict[str, Any]) -> None:
        description["tensors"][at] = list(value)

    return change


NAME, DTYPE, SIZE = json.loads(phrases.expand(TEXT))["tensors"][0]
LIES: dict[str, Change] = {
    "no tensors": lambda description: description.pop("tensors"),
    "tensors an object": put("tensors", {}),
    "tensors empty": put("tensors", []),
    "a tensor less": lambda description: description["tensors"].pop(),
    "a tensor twice": lambda description: description["tensors"].append(description["tensors"][0]),
    "no entry": entry(0),
    "entry of a name": entry(0, NAME),
    "entry of text": put("tensors", [NAME]),
    "name a number": entry(0, 1, DTYPE, SIZE),
    "name of another": entry(0, NAME + "x", DTYPE, SIZE),
    "name no text": entry(0, "\ud800", DTYPE, SIZE),
    "dtype unknown": entry(0, NAME, "U7", SIZE),
    "dtype a number": entry(0, NAME, 8, SIZE),
    "dtype a list": entry(0, NAME, ["U8"], SIZE),
    "dtype another": entry(0, NAME, "U16", SIZE // 2),
    "size missing": entry(0, NAME, DTYPE),
    "size negative": entry(0, NAME, DTYPE, -1),
    "size smaller": entry(0, NAME, DTYPE, SIZE - 1),
    "size larger": entry(0, NAME, DTYPE, SIZE + 1),
    "size huge": entry(0, NAME, DTYPE, 2**62),
    "size beyond": entry(0, NAME, DTYPE, 2**64),
    "size a float": entry(0, NAME, DTYPE, float(SIZE)),
    "size a flag": entry(0, NAME, DTYPE, True),
    "sizes of none": entry(0, NAME, DTYPE, 0, 2**62, 2**62),
    "sizes many": entry(0, NAME, DTYPE, *[1] * 8, SIZE),
    "sizes two": entry(0, NAME, DTYPE, 1, SIZE),
    "not sealed": put("sealed", False),
    "sealed a number": put("sealed", 1),
    "sealed missing": lambda description: description.pop("sealed"),
    "a version": put("format", FORMAT_VERSION),
    "a digest": put("digest", "0" * 32),
    "digests": put("digests", []),
    "more": put("more", 1),
}


@pytest.mark.parametrize("name", LIES)
def test_lies_of_the_record(name: str) -> None:
    refused(described(LIES[name]))


def test_the_outer_frame() -> None:
    with pytest.raises(FormatError, match="does not take"):
        codec.parse(framed(DATA, shape=[len(DATA) + 1]))
    for changes in ({"dtype": "I8"}, {"shape": [1, len(DATA)]}):
        with pytest.raises(FormatError, match="no nlucompress model"):
            codec.parse(framed(DATA, **changes))


def test_an_open_file_is_no_sealed_one() -> None:
    """A sealed description in the open form, and an open one that claims to be sealed."""
    frame, description = codec.taken_apart(OURS)
    tensors = {name: frame.tensor(name) for name in frame.entries}
    as_open = serializer.serialize({**description, "sealed": 0}, tensors)
    file = as_open.header + b"".join(np.asarray(raw).tobytes() for raw in as_open.tensors)
    with pytest.raises(FormatError, match="rightly whether the file is sealed"):
        codec.parse(file)
