"""Static functions: every key leads to its bits, in few places, with and without the extension."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nlucompress.algo.coding import bits, offsets
from nlucompress.algo.hashing import murmur, static, static_build
from nlucompress.algo.hashing.static import Function, Int64
from nlucompress.algo.hashing.static_build import Values
from nlucompress.native import extension


def drawn(lengths: list[int], width: int, seed: int = 0) -> tuple[Int64, Values]:
    """Handles of as many keys as lengths, and random bits for each."""
    keys = (f"{seed} {n}".encode() for n in range(len(lengths)))
    h1, h2 = murmur.hash_keys(keys)
    order = np.argsort(h1)
    starts = np.concatenate(([0], np.cumsum(lengths, dtype=np.int64))).astype(np.int64)
    random = np.random.default_rng(seed)
    stream = random.integers(0, 256, bits.byte_length(int(starts[-1]))).astype(np.uint8)
    fingerprints = murmur.fingerprints(h2[order], width).astype(np.uint16)
    return static.handles(h1[order]), Values(fingerprints, width, stream, starts)


def check(function: Function, handle: Int64, values: Values) -> None:
    """Every key reads its fingerprint and its piece of the stream."""
    width = values.fingerprint_bits
    wanted = np.flatnonzero(width + np.diff(values.starts))
    read = function.read(handle[wanted], np.zeros(len(wanted), np.int64), width)
    assert (read == values.fingerprints[wanted]).all()
    counts = np.diff(values.starts)
    key = np.repeat(np.arange(len(handle)), counts)
    index = np.arange(len(key)) - np.repeat(values.starts[:-1], counts)
    piece = bits.read(values.stream, np.arange(len(key)), 1).astype(np.int64)
    assert (function.read(handle[key], width + index, 1) == piece).all()


@settings(max_examples=40, deadline=None)
@given(st.lists(st.integers(0, 90), max_size=60), st.integers(0, 16), st.integers(0, 9))
def test_every_key_leads_to_its_bits(lengths: list[int], width: int, seed: int) -> None:
    handle, values = drawn(lengths, width, seed)
    function = static_build.build(handle, values)
    assert function.sound()
    check(function, handle, values)


def test_many_keys_take_hardly_more_than_their_bits() -> None:
    lengths = np.random.default_rng(1).geometric(1 / 16, 6000).tolist()
    handle, values = drawn(lengths, 8)
    function = static_build.build(handle, values)
    check(function, handle, values)
    assert values.total < 8 * len(function.data) < 1.01 * values.total


def test_one_value_longer_than_a_shard() -> None:
    handle, values = drawn([3, 20_000, 5], 4)
    function = static_build.build(handle, values)
    check(function, handle, values)
    assert 8 * len(function.data) < 1.02 * values.total + 3 * 64


def test_nothing() -> None:
    handle, values = drawn([], 8)
    function = static_build.build(handle, values)
    assert function.shards == function.bits == len(function.data) == 0
    assert function.sound()


@pytest.mark.skipif(extension is None, reason="needs both builders")
@pytest.mark.parametrize("width", [0, 1, 8, 13])
def test_both_builders_give_the_same_bytes(monkeypatch: pytest.MonkeyPatch, width: int) -> None:
    handle, values = drawn(np.random.default_rng(2).geometric(1 / 20, 700).tolist(), width)
    native = static_build.build(handle, values)
    monkeypatch.setattr(static_build, "extension", None)
    plain = static_build.build(handle, values)
    assert plain.data.tobytes() == native.data.tobytes()
    assert plain.bits == native.bits


@pytest.mark.parametrize("native", [False, True])
def test_one_key_with_two_values_is_refused(monkeypatch: pytest.MonkeyPatch, native: bool) -> None:
    if not native:
        monkeypatch.setattr(static_build, "extension", None)
        monkeypatch.setattr(static_build, "TRIES", 3)
    elif extension is None:
        pytest.skip("needs the extension")
    handle, values = drawn([40, 40], 0)
    with pytest.raises(ValueError, match="cannot be solved"):
        static_build.build(np.array([handle[0], handle[0]]), values)


def test_shards_that_do_not_follow_each_other() -> None:
    handle, values = drawn([30] * 400, 8)
    good = static_build.build(handle, values)
    assert good.shards > 2
    starts = good.offsets[np.arange(good.shards)]
    for wrong in (starts + 1, np.sort(starts)[::-1], np.append(starts[:-1], good.bits - 5)):
        packed = offsets.pack(wrong, good.bits)
        assert not Function(packed, good.vector).sound()
