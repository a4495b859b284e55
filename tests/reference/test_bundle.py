"""Bundles of the package, read by the second reader."""

from __future__ import annotations

import pytest

from nlucompress.fleet.bundle import writer
from nlucompress.fleet.bundle.reader import Bundle
from nlucompress.format import codec
from tests.reference import bundle as reference
from tests.unit.fleet.test_bundle import files


def test_both_readers_agree() -> None:
    whole = files()
    data = b"".join(writer.chunks(whole))
    found = reference.open_bundle(data)
    assert list(found) == list(Bundle(memoryview(data)))
    for name, file in found.items():
        ours, theirs = codec.taken_apart(whole[name]), codec.taken_apart(file)
        assert ours[1] == theirs[1]
        assert bytes(ours[0].data) == bytes(theirs[0].data)
    reference.open_model(found["packed_labels 0"])


def test_both_readers_refuse_the_same_damage() -> None:
    data = b"".join(writer.chunks({"a": files()["packed_labels 0"]}))
    for at in range(0, len(data), 41):
        damaged = data[:at] + bytes([data[at] ^ 16]) + data[at + 1 :]
        with pytest.raises((ValueError, IndexError)):
            reference.open_bundle(damaged)
