"""Rows of a matrix of codes as one bit stream with random access to blocks of rows.

A block holds a few rows. Sparse: first the number of entries of each row, then for each entry the
gap to the column before it and its symbol. Dense: the symbols only. Symbols, gaps and counts are
written in canonical prefix codes; gaps and symbols in the code of their row's count class, since a
row of many entries has smaller gaps and smaller weights. Symbols of fixed width are the alternative
for numbers that no prefix code can shorten, such as floats.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nlucompress.algo.coding import bits, entropy

Int64 = NDArray[np.int64]
UInt8 = NDArray[np.uint8]

CLASSES = 6  # rows of 1, 2, 3-4, 5-8, 9-16 and more entries
MAX_BLOCK_ENTRIES = 1 << 16  # that a reader may have to pass over to reach a row
FLOAT_BITS = 32  # symbols of this width are floats, any bits of which are a symbol
DIRECT = 128  # numbers below are tokens of their own


@dataclass(frozen=True)
class Rows:
    """Entries of consecutive rows: how many each has, and their columns and symbols.

    Attributes:
        counts: int64, shape (rows,).
        columns: int64, shape (sum(counts),), ascending within a row.
        symbols: int64, shape (sum(counts),).
        common: int64, shape (rows,): which common row a row is, -1 for none; a common row has no
            entries here. None where no row is common.
    """

    counts: Int64
    columns: Int64
    symbols: Int64
    common: Int64 | None = None


@dataclass(frozen=True)
class Codes:
    """The prefix codes of a stream; empty sequences where it needs none."""

    counts: Sequence[entropy.PrefixCode] = ()  # one
    gaps: Sequence[entropy.PrefixCode] = ()  # one per class
    symbols: Sequence[entropy.PrefixCode] = ()  # one per class (dense: one)

    @property
    def all(self) -> list[entropy.PrefixCode]:
        """All codes in the order in which they are written."""
        return [*self.counts, *self.gaps, *self.symbols]


@dataclass(frozen=True)
class Shape:
    """What reader and writer must agree on.

    Attributes:
        rows, columns: Size of the matrix.
        sparse: Whether rows list their entries, or hold one symbol per column.
        block_rows: Rows in a block.
        alphabet: Number of symbols.
        symbol_bits: Width of a symbol, 0 for prefix codes.
        common: Number of rows with words of their own, behind those of the counts.
    """

    rows: int
    columns: int
    sparse: bool
    block_rows: int
    alphabet: int
    symbol_bits: int
    common: int = 0

    @property
    def blocks(self) -> int:
        """Number of blocks."""
        return -(-self.rows // self.block_rows)

    @property
    def alphabets(self) -> tuple[list[int], list[int], list[int]]:
        """Sizes of the alphabets of the count, gap and symbol codes."""
        classes = CLASSES if self.sparse else 1
        return (
            [tokens_below(self.columns + 1) + self.common] if self.sparse else [],
            [tokens_below(self.columns)] * classes if self.sparse else [],
            [] if self.symbol_bits else [self.alphabet] * classes,
        )


def tokens_below(limit: int) -> int:
    """Number of tokens for the numbers 0 .. limit - 1."""
    return limit if limit <= DIRECT else DIRECT + (limit - 1).bit_length() - 7


def tokenize(numbers: Int64) -> tuple[Int64, Int64, Int64]:
    """Token of each number, its extra bits and their count.

    A number below 128 is its own token; a larger one of b bits is token 120 + b and the b - 1 bits
    below its leading one.
    """
    lengths = np.frexp(numbers.astype(np.float64))[1].astype(np.int64)
    large = numbers >= DIRECT
    extra = np.where(large, lengths - 1, 0)
    token = np.where(large, DIRECT - 8 + lengths, numbers)
    return token, numbers - np.where(large, np.int64(1) << extra, numbers), extra


def count_tokens(rows: Rows, shape: Shape) -> tuple[Int64, Int64, Int64]:
    """What ``tokenize`` gives of the counts; a common row is a token behind theirs."""
    token, extra, extra_bits = tokenize(rows.counts)
    if rows.common is None:
        return token, extra, extra_bits
    own = tokens_below(shape.columns + 1) + rows.common
    return np.where(rows.common < 0, token, own), extra, extra_bits


def count_class(counts: Int64) -> Int64:
    """Class of a row by its number of entries: min(bit length of count - 1, 5)."""
    lengths = np.frexp(np.maximum(counts - 1, 0).astype(np.float64))[1]
    return np.minimum(lengths, CLASSES - 1).astype(np.int64)


def gaps_of(rows: Rows) -> Int64:
    """Column minus the row's previous column minus one; the first entry counts from column 0."""
    gaps = rows.columns.copy()
    gaps[1:] -= rows.columns[:-1] + 1
    first = (np.cumsum(rows.counts) - rows.counts)[rows.counts > 0]
    gaps[first] = rows.columns[first]
    return gaps


def fit_codes(rows: Rows, shape: Shape) -> Codes:
    """The best prefix codes for these rows."""
    for_counts, for_gaps, for_symbols = shape.alphabets
    classes = classes_of(rows, shape)

    def fit(sizes: list[int], numbers: Int64, of: Int64) -> list[entropy.PrefixCode]:
        return [
            entropy.fit(np.bincount(numbers[of == index], minlength=size))
            for index, size in enumerate(sizes)
        ]

    return Codes(
        fit(for_counts, count_tokens(rows, shape)[0], np.zeros_like(rows.counts)),
        fit(for_gaps, tokenize(gaps_of(rows))[0], classes) if for_gaps else [],
        fit(for_symbols, rows.symbols, classes),
    )


def write_codes(codes: Codes) -> UInt8:
    """The codes' lengths as bytes."""
    values: list[int] = []
    widths: list[int] = []
    for code in codes.all:
        more_values, more_widths = entropy.write(code)
        values += more_values
        widths += more_widths
    return bits.pack(np.array(values, np.uint64), np.array(widths, np.int64))


def parse_codes(data: UInt8, shape: Shape) -> tuple[Codes, int]:
    """Codes at the front of the data, and the number of bytes that they take.

    Raises:
        ValueError: They are damaged.
    """
    reader = entropy.BitReader(data)
    counts, gaps, symbols = (
        [entropy.parse(reader, size) for size in sizes] for sizes in shape.alphabets
    )
    return Codes(counts, gaps, symbols), bits.byte_length(reader.position)


def stream_bits(rows: Rows, shape: Shape, codes: Codes) -> int:
    """Length in bits of the stream that ``encode`` would write."""
    classes = classes_of(rows, shape)
    total = 0
    if shape.sparse:
        total += int(_words(codes.counts, count_tokens(rows, shape))[1].sum())
        total += int(_words(codes.gaps, tokenize(gaps_of(rows)), classes)[1].sum())
    if shape.symbol_bits:
        return total + len(rows.symbols) * shape.symbol_bits
    return total + int(_words(codes.symbols, _plain(rows.symbols), classes)[1].sum())


def encode(rows: Rows, shape: Shape, codes: Codes) -> tuple[UInt8, Int64, int]:
    """Write the stream.

    Returns:
        The stream's bytes, the offset in bits of each block, and the stream's length in bits.
    """
    blocks, values, widths = _stream_words(rows, shape, codes)
    # Sums of whole numbers below 2^53 are exact in float64.
    lengths = np.bincount(blocks, weights=widths, minlength=shape.blocks).astype(np.int64)
    if shape.sparse:
        order = np.argsort(blocks, kind="stable")
        values, widths = values[order], widths[order]
    starts = np.cumsum(lengths) - lengths
    return bits.pack(values.astype(np.uint64), widths), starts, int(lengths.sum())


def classes_of(rows: Rows, shape: Shape) -> Int64:
    """Which of the codes each entry stands in."""
    if not shape.sparse:
        return np.zeros_like(rows.symbols)
    return np.repeat(count_class(rows.counts), rows.counts)


def _stream_words(rows: Rows, shape: Shape, codes: Codes) -> tuple[Int64, Int64, Int64]:
    """Block, value and width of every word; within a block they stand in stream order."""
    classes = classes_of(rows, shape)
    block = np.arange(shape.rows) // shape.block_rows
    if shape.symbol_bits:
        symbol = (rows.symbols, np.full_like(rows.symbols, shape.symbol_bits))
    else:
        symbol = _words(codes.symbols, _plain(rows.symbols), classes)
    if not shape.sparse:
        return np.repeat(block, rows.counts), *symbol
    count = _words(codes.counts, count_tokens(rows, shape))
    gap = _words(codes.gaps, tokenize(gaps_of(rows)), classes)
    values, widths = (
        np.concatenate((count[part], np.stack((gap[part], symbol[part]), axis=1).reshape(-1)))
        for part in (0, 1)
    )
    return np.concatenate((block, np.repeat(block, 2 * rows.counts))), values, widths


def _plain(symbols: Int64) -> tuple[Int64, Int64, Int64]:
    """Symbols as tokens without extra bits."""
    zero = np.zeros_like(symbols)
    return symbols, zero, zero


def _words(
    codes: Sequence[entropy.PrefixCode],
    tokens: tuple[Int64, Int64, Int64],
    classes: Int64 | None = None,
) -> tuple[Int64, Int64]:
    """Code word with extra bits, and width of both, of each token."""
    token, extra, extra_bits = tokens
    of = np.zeros_like(token) if classes is None else classes
    words = np.stack([code.codes for code in codes])[of, token]
    widths = np.stack([code.lengths for code in codes]).astype(np.int64)[of, token]
    return (words << extra_bits) | extra, widths + extra_bits
