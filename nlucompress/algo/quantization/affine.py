"""Uniform quantization: evenly spaced levels over a range in which zero is exactly one level.

    code = clip(round(w / scale) + zero_point, 0, levels - 1),   w' = (code - zero_point) * scale

so that a weight that rounds to zero becomes exactly zero and can be dropped. (Jacob et al. 2018,
section 2.1; with 256 levels it is the quantization of Strimel et al. 2018, section 3.1.)
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

Float32 = NDArray[np.float32]
RangeRule = Literal["minmax", "percentile", "mse"]

_SHRINKS = np.linspace(1.0, 0.1, 37)  # candidates of the least-squared-error search
_BLOCK = 1 << 21  # values of the parts that are fitted at once
_SAMPLE = 1 << 20  # values per part on which the search measures the error


@dataclass(frozen=True)
class Grid:
    """Levels of one or more parts.

    Attributes:
        scale: float32, shape (parts,): distance of two levels; 0 for a part that is all zero.
        zero_point: uint8, shape (parts,): the code of zero.
        levels: Number of codes, 2^bits.
    """

    scale: Float32
    zero_point: NDArray[np.uint8]
    levels: int

    def codes(
        self, values: NDArray[np.floating], part: NDArray[np.int64] | int
    ) -> NDArray[np.uint8]:
        """Code of each value by the grid of its part (broadcast against the values)."""
        scale = self.scale.astype(np.float64)[part]
        # A part of scale 0 holds only zeros: any divisor gives their code.
        steps = np.rint(values / np.where(scale > 0, scale, 1.0))
        low = -self.zero_point.astype(np.float64)[part]
        kept = np.clip(steps, low, low + (self.levels - 1))
        return (kept - low).astype(np.uint8)

    def values(self, codes: NDArray[np.integer], part: NDArray[np.int64] | int) -> Float32:
        """Number of each code: one float32 multiplication, so the same bits on every machine."""
        steps = codes.astype(np.int32) - self.zero_point.astype(np.int32)[part]
        return steps.astype(np.float32) * self.scale[part]


def fit(
    parts: NDArray[np.floating], bits: int, rule: RangeRule = "minmax", percentile: float = 99.9
) -> Grid:
    """Choose the range of each part.

    Args:
        parts: Values up to 1e30, shape (parts, values); NaN marks a place that holds no value.
        bits: 1 to 8.
        rule: ``minmax`` spans all values; ``percentile`` the central share of them (the rest is
            clipped); ``mse`` the shrunken min-max range of least squared error.
        percentile: Share in percent that ``percentile`` keeps within the range.
    """
    step = max(1, _BLOCK // max(parts.shape[1], 1))
    grids = [
        _fit(parts[begin : begin + step], bits, rule, percentile)
        for begin in range(0, max(len(parts), 1), step)
    ]
    scales, zeros = zip(*((grid.scale, grid.zero_point) for grid in grids), strict=True)
    return Grid(np.concatenate(scales), np.concatenate(zeros), 1 << bits)


def _fit(parts: NDArray[np.floating], bits: int, rule: RangeRule, percentile: float) -> Grid:
    low, high = _extremes(parts, rule, percentile)
    if rule == "mse":
        step = max(1, parts.shape[1] // _SAMPLE)
        sample = parts[:, ::step]
        best = np.full(len(parts), np.inf)
        shrink = np.ones(len(parts))
        for candidate in _SHRINKS:
            error = _squared_error(sample, _grid(low * candidate, high * candidate, bits))
            better = error < best
            best[better], shrink[better] = error[better], candidate
        low, high = low * shrink, high * shrink
    return _grid(low, high, bits)


def _extremes(
    parts: NDArray[np.floating], rule: RangeRule, percentile: float
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Lowest and highest value of each part's range, never on one side of zero only."""
    if rule != "percentile":
        present = ~np.isnan(parts)
        lowest = np.min(parts, axis=1, initial=0, where=present)
        highest = np.max(parts, axis=1, initial=0, where=present)
        return lowest.astype(np.float64), highest.astype(np.float64)
    low, high = np.zeros(len(parts)), np.zeros(len(parts))
    for index, part in enumerate(parts):
        present = part[~np.isnan(part)]
        if len(present):
            tail = (100 - percentile) / 2
            low[index], high[index] = np.percentile(present, [tail, 100 - tail]).tolist()
    return np.minimum(low, 0), np.maximum(high, 0)


def _grid(low: NDArray[np.float64], high: NDArray[np.float64], bits: int) -> Grid:
    levels = 1 << bits
    scale = ((high - low) / (levels - 1)).astype(np.float32)
    safe = np.where(scale > 0, scale.astype(np.float64), 1.0)
    zero_point = np.clip(np.rint(-low / safe), 0, levels - 1).astype(np.uint8)
    return Grid(scale, zero_point, levels)


def _squared_error(parts: NDArray[np.floating], grid: Grid) -> NDArray[np.float64]:
    part = np.arange(len(parts))[:, None]
    decoded = grid.values(grid.codes(np.nan_to_num(parts), part), part)
    error: NDArray[np.float64] = np.nansum((parts - decoded.astype(np.float64)) ** 2, axis=1)
    return error
