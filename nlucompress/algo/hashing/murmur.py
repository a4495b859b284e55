"""MurmurHash3: keys to 128 bits, positions per level, fingerprints, digests.

One x64 128-bit MurmurHash3 (seed 1) per key gives two 64-bit halves ``h1, h2``; the hash of level
``l`` is ``fmix64(h1 + l * h2)``. The finalizer matters: with the bare sum, keys whose halves agree
modulo the size of a level collide on every level, and the cascade would not end.
(Kirsch and Mitzenmacher 2006 for double hashing; Appleby's MurmurHash3 for both finalizers.)
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import islice

import mmh3
import numpy as np
from numpy.typing import NDArray

from nlucompress.native import extension

UInt32 = NDArray[np.uint32]
UInt64 = NDArray[np.uint64]

SEED = 1
_KEYS_AT_ONCE = 1 << 16


def encode_key(key: str) -> bytes:
    """UTF-8 of a key; lone surrogates, which Python strings may hold, pass as three bytes."""
    return key.encode("utf-8", "surrogatepass")


def hash_keys(keys: Iterable[bytes]) -> tuple[UInt64, UInt64]:
    """Hash encoded keys to two uint64 arrays, the low and the high half of the 128 bits."""
    source = iter(keys)
    joined = bytearray()  # grown piece by piece: as many small objects would take four times more
    while piece := list(islice(source, _KEYS_AT_ONCE)):
        if extension is not None:
            joined += extension.hash_keys(piece)
        else:
            joined += b"".join([mmh3.hash_bytes(key, SEED) for key in piece])
    halves = np.frombuffer(joined, "<u8").reshape(-1, 2).astype(np.uint64, copy=False)
    return halves[:, 0].copy(), halves[:, 1].copy()


def hash32(key: bytes) -> int:
    """MurmurHash3 x86_32 of a key with seed 0 as a signed integer."""
    return int(mmh3.hash(key, 0))


def fmix64(x: UInt64) -> UInt64:
    """MurmurHash3's 64-bit finalizer, elementwise, modulo 2^64."""
    x = x ^ (x >> np.uint64(33))
    x = x * np.uint64(0xFF51AFD7ED558CCD)
    x = x ^ (x >> np.uint64(33))
    x = x * np.uint64(0xC4CEB9FE1A85EC53)
    return x ^ (x >> np.uint64(33))


def fmix32(x: UInt32) -> UInt32:
    """MurmurHash3's 32-bit finalizer, elementwise, modulo 2^32."""
    x = x ^ (x >> np.uint32(16))
    x = x * np.uint32(0x85EBCA6B)
    x = x ^ (x >> np.uint32(13))
    x = x * np.uint32(0xC2B2AE35)
    return x ^ (x >> np.uint32(16))


def level_hash(h1: UInt64, h2: UInt64, level: int) -> UInt64:
    """Hash of every key for one level of the cascade; levels count from 1."""
    return fmix64(h1 + np.uint64(level) * h2)


def fingerprints(h2: UInt64, bits: int) -> UInt64:
    """The top ``bits`` (0 to 16) of the second half: what tells a known key from an unseen one."""
    return h2 >> np.uint64(64 - bits) if bits else np.zeros_like(h2)


def digest(*parts: bytes | memoryview) -> str:
    """128-bit MurmurHash3 (seed 1) of the joined parts as 32 hexadecimal digits.

    It guards against damage, not against somebody who means to forge a file.
    """
    hasher = mmh3.mmh3_x64_128(seed=SEED)
    for part in parts:
        hasher.update(part)
    return hasher.digest().hex()


def first_collision(h1: UInt64, h2: UInt64) -> tuple[int, int] | None:
    """Indices (lower first) of two keys with the same 128 bits, or None. Sorts: 8 bytes a key."""
    ascending = np.sort(h1)
    if not (ascending[1:] == ascending[:-1]).any():
        return None
    order = np.lexsort((h2, h1))
    same = (h1[order[1:]] == h1[order[:-1]]) & (h2[order[1:]] == h2[order[:-1]])
    at = np.flatnonzero(same)
    if not len(at):
        return None
    pairs = np.sort(np.stack((order[at], order[at + 1])), axis=0)
    first = int(np.argmin(pairs[0]))
    return int(pairs[0, first]), int(pairs[1, first])
