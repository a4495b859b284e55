"""Hashes of keys, against the library and against the finalizers' definitions."""

from __future__ import annotations

import mmh3
import numpy as np
import pytest

from nlucompress.algo.hashing import murmur


def fmix64(x: int) -> int:
    """Appleby's finalizer in Python's integers."""
    mask = (1 << 64) - 1
    x = (x ^ (x >> 33)) * 0xFF51AFD7ED558CCD & mask
    x = (x ^ (x >> 33)) * 0xC4CEB9FE1A85EC53 & mask
    return x ^ (x >> 33)


def fmix32(x: int) -> int:
    """Appleby's finalizer in Python's integers."""
    mask = (1 << 32) - 1
    x = (x ^ (x >> 16)) * 0x85EBCA6B & mask
    x = (x ^ (x >> 13)) * 0xC2B2AE35 & mask
    return x ^ (x >> 16)


EXTREMES = [0, 1, 0x7FFFFFFF, 0xDEADBEEF, (1 << 32) - 1]
WIDE = [*EXTREMES, 1 << 63, (1 << 64) - 1]


def test_finalizers() -> None:
    assert murmur.fmix64(np.array(WIDE, np.uint64)).tolist() == [fmix64(x) for x in WIDE]
    assert murmur.fmix32(np.array(EXTREMES, np.uint32)).tolist() == [fmix32(x) for x in EXTREMES]


@pytest.mark.parametrize("key", [b"", b"a", b"a\0b", "Straße".encode(), b"x" * 100])
def test_halves_are_little_endian(key: bytes) -> None:
    h1, h2 = murmur.hash_keys([key])
    expected = mmh3.hash64(key, murmur.SEED, signed=False)
    assert (int(h1[0]), int(h2[0])) == expected


def test_known_hash() -> None:
    h1, h2 = murmur.hash_keys([b"hello"])
    assert (hex(h1[0]), hex(h2[0])) == ("0xa78ddff5adae8d10", "0x128900ef20900135")


def test_no_keys() -> None:
    h1, h2 = murmur.hash_keys([])
    assert (h1.shape, h2.shape) == ((0,), (0,))


@pytest.mark.parametrize("level", [1, 2, 255])
def test_level_hash_wraps(level: int) -> None:
    h1, h2 = np.array([(1 << 64) - 1], np.uint64), np.array([(1 << 64) - 3], np.uint64)
    expected = fmix64((int(h1[0]) + level * int(h2[0])) % (1 << 64))
    assert murmur.level_hash(h1, h2, level).tolist() == [expected]


def test_fingerprint_is_the_top_of_the_second_half() -> None:
    h2 = np.array([0x8123456789ABCDEF, 0xFFFF000000000000], np.uint64)
    assert murmur.fingerprints(h2, 1).tolist() == [1, 1]
    assert murmur.fingerprints(h2, 12).tolist() == [0x812, 0xFFF]
    assert murmur.fingerprints(h2, 16).tolist() == [0x8123, 0xFFFF]
    assert murmur.fingerprints(h2, 0).tolist() == [0, 0]


def test_digest_joins_its_parts() -> None:
    whole = murmur.digest(b"hello")
    assert whole == mmh3.mmh3_x64_128_digest(b"hello", murmur.SEED).hex()
    assert whole == murmur.digest(b"he", b"", memoryview(b"llo"))
    assert len(whole) == 32
    assert whole != murmur.digest(b"hellp")


def test_lone_surrogates_have_bytes_of_their_own() -> None:
    assert murmur.encode_key("\ud800") == b"\xed\xa0\x80"
    assert murmur.encode_key("ä\0") == b"\xc3\xa4\0"


def test_first_collision() -> None:
    h1 = np.array([7, 5, 9, 5, 9], np.uint64)
    assert murmur.first_collision(h1, np.array([1, 2, 3, 4, 5], np.uint64)) is None
    assert murmur.first_collision(h1, np.array([1, 2, 3, 2, 3], np.uint64)) == (1, 3)
    assert murmur.first_collision(h1, np.array([1, 2, 3, 4, 3], np.uint64)) == (2, 4)
    empty = np.zeros(0, np.uint64)
    assert murmur.first_collision(empty, empty) is None
