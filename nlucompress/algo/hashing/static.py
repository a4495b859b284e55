"""Static function: from a key to its own bits, with neither the key nor a place of it stored.

The values of all keys are the answers of one system of linear equations over GF(2): bit ``j`` of
a key's value is the parity of the bits at ``WINDOW`` neighbouring places of the stored vector that
the key and ``j`` pick out. A stored bit of a value so takes hardly more than a bit, and a key that
was never in the set reads random bits. (Ribbon retrieval: Dillinger, Hübschle-Schneider, Sanders
and Walzer 2022; values of any length: Hermann, Lehmann, Vinciguerra and Walzer 2025.)

The keys are dealt to shards of about ``SHARD_BITS`` bits, each a small system of its own. Within a
shard the windows of one key follow each other by the golden ratio, so that every key loads all
parts of its shard evenly: where the parts fill up at random, a ribbon must leave places free or
bump keys; so evenly loaded, it takes as many places as equations and a few more. How many, the
builder tries: another number of places is another system. A shard's length is thus its seed.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from nlucompress.algo.coding import bits
from nlucompress.algo.coding.offsets import Offsets

Bytes = NDArray[np.uint8]
Int64 = NDArray[np.int64]
UInt64 = NDArray[np.uint64]

WINDOW = bits.MAX_WIDTH  # places that an equation looks at: one unaligned read of eight bytes
LEAD = 28  # places by which a window begins early, so that no place is ever short of equations
SHARD_BITS = 4096  # smaller shards load evenly without slack, larger ones need fewer offsets
GOLDEN64 = 0x9E3779B97F4A7C15  # 2^64 / golden ratio, odd: the steps of SplitMix64
GOLDEN32 = 0x9E3779B9
MIXER = 0xD6E8FEB86659FD93  # odd: spreads a key's steps over the top bits


def handles(h1: UInt64) -> Int64:
    """What a key is known by: the first 63 bits of its hash."""
    return (h1 >> np.uint64(1)).astype(np.int64)


def shard_count(stored: int) -> int:
    """Shards of a function that holds so many bits."""
    return -(-stored // SHARD_BITS)


def shard_of(handle: Int64, shards: int) -> Int64:
    """Shard of each key: floor(top 32 bits * shards / 2^32)."""
    return ((handle >> 31) * np.int64(shards)) >> 32


@dataclass(frozen=True)
class Function:
    """A built function.

    Attributes:
        offsets: First place of each shard in the vector; the end of the last is ``offsets.end``.
        vector: uint8: the places, a bit each.
    """

    offsets: Offsets
    vector: Bytes

    @property
    def shards(self) -> int:
        """Number of shards."""
        return self.offsets.count

    @property
    def bits(self) -> int:
        """Places of the vector."""
        return self.offsets.end

    @cached_property
    def data(self) -> Bytes:
        """Offsets and vector behind each other, as in a file."""
        return np.concatenate((self.offsets.data, self.vector))

    def sound(self) -> bool:
        """Whether the shards follow each other, each empty or at least a window long."""
        if not self.shards:
            return self.bits == 0
        starts = self.offsets[np.arange(self.shards)]
        lengths = np.diff(starts, append=np.int64(self.bits))
        return bool(
            starts[0] == 0
            and starts.min() >= 0
            and starts.max() <= self.bits
            and ((lengths == 0) | (lengths >= WINDOW)).all()
        )

    def spans(self, handle: Int64) -> tuple[Int64, Int64]:
        """First place and length of each key's shard."""
        shard = shard_of(handle, self.shards)
        begin = self.offsets[shard]
        last = shard == self.shards - 1
        end = np.where(last, self.bits, self.offsets[np.where(last, shard, shard + 1)])
        return begin, end - begin

    def read(self, handle: Int64, at: Int64, width: int) -> Int64:
        """Bits ``at .. at + width - 1`` of each key's value as a number; keys of full shards only.

        Args:
            handle: Keys by ``handles``, whose shards are not empty.
            at: First bit of each.
            width: 0 to 32.
        """
        begin, length = self.spans(handle)
        result = np.zeros(handle.shape, np.int64)
        for step in range(width):
            start, coefficients = equation(handle, at + step, length)
            window = bits.read(self.vector, begin + start, WINDOW)
            parity = np.bitwise_count(window & coefficients).astype(np.int64) & 1
            result = result << 1 | parity
        return result


def equation(handle: Int64, index: Int64, length: Int64) -> tuple[Int64, UInt64]:
    """Where the window of bit ``index`` of a key begins in its shard, and which places it takes.

    place = floor(((handle + index * GOLDEN32) mod 2^32) * length / 2^32) - LEAD, kept within the
    shard; the places are the top bits of (t ^ t >> 32) * MIXER modulo 2^64, with
    t = handle + (index + 1) * GOLDEN64.
    """
    turned = (handle + index * np.int64(GOLDEN32)) & np.int64(0xFFFFFFFF)
    start = np.clip(((turned * length) >> 32) - LEAD, 0, np.maximum(length - WINDOW, 0))
    steps = (index + 1).astype(np.uint64) * np.uint64(GOLDEN64)
    t = handle.astype(np.uint64) + steps
    mixed = (t ^ (t >> np.uint64(32))) * np.uint64(MIXER)
    return start, mixed >> np.uint64(64 - WINDOW)
