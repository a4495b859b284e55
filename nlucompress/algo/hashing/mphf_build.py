"""Building a minimal perfect hash: level by level, the best seed per group of cells."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from nlucompress.algo.hashing import murmur
from nlucompress.algo.hashing.mphf import (
    BLOCK_BITS,
    MAX_KEYS,
    MAX_LEVELS,
    Cascade,
    Groups,
    Int64,
    UInt64,
    cell,
    place,
)
from nlucompress.native import extension
from nlucompress.progress import tell

Level = tuple[NDArray[np.uint8], NDArray[np.bool_], NDArray[np.bool_]]

BUILD_CELLS = 1 << 20  # cells optimized at a time: their counters fit the processor's cache


def build(h1: UInt64, h2: UInt64, groups: Groups, gamma: float = 1.0) -> Cascade:
    """Build the cascade over distinct 128-bit hashes; the result ignores the keys' order.

    Args:
        h1: First halves of the keys' hashes, shape (n,).
        h2: Second halves, shape (n,).
        groups: Shape of a group.
        gamma: Cells per key on each level; more cells, fewer levels and more bits.

    Raises:
        ValueError: Too many keys, or the cascade does not end (two keys share 128 bits).
    """
    size = len(h1)
    if size > MAX_KEYS:
        raise ValueError(f"{size} keys are more than the {MAX_KEYS} that 32-bit ranks can count")
    levels: list[int] = []
    seeds: list[NDArray[np.uint8]] = []
    cells: list[NDArray[np.bool_]] = []
    while len(h1):
        if len(levels) == MAX_LEVELS:
            raise ValueError(f"{len(h1)} keys found no bit on {MAX_LEVELS} levels")
        count = max(1, int(np.ceil(gamma * len(h1) / groups.cells)))
        if groups.cells == 1:
            count = max(count, min(2, len(h1)))  # two keys never part in a single cell
        levels.append(count)
        best_seeds = _best_seeds if extension is None else _native_best_seeds
        seed, single, placed = best_seeds(h1, h2, len(levels), count, groups)
        seeds.append(seed)
        cells.append(single)
        h1, h2 = h1[~placed], h2[~placed]
        tell(f"hash, level {len(levels)}", 1 - len(h1) / size)
    return _lay_out(size, groups, tuple(levels), seeds, cells)


def _native_best_seeds(h1: UInt64, h2: UInt64, level: int, count: int, shape: Groups) -> Level:
    """The same as ``_best_seeds`` in C."""
    assert extension is not None, "called only where it is there"
    seeds, *flags = extension.best_seeds(h1, h2, level, count, shape.cells, shape.seed_bits)
    single, placed = (np.frombuffer(each, np.bool_) for each in flags)
    return np.frombuffer(seeds, np.uint8), single, placed


def _best_seeds(h1: UInt64, h2: UInt64, level: int, count: int, shape: Groups) -> Level:
    """Of all seeds the one (lowest of equals) per group with most single cells; its bits; who fits.

    Returns the seeds (count,), the set cells (count * cells,) and per key whether it was placed.
    """
    group, low = place(murmur.level_hash(h1, h2, level), count)
    order = np.argsort(group, kind="stable")
    group, low = group[order], low[order]
    chunk = max(1, BUILD_CELLS // shape.cells)
    ends = np.searchsorted(group, np.arange(chunk, count + chunk, chunk))
    best_seed = np.zeros(count, np.uint8)
    single = np.zeros(count * shape.cells, np.bool_)
    placed = np.zeros(len(group), np.bool_)
    begin = 0
    for index, end in enumerate(ends.tolist()):
        first = index * chunk
        last = min(first + chunk, count)
        where = (group[begin:end] - first) * shape.cells
        keys = low[begin:end]
        best = np.full(last - first, -1, np.int64)
        for seed in range(1 << shape.seed_bits):
            alone = _alone(where + cell(keys, np.uint32(seed), shape.cells), (last - first), shape)
            score = alone.reshape(-1, shape.cells).sum(axis=1)
            better = score > best
            best[better] = score[better]
            best_seed[first:last][better] = seed
        chosen = best_seed[first:last].astype(np.uint32)[group[begin:end] - first]
        at = where + cell(keys, chosen, shape.cells)
        alone = _alone(at, last - first, shape)
        single[first * shape.cells : last * shape.cells] = alone
        placed[begin:end] = alone[at]
        begin = end
    result = np.zeros(len(placed), np.bool_)
    result[order] = placed
    return best_seed, single, result


def _alone(at: Int64, groups: int, shape: Groups) -> NDArray[np.bool_]:
    alone: NDArray[np.bool_] = np.bincount(at, minlength=groups * shape.cells) == 1
    return alone


def _lay_out(
    size: int,
    shape: Groups,
    levels: tuple[int, ...],
    seeds: list[NDArray[np.uint8]],
    cells: list[NDArray[np.bool_]],
) -> Cascade:
    """Join the levels and interleave ranks, seeds and cells into blocks."""
    blocks = shape.block_count(levels)
    total = blocks * shape.per_block
    one_bits = np.zeros((total, shape.cells), np.bool_)
    one_bits[: sum(levels)] = np.concatenate([*cells, np.zeros(0, np.bool_)]).reshape(
        -1, shape.cells
    )
    seed_values = np.zeros(total, np.uint8)
    seed_values[: sum(levels)] = np.concatenate([*seeds, np.zeros(0, np.uint8)])
    ones = one_bits.reshape(blocks, shape.per_block * shape.cells).sum(axis=1, dtype=np.int64)
    before = np.cumsum(ones) - ones
    anchors = before[:: shape.blocks_per_anchor]
    rank = before - np.repeat(anchors, shape.blocks_per_anchor)[:blocks]
    laid = np.zeros((blocks, BLOCK_BITS), np.uint8)
    laid[:, : shape.rank_bits] = _to_bits(rank.astype(np.uint64), shape.rank_bits)
    cells_at = shape.cells_at
    laid[:, shape.rank_bits : cells_at] = _to_bits(seed_values, shape.seed_bits).reshape(
        blocks, cells_at - shape.rank_bits
    )
    laid[:, cells_at:] = one_bits.reshape(blocks, BLOCK_BITS - cells_at)
    packed_anchors = anchors.astype(">u4").view(np.uint8)
    return Cascade(size, shape, levels, np.packbits(laid, axis=1), packed_anchors)


def _to_bits(values: NDArray[np.unsignedinteger], width: int) -> NDArray[np.uint8]:
    """Bits of each value, most significant first, shape (n, width)."""
    shifts = np.arange(width - 1, -1, -1, dtype=np.uint64)
    return ((values.astype(np.uint64)[:, None] >> shifts) & np.uint64(1)).astype(np.uint8)
