"""The cascade: shapes, sizes, ranks, and what an unseen key is told."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import numpy as np
import pytest
from numpy.typing import NDArray

from nlucompress.algo.coding import bits
from nlucompress.algo.hashing import mphf, mphf_build, murmur
from tests.builders.samples import hashed

UInt64 = NDArray[np.uint64]
SHAPES = [mphf.PLAIN, mphf.Groups(16, 4), mphf.Groups(32, 8)]
MANY = 100_000


@cache
def hashes(count: int = MANY, prefix: str = "key") -> tuple[UInt64, UInt64]:
    """Hashes of distinct keys."""
    return murmur.hash_keys(f"{prefix} {i}".encode() for i in range(count))


@cache
def built(shape: mphf.Groups) -> mphf.Cascade:
    """The cascade over the many keys."""
    return mphf_build.build(*hashes(), shape)


def bits_per_key(cascade: mphf.Cascade) -> float:
    """All that is stored of a cascade but its list of levels."""
    return 8 * (cascade.blocks.nbytes + cascade.anchors.nbytes) / cascade.size


@pytest.mark.parametrize(("shape", "limit"), [*zip(SHAPES, [2.92, 2.31, 2.19], strict=True)])
def test_bits_per_key(shape: mphf.Groups, limit: float) -> None:
    assert bits_per_key(built(shape)) <= limit


@pytest.mark.parametrize("shape", SHAPES)
def test_every_slot_is_taken_once(shape: mphf.Groups) -> None:
    slots = built(shape).slots(*hashes())
    assert np.array_equal(np.sort(slots), np.arange(MANY))


@pytest.mark.parametrize("shape", SHAPES)
def test_ranks_are_the_ones_before(shape: mphf.Groups) -> None:
    cascade = built(shape)
    assert cascade.counts_agree()
    assert len(cascade.blocks) == shape.block_count(cascade.levels)
    assert len(cascade.anchors) == 4 * shape.anchor_count(cascade.levels)


@pytest.mark.parametrize("gamma", [1.0, 1.5, 2.0, 5.0])
def test_gamma_trades_levels_for_bits(gamma: float) -> None:
    h1, h2 = hashes(3000)
    cascade = mphf_build.build(h1, h2, mphf.PLAIN, gamma)
    assert np.array_equal(np.sort(cascade.slots(h1, h2)), np.arange(3000))
    assert cascade.levels[0] == int(3000 * gamma)


def test_more_gamma_means_fewer_levels() -> None:
    levels = [
        len(mphf_build.build(*hashes(3000), mphf.PLAIN, gamma).levels) for gamma in (1.0, 2.0, 5.0)
    ]
    assert levels[0] > levels[1] > levels[2]


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("width", [4, 8, 12])
def test_false_positives_within_three_sigma(shape: mphf.Groups, width: int) -> None:
    cascade = built(shape)
    h1, h2 = hashes()
    by_slot = np.zeros(MANY, np.uint64)
    by_slot[cascade.slots(h1, h2)] = murmur.fingerprints(h2, width)
    stored = bits.pack(by_slot, width)
    other1, other2 = hashes(MANY, "unseen")
    slots = cascade.slots(other1, other2)
    asked = slots >= 0
    read = bits.read(stored, slots[asked] * width, width)
    positives = int((read == murmur.fingerprints(other2, width)[asked]).sum())
    # Every unseen key that reaches a slot passes with probability 2^-r.
    expected = int(asked.sum()) / 2**width
    assert abs(positives - expected) <= 3 * np.sqrt(expected * (1 - 2.0**-width))
    assert asked.sum() > 0.9 * MANY


@pytest.mark.parametrize("cells", range(1, mphf.MAX_CELLS + 1))
def test_every_shape_fills_a_block(cells: int) -> None:
    for seed_bits in range(mphf.MAX_SEED_BITS + 1):
        shape = mphf.Groups(cells, seed_bits)
        used = shape.rank_bits + shape.per_block * (cells + seed_bits)
        assert used == mphf.BLOCK_BITS
        assert 12 <= shape.rank_bits <= bits.MAX_WIDTH
        ones_before_last_block = (shape.blocks_per_anchor - 1) * shape.per_block * cells
        assert ones_before_last_block < 1 << shape.rank_bits


@pytest.mark.parametrize(("cells", "seed_bits"), [(0, 4), (41, 4), (16, -1), (16, 9)])
def test_shape_out_of_range(cells: int, seed_bits: int) -> None:
    with pytest.raises(ValueError, match="1 to 40 cells"):
        mphf.Groups(cells, seed_bits)


@pytest.mark.parametrize("shape", [*SHAPES, mphf.Groups(40, 0), mphf.Groups(1, 8)])
@pytest.mark.parametrize("count", [0, 1, 2, 17])
def test_few_keys(shape: mphf.Groups, count: int) -> None:
    h1, h2 = hashes(count)
    cascade = mphf_build.build(h1, h2, shape)
    assert np.array_equal(np.sort(cascade.slots(h1, h2)), np.arange(count))
    assert cascade.counts_agree()


def test_no_keys_know_no_key() -> None:
    assert mphf_build.build(*hashes(0), mphf.PLAIN).slots(*hashes(3)).tolist() == [-1, -1, -1]


def test_chunks_of_the_search_leave_no_seam(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = mphf_build.build(*hashes(2000), mphf.Groups(16, 4))
    monkeypatch.setattr(mphf_build, "BUILD_CELLS", 48)
    parts = mphf_build.build(*hashes(2000), mphf.Groups(16, 4))
    assert np.array_equal(whole.blocks, parts.blocks)


def test_two_equal_hashes_do_not_hang() -> None:
    same = np.array([5, 5], np.uint64)
    with pytest.raises(ValueError, match="2 keys found no bit on 255 levels"):
        mphf_build.build(same, same, mphf.PLAIN)


def test_a_seed_is_the_lowest_of_the_best() -> None:
    # One key in a group is alone under every seed.
    h1, h2 = hashes(1)
    block = mphf_build.build(h1, h2, mphf.Groups(16, 4)).blocks
    shape = mphf.Groups(16, 4)
    at = np.array([shape.rank_bits], np.int64)
    assert bits.read(block.reshape(-1), at, 4).tolist() == [0]
    assert int(np.bitwise_count(block).sum()) == 1


@pytest.mark.parametrize("bit", [0, 11, 12, 511])
def test_counts_notice_a_flipped_bit(bit: int) -> None:
    cascade = mphf_build.build(*hashes(1200), mphf.PLAIN)
    blocks = cascade.blocks.copy()
    blocks.reshape(-1)[64 + bit // 8] ^= 0x80 >> bit % 8
    assert not replace(cascade, blocks=blocks).counts_agree()


def test_smallest_hash() -> None:
    # One level of one cell: a rank of twelve zero bits, the cell's one, 499 unused cells.
    index = hashed(["a"], fingerprint_bits=8)
    assert index.cascade.levels == (1,)
    assert index.cascade.blocks.tobytes() == b"\0\x08" + bytes(62)
    assert index.cascade.anchors.tobytes() == bytes(4)
    h2 = murmur.hash_keys([b"a"])[1]
    assert index.fingerprints.tolist() == [int(h2[0]) >> 56]
