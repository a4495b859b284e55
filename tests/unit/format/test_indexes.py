"""Key indexes: strings and hashes, found, moved, stored and refused."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from nlucompress.algo.hashing import mphf
from nlucompress.errors import DataError, FormatError
from nlucompress.format.fields import Fields, Tensors
from nlucompress.format.indexes import kinds as indexes
from nlucompress.format.indexes.kinds import Hashed, KeyIndex, Strings
from tests.builders.samples import hashed, int64, uint8

KEYS = ["", "a", "bc", "ä\0", "\ud800", "日本"]


def again(index: KeyIndex) -> KeyIndex:
    """Stored and read."""
    tensors: Tensors = {}
    description = index.store("k", tensors)
    return indexes.parse(Fields(description, "k", tensors))


def strings_of(data: bytes, *offsets: int) -> KeyIndex:
    """Strings as a file might hold them."""
    tensors: Tensors = {"k.data": np.frombuffer(data, np.uint8), "k.offsets": int64(*offsets)}
    return indexes.parse(Fields({"kind": "strings"}, "k", tensors))


def test_strings_by_hand() -> None:
    strings = Strings.of(["a", "", "ä"])
    assert strings.data.tobytes() == b"a\xc3\xa4"
    assert strings.offsets.tolist() == [0, 1, 1, 3]
    assert list(strings.encoded()) == [b"a", b"", b"\xc3\xa4"]


@pytest.mark.parametrize("keys", [KEYS, [""], []])
def test_strings_round_trip(keys: list[str]) -> None:
    strings = again(Strings.of(keys))
    assert isinstance(strings, Strings)
    assert [strings.key(row) for row in range(len(strings))] == keys
    assert strings.find([*keys, "absent"]).tolist() == [*range(len(keys)), -1]


def test_strings_move() -> None:
    moved = Strings.of(KEYS).take(int64(3, 0, 5, 3))
    assert [moved.key(row) for row in range(4)] == [KEYS[3], KEYS[0], KEYS[5], KEYS[3]]
    assert len(Strings.of(KEYS).take(int64())) == 0


def test_a_key_that_occurs_twice_is_named_a_problem() -> None:
    with pytest.raises(DataError, match="twice"):
        Strings.of(["a", "b", "a"]).find(["b"])


def test_offsets_must_divide_the_bytes() -> None:
    assert len(strings_of(b"abc", 0, 1, 1, 3)) == 3
    for offsets in ((), (0,), (0, 2), (1, 3), (0, 4), (0, 2, 1, 3), (0, -1, 3)):
        with pytest.raises(FormatError, match="do not divide"):
            strings_of(b"abc", *offsets)


@pytest.mark.parametrize("width", [0, 1, 8, 13, 16])
@pytest.mark.parametrize("groups", [mphf.PLAIN, mphf.Groups(16, 4)])
def test_hash_round_trip(groups: mphf.Groups, width: int) -> None:
    index = hashed(KEYS, groups, width)
    read = again(index)
    assert isinstance(read, Hashed)
    assert sorted(read.find(KEYS).tolist()) == list(range(len(KEYS)))
    assert read.find(KEYS).tolist() == index.find(KEYS).tolist()
    assert len(read.fingerprints) == (len(KEYS) * width + 7) // 8


def test_no_keys_find_nothing() -> None:
    read = again(hashed([]))
    assert len(read) == 0
    assert read.find(["a"]).tolist() == [-1]
    assert read.find([]).tolist() == []


def test_fingerprints_turn_most_unseen_keys_away() -> None:
    unseen = [f"unseen {i}" for i in range(2000)]
    keys = [f"key {i}" for i in range(500)]
    taken = [int((hashed(keys, fingerprint_bits=w).find(unseen) >= 0).sum()) for w in (0, 4, 16)]
    assert taken[0] > 1900
    assert 60 < taken[1] < 200
    assert taken[2] <= 2


def described() -> tuple[dict[str, Any], Tensors]:
    """A stored hash of 300 keys."""
    tensors: Tensors = {}
    return hashed([f"key {i}" for i in range(300)]).store("k", tensors), tensors


@pytest.mark.parametrize(
    "change",
    [
        {"kind": "bloom"},
        {"size": 299},
        {"size": -1},
        {"size": 1 << 32},
        {"groups": [1]},
        {"groups": [0, 0]},
        {"groups": [41, 0]},
        {"groups": [1, 9]},
        {"groups": [2, 0]},
        {"levels": []},
        {"levels": [0]},
        {"levels": [300] * 256},
        {"levels": [(1 << 32) - 1] * 255},
        {"fingerprint_bits": 7},
        {"fingerprint_bits": 17},
        {"more": 1},
    ],
    ids=str,
)
def test_bad_hash_is_refused(change: dict[str, Any]) -> None:
    description, tensors = described()
    assert len(indexes.parse(Fields(description, "k", tensors))) == 300
    with pytest.raises(FormatError):
        indexes.parse(Fields({**description, **change}, "k", tensors))


@pytest.mark.parametrize("at", [0, 3, 63])
def test_flipped_hash_is_refused(at: int) -> None:
    description, tensors = described()
    flipped = tensors["k.hash"].copy()
    flipped[at] ^= 1
    with pytest.raises(FormatError, match="do not count"):
        indexes.parse(Fields(description, "k", {"k.hash": flipped}))


def test_hash_of_the_wrong_length_is_refused() -> None:
    description, tensors = described()
    data = tensors["k.hash"]
    for wrong in (data[:-1], np.concatenate((data, uint8(0)))):
        with pytest.raises(FormatError, match="has not the size"):
            indexes.parse(Fields(description, "k", {"k.hash": wrong}))
