"""Minimal perfect hash: n keys to the slots 0 .. n - 1 by a cascade of bit arrays.

Level 1 has ``gamma * n`` cells. Every key is hashed to one of them; the bit of each cell that
holds exactly one key is set, and the other keys go on to the next, smaller level with the next
seed, until every key has its bit. The levels joined make one bit array, and the number of ones
before a key's bit is its slot. (Strimel et al. 2018, section 3.2; the same idea as BBHash, Limasset
et al. 2017.)

With groups (FMPHGO, Beling 2023) a key is first hashed to a group of ``cells`` cells, and of
``2^seed_bits`` seeds each group keeps the one that leaves most cells with exactly one key. Groups
of one cell and no seed bits are the plain cascade, so both are one structure.

Layout: blocks of 64 bytes, each ``[rank | seeds of its groups | cells of its groups]``, so that a
probe stays within one block. The rank counts the ones before the block since its anchor; an anchor
is a 32-bit absolute count every few blocks.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nlucompress.algo.coding import bits
from nlucompress.algo.hashing import murmur
from nlucompress.native import extension

Bytes = NDArray[np.uint8]
Int64 = NDArray[np.int64]
UInt32 = NDArray[np.uint32]
UInt64 = NDArray[np.uint64]

BLOCK_BITS = 512
BLOCK_BYTES = BLOCK_BITS // 8
ANCHOR_BITS = 32
MAX_KEYS = 2**ANCHOR_BITS - 1
MAX_LEVELS = 255
MAX_CELLS, MAX_SEED_BITS = 40, 8
_MIN_RANK_BITS = 12
_MAX_BLOCKS_PER_ANCHOR = 1 << 16


@dataclass(frozen=True)
class Groups:
    """The shape of a group: number of cells (1 to 40) and bits of its seed (0 to 8).

    Raises:
        ValueError: A number is out of range.
    """

    cells: int = 16
    seed_bits: int = 4

    def __post_init__(self) -> None:
        """Check the ranges, within which a rank never takes more than 57 bits."""
        if not (1 <= self.cells <= MAX_CELLS and 0 <= self.seed_bits <= MAX_SEED_BITS):
            raise ValueError(f"a group has 1 to {MAX_CELLS} cells and a seed of 0 to 8 bits")

    @property
    def per_block(self) -> int:
        """Groups in a block of 512 bits, of which at least 12 hold the rank."""
        return (BLOCK_BITS - _MIN_RANK_BITS) // (self.cells + self.seed_bits)

    @property
    def rank_bits(self) -> int:
        """Bits of a block that are left for its rank."""
        return BLOCK_BITS - self.per_block * (self.cells + self.seed_bits)

    @property
    def cells_at(self) -> int:
        """First bit of a block's cells."""
        return self.rank_bits + self.per_block * self.seed_bits

    @property
    def blocks_per_anchor(self) -> int:
        """Largest power of two of blocks whose ones a rank can count without overflow."""
        count = 1
        cells = self.per_block * self.cells
        while count < _MAX_BLOCKS_PER_ANCHOR and (2 * count - 1) * cells < 1 << self.rank_bits:
            count *= 2
        return count

    def block_count(self, levels: tuple[int, ...]) -> int:
        """Blocks of a cascade whose levels have these numbers of groups."""
        return -(-sum(levels) // self.per_block)

    def anchor_count(self, levels: tuple[int, ...]) -> int:
        """Anchors of a cascade whose levels have these numbers of groups."""
        return -(-self.block_count(levels) // self.blocks_per_anchor)


# The bits of a block before each of its bits as eight words: (512, 8). Ones are only counted, so
# the order of a word's bytes does not matter.
_BEFORE = np.packbits(np.tri(BLOCK_BITS, k=-1, dtype=np.bool_), axis=1).view(np.uint64)
_KEYS_AT_ONCE = 1 << 16  # looked up at a time: what is gathered for them fits the cache

PLAIN = Groups(cells=1, seed_bits=0)


@dataclass(frozen=True)
class Cascade:
    """A built hash.

    Attributes:
        size: Number of keys n.
        groups: Shape of the groups.
        levels: Number of groups of each level, first to last.
        blocks: uint8, shape (blocks, 64).
        anchors: uint8, 4 bytes (big-endian) per anchor.
    """

    size: int
    groups: Groups
    levels: tuple[int, ...]
    blocks: Bytes
    anchors: Bytes

    @property
    def nbytes(self) -> int:
        """Bytes of blocks and anchors."""
        return self.blocks.size + self.anchors.size

    def native(self, joined: Bytes, fingerprint_bits: int) -> Any:
        """The twin in C over blocks, anchors and fingerprints that lie behind each other."""
        shape = (self.size, self.groups.cells, self.groups.seed_bits, self.levels)
        return extension.Keys(joined, *shape, fingerprint_bits)

    def slots(self, h1: UInt64, h2: UInt64) -> Int64:
        """Slot of each key in [0, n); -1 where no level holds a bit for it.

        A key that was not in the set mostly gets another key's slot: a perfect hash cannot tell.
        """
        if extension is not None:
            keys = self.native(np.concatenate((self._flat, self.anchors)), 0)
            return np.frombuffer(keys.slots(h1, h2), np.int64)
        if len(h1) > _KEYS_AT_ONCE:
            spans = (slice(at, at + _KEYS_AT_ONCE) for at in range(0, len(h1), _KEYS_AT_ONCE))
            return np.concatenate([self.slots(h1[span], h2[span]) for span in spans])
        result = np.full(h1.shape, -1, np.int64)
        open_keys = np.arange(len(h1))
        first_group = 0
        for level, count in enumerate(self.levels, start=1):
            if not len(open_keys):
                break
            group, low = place(murmur.level_hash(h1[open_keys], h2[open_keys], level), count)
            block, at = self._cell(group + first_group, low)
            hit = bits.read(self._flat, block * BLOCK_BITS + at, 1) == 1
            result[open_keys[hit]] = self._rank(block[hit], at[hit])
            open_keys = open_keys[~hit]
            first_group += count
        return result

    def counts_agree(self) -> bool:
        """Whether ranks and anchors count exactly the set cells, and these are as many as keys."""
        shape = self.groups
        cells = ~_BEFORE[shape.cells_at]
        ones = np.bitwise_count(self.blocks.view(np.uint64) & cells).sum(axis=1, dtype=np.int64)
        before = np.cumsum(ones) - ones
        blocks = np.arange(len(self.blocks))
        return int(ones.sum()) == self.size and bool((self._ranks(blocks) == before).all())

    @property
    def _flat(self) -> Bytes:
        return self.blocks.reshape(-1)

    def _cell(self, group: Int64, low: UInt32) -> tuple[Int64, Int64]:
        """Block and bit within the block of each key's cell."""
        shape = self.groups
        block, within = np.divmod(group, shape.per_block)
        seed_at = block * BLOCK_BITS + shape.rank_bits + within * shape.seed_bits
        seed = bits.read(self._flat, seed_at, shape.seed_bits).astype(np.uint32)
        return block, shape.cells_at + within * shape.cells + cell(low, seed, shape.cells)

    def _rank(self, block: Int64, at: Int64) -> Int64:
        """Ones before bit ``at`` of the block among all cells of the cascade."""
        words = self.blocks[block].view(np.uint64)
        mask = _BEFORE[at] & ~_BEFORE[self.groups.cells_at]
        ones: Int64 = np.bitwise_count(words & mask).sum(axis=1, dtype=np.int64)
        return self._ranks(block) + ones

    def _ranks(self, block: Int64) -> Int64:
        """Ones before each of these blocks."""
        shape = self.groups
        at = block // shape.blocks_per_anchor * ANCHOR_BITS
        anchor = bits.read(self.anchors, at, ANCHOR_BITS)
        rank = bits.read(self._flat, block * BLOCK_BITS, shape.rank_bits)
        return anchor.astype(np.int64) + rank.astype(np.int64)


def place(hashes: UInt64, groups: int) -> tuple[Int64, UInt32]:
    """Group of each key by the high half of its level hash, and the low half for its cell.

    group = floor(high * groups / 2^32), which spreads evenly without a division.
    """
    group = ((hashes >> np.uint64(32)) * np.uint64(groups)) >> np.uint64(32)
    return group.astype(np.int64), hashes.astype(np.uint32)


def cell(low: UInt32, seed: UInt32 | np.uint32, cells: int) -> Int64:
    """Cell within its group of each key: floor(fmix32(low + seed * 0x9E3779B9) * cells / 2^32)."""
    if cells == 1:
        return np.zeros(low.shape, np.int64)
    mixed = murmur.fmix32(low + np.atleast_1d(seed) * np.uint32(0x9E3779B9)).astype(np.uint64)
    return ((mixed * np.uint64(cells)) >> np.uint64(32)).astype(np.int64)
