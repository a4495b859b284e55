"""Matrices to coded rows: each in the smallest of its encodings."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from nlucompress.algo.coding import bits, commonrows, entropy, offsets, rowcode
from nlucompress.algo.coding.commonrows import CommonRows
from nlucompress.algo.coding.rowcode import Rows, Shape
from nlucompress.algo.hashing import murmur, static, static_build
from nlucompress.format.indexes.static_keys import Hashes, Static
from nlucompress.format.matrices.coded import Coded
from nlucompress.format.matrices.kinds import Matrix, Product, ProductQuantized
from nlucompress.format.matrices.numbers import Floats, Linear, Numbers
from nlucompress.format.matrices.plain import MAX_SPARSE_COLUMNS, Dense, Sparse
from nlucompress.format.matrices.static_rows import StaticRows
from nlucompress.progress import told

SPARSE_BLOCK = 8  # rows per block: fewer are found faster, more need fewer offsets
DENSE_BLOCK = 32  # symbols per block of dense rows, about
OFFSET_BITS = 14  # what the offset of a block takes, about
HASH_BITS = 2.3  # what a perfect hash takes for a key, about
FUNCTION_SHARE = 0.006  # what a static function takes above its bits, about
CODED_COST = 30  # bytes of description that coded rows take above plain codes, about
COMMON_TIMES = (5, 12, 40)  # how often a row of one entry occurs at least to be a common one
COMMON_COST = 6  # bytes of description that common rows take, about
MAX_FILLED = 1 << 28  # elements of a matrix whose zeros can be written out in memory


@dataclass(frozen=True)
class _Elements:
    """The non-zero elements of a matrix as symbols; ``zero`` is the symbol of all the others."""

    numbers: Numbers
    rows: Rows
    columns: int
    zero: int
    alphabet: int

    @property
    def count(self) -> int:
        return len(self.rows.counts) * self.columns

    def filled(self) -> Rows:
        """The same with every zero listed."""
        height = len(self.rows.counts)
        full = np.full((height, self.columns), self.zero, np.int64)
        full[np.repeat(np.arange(height), self.rows.counts), self.rows.columns] = self.rows.symbols
        columns = np.tile(np.arange(self.columns), height)
        return Rows(np.full(height, self.columns, np.int64), columns, full.reshape(-1))


def smallest(matrix: Matrix, block_rows: int | None = None) -> Matrix:
    """The matrix as coded rows, sparse or dense, in prefix codes or of fixed width, or as it is.

    Of a matrix that is made of matrices, each of these. ``block_rows`` is the rows in a block of
    prefix codes; None takes ``SPARSE_BLOCK`` of sparse rows and ``DENSE_BLOCK`` symbols of dense.
    """
    if isinstance(matrix, (Product, ProductQuantized)):
        children = {name: smallest(each, block_rows) for name, each in matrix.children.items()}
        changed: Matrix = replace(matrix, **children)  # type: ignore[arg-type]
        return changed
    if not isinstance(matrix, Dense | Sparse) or matrix.shape[1] > MAX_SPARSE_COLUMNS:
        return matrix
    elements = _elements(matrix)
    shapes = _shapes(elements, block_rows)
    sizes = {
        each: _bits(elements, each) + _offset_bits(each)
        for each in told("sizes of encodings", shapes)
    }
    best = min(sizes, key=lambda shape: sizes[shape])
    if isinstance(matrix, Dense) and matrix.codes.nbytes <= sizes[best] // 8 + CODED_COST:
        return matrix
    return _coded(elements, best)


def not_static(matrix: Matrix) -> str | None:
    """Why the rows of a matrix cannot be values of a static function, or None where they can."""
    if isinstance(matrix, (Product, ProductQuantized)):
        return "its rows are made of several matrices"
    if not isinstance(matrix, Dense | Sparse):
        return "its rows are packed already"
    if not isinstance(matrix.numbers, Floats) and matrix.numbers.partition.per == "row":
        return "every row has a scale or codebook of its own"
    if matrix.shape[1] > MAX_SPARSE_COLUMNS:
        return f"it has more than {MAX_SPARSE_COLUMNS:,} columns"
    return None


def saved_by_function(matrix: Matrix, fingerprint_bits: int) -> float:
    """Share of the bits of keys and rows that a static function saves against a perfect hash.

    0 for rows that cannot be its values and for floats, which were not made to be small.
    """
    if not isinstance(matrix, Dense | Sparse) or not_static(matrix) is not None:
        return 0.0
    if isinstance(matrix.numbers, Floats):
        return 0.0
    elements = _elements(matrix)
    keys = len(elements.rows.counts)
    sizes = {shape: _bits(elements, shape) for shape in _shapes(elements, None)}
    of_function = min(sizes.values())
    of_hash = min(size + _offset_bits(shape) for shape, size in sizes.items())
    hashed = of_hash + keys * (fingerprint_bits + HASH_BITS)
    stored = (of_function + keys * fingerprint_bits) * (1 + FUNCTION_SHARE)
    return 1 - stored / hashed if keys else 0.0


def static_function(keys: Hashes, matrix: Matrix) -> tuple[Static, StaticRows]:
    """Keys and rows as one static function, which holds the rows in their smallest encoding.

    Raises:
        ValueError: The rows cannot be values of a function, or its equations cannot be solved.
    """
    why = not_static(matrix)
    if why is not None or not isinstance(matrix, Dense | Sparse):
        raise ValueError(f"{why}, which a static function cannot hold")
    elements = _elements(matrix)
    shapes = [replace(shape, block_rows=1) for shape in _shapes(elements, 1)]
    if not elements.columns:
        shapes = shapes[:1]  # listed rows, whose counts take a bit: a value is never empty
    best = min(shapes, key=lambda shape: _bits(elements, shape))
    rows = elements.rows if best.sparse else elements.filled()
    common, written = commonrows.NONE, rows
    if best.sparse and not best.symbol_bits:
        common, written = _common(rows, best)
        best = replace(best, common=common.size)
    codes = rowcode.Codes()
    if best.sparse or not best.symbol_bits:
        codes = rowcode.fit_codes(written, best)
        stream, starts, end = rowcode.encode(written, best, codes)
        starts = np.append(starts, end)
    else:
        stream = bits.pack(rows.symbols.astype(np.uint64), best.symbol_bits)
        starts = np.arange(len(rows.counts) + 1) * best.columns * best.symbol_bits
    h1, h2 = keys.halves
    fingerprints = murmur.fingerprints(h2, keys.fingerprint_bits).astype(np.uint16)
    values = static_build.Values(fingerprints, keys.fingerprint_bits, stream, starts)
    function = static_build.build(static.handles(h1), values)
    longest = int(np.diff(starts).max(initial=0))
    sealed = StaticRows(
        elements.numbers,
        best,
        longest,
        np.concatenate((rowcode.write_codes(codes), commonrows.write(common, best))),
        function,
        keys.fingerprint_bits,
        common.counts,
    ).of_rows(rows)
    return Static(len(keys), keys.fingerprint_bits, values.total, function), sealed


def _common(rows: Rows, shape: Shape) -> tuple[CommonRows, Rows]:
    """The common rows with which all take fewest bits, if any; the rows, told by them."""

    def size(common: CommonRows, written: Rows) -> int:
        with_them = replace(shape, common=common.size)
        named = COMMON_COST * bool(common.size)
        beside = len(commonrows.write(common, shape)) + named
        return _sparse_bits(written, with_them) + 8 * beside

    tried = [(commonrows.NONE, rows)]
    for least in COMMON_TIMES:
        common = commonrows.choose(rows, shape, least)
        if common.size:
            tried.append((common, common.reduced(rows, shape)))
    return min(tried, key=lambda each: size(*each))


def _elements(matrix: Dense | Sparse) -> _Elements:
    """Symbols that mean the same in all parts of the matrix.

    Floats are their 32 bits; codes of grids with different zero points move to one zero point.
    """
    row, column, codes = matrix.entries()
    numbers = matrix.numbers
    zero, alphabet = 0, max(numbers.levels, 1)
    if isinstance(numbers, Floats):
        symbols = codes.astype(np.float32).view(np.uint32).astype(np.int64)
    else:
        symbols = codes.astype(np.int64)
    if isinstance(numbers, Linear):
        zero = int(numbers.zero_point.max(initial=0))
        symbols = symbols - numbers.zero(numbers.partition.of(row, column)) + zero
        alphabet = max(int(symbols.max(initial=0)), zero, 1) + 1
        numbers = replace(numbers, zero_point=np.array([zero], np.int64), levels=alphabet)
    at = np.nonzero(symbols != zero)
    listed_rows = np.broadcast_to(row, symbols.shape)[at]
    listed_columns = np.broadcast_to(column, symbols.shape)[at].astype(np.int64)
    counts = np.bincount(listed_rows, minlength=matrix.shape[0]).astype(np.int64)
    rows = Rows(counts, listed_columns, symbols[at])
    return _Elements(numbers, rows, matrix.shape[1], zero, alphabet)


def _shapes(elements: _Elements, block_rows: int | None) -> list[Shape]:
    """The encodings to choose from."""
    height, columns, alphabet = len(elements.rows.counts), elements.columns, elements.alphabet
    most = int(elements.rows.counts.max(initial=1))
    width = max(columns, 1)
    block = max(1, min(block_rows or SPARSE_BLOCK, rowcode.MAX_BLOCK_ENTRIES // max(most, 1)))
    dense_block = max(
        1, min(block_rows or DENSE_BLOCK // width, rowcode.MAX_BLOCK_ENTRIES // width)
    )
    floats = isinstance(elements.numbers, Floats)
    shapes = [Shape(height, columns, True, block, alphabet, 32 if floats else 0)]
    if elements.count <= MAX_FILLED:
        fixed = 32 if floats else (alphabet - 1).bit_length()
        shapes.append(Shape(height, columns, False, 1, alphabet, fixed))
        if not floats:
            shapes.append(Shape(height, columns, False, dense_block, alphabet, 0))
    return shapes


def _offset_bits(shape: Shape) -> int:
    """About what the offsets of the blocks take; rows of one length need none."""
    return 0 if not shape.sparse and shape.symbol_bits else OFFSET_BITS * shape.blocks


def _sparse_bits(rows: Rows, shape: Shape) -> int:
    """Bits of tables and stream of listed rows."""
    codes = rowcode.fit_codes(rows, shape)
    return 8 * len(rowcode.write_codes(codes)) + rowcode.stream_bits(rows, shape, codes)


def _bits(elements: _Elements, shape: Shape) -> int:
    """Bits of tables and stream in this encoding."""
    if not shape.sparse and shape.symbol_bits:
        return elements.count * shape.symbol_bits
    if shape.sparse:
        return _sparse_bits(elements.rows, shape)
    counts = np.bincount(elements.rows.symbols, minlength=shape.alphabet)
    counts[elements.zero] += elements.count - len(elements.rows.symbols)
    return entropy.fit(counts).cost(counts) + 4 * shape.alphabet


def _coded(elements: _Elements, shape: Shape) -> Coded:
    rows = elements.rows if shape.sparse else elements.filled()
    if not shape.sparse and shape.symbol_bits:
        end = len(rows.symbols) * shape.symbol_bits
        stream = bits.pack(rows.symbols.astype(np.uint64), shape.symbol_bits)
        return Coded(elements.numbers, shape, offsets.STRIDES[0], 0, end, stream)
    codes = rowcode.fit_codes(rows, shape)
    stream, starts, end = rowcode.encode(rows, shape, codes)
    packed = offsets.pack(starts, end)
    data = np.concatenate((rowcode.write_codes(codes), packed.data, stream))
    return Coded(elements.numbers, shape, packed.stride, packed.width, end, data)
