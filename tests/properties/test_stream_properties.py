"""Bit packing, offsets, prefix codes and coded rows over arbitrary numbers."""

from __future__ import annotations

import heapq
from itertools import pairwise

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from nlucompress.algo.coding import bits, entropy, offsets, rowcode
from nlucompress.algo.coding.rowdecode import Decoder
from tests.builders.samples import int64

COUNTS = st.one_of(
    st.lists(st.integers(0, 50), max_size=300),
    st.lists(st.integers(0, 1 << 40), max_size=40),
    st.lists(st.sampled_from([0, 0, 0, 1, 5]), max_size=900),
)


@given(
    st.lists(
        st.integers(0, bits.MAX_WIDTH).flatmap(
            lambda width: st.tuples(st.integers(0, (1 << width) - 1), st.just(width))
        ),
        max_size=60,
    )
)
def test_packed_values_are_one_big_number(pairs: list[tuple[int, int]]) -> None:
    values = np.array([value for value, _ in pairs], np.uint64)
    widths = int64(*(width for _, width in pairs))
    packed = bits.pack(values, widths)
    text = "".join(f"{value:0{width}b}" for value, width in pairs if width)
    assert len(packed) == bits.byte_length(len(text))
    assert "".join(f"{byte:08b}" for byte in packed.tolist()) == text.ljust(8 * len(packed), "0")
    position = 0
    for value, width in pairs:
        assert bits.read(packed, int64(position), width).tolist() == [value]
        position += width


@given(st.lists(st.integers(0, 1 << 40), max_size=400), st.integers(0, 1 << 40))
def test_offsets_come_back(values: list[int], more: int) -> None:
    ascending = sorted(values)
    packed = offsets.pack(int64(*ascending), (ascending or [0])[-1] + more)
    assert packed[np.arange(len(values), dtype=np.int64)].tolist() == ascending
    assert len(packed.data) == packed.size


@given(st.lists(st.integers(0, 30), max_size=600))
def test_offsets_of_short_steps_come_back(steps: list[int]) -> None:
    values = np.cumsum(np.array(steps, np.int64))
    packed = offsets.pack(values, int(values[-1]) if steps else 0)
    assert packed[np.arange(len(values), dtype=np.int64)].tolist() == values.tolist()


def huffman(counts: list[int]) -> tuple[int, int]:
    """Bits of the best code of any length, and the least possible longest word of one."""
    heap = [(count, 0) for count in counts if count]
    heapq.heapify(heap)
    total = 0
    while len(heap) > 1:
        (one, deep), (other, deeper) = heapq.heappop(heap), heapq.heappop(heap)
        total += one + other
        heapq.heappush(heap, (one + other, max(deep, deeper) + 1))
    return total, heap[0][1] if heap else 0


@given(COUNTS)
def test_prefix_code(counts: list[int]) -> None:
    array = int64(*counts)
    code = entropy.fit(array)
    used = [int(length) for length in code.lengths if length != entropy.ABSENT]
    assert [length != entropy.ABSENT for length in code.lengths] == [count > 0 for count in counts]
    assert all(length <= entropy.MAX_LENGTH for length in used)
    if len(used) > 1:
        assert sum(2.0**-length for length in used) == 1.0
    best, longest = huffman(counts)
    if len(used) == 1:
        assert used == [1]
        best, longest = sum(counts), 1  # an only symbol takes a bit, too
    cost, least = code.cost(array), entropy.entropy_bits(array)
    assert cost >= best
    assert cost >= least * (1 - 1e-9)
    if longest <= entropy.MAX_LENGTH:
        assert cost == best
        assert cost <= least + sum(counts)


@given(COUNTS)
def test_words_are_free_of_prefixes(counts: list[int]) -> None:
    code = entropy.fit(int64(*counts))
    present = np.flatnonzero(code.lengths != entropy.ABSENT)
    words = [(f"{code.codes[s]:012b}"[12 - code.lengths[s] :], int(s)) for s in present]
    symbols, lengths = code.window
    for word, symbol in words:
        window = int(word.ljust(12, "1"), 2)
        assert (symbols[window], lengths[window]) == (symbol, len(word))
    ordered = sorted(word for word, _ in words)
    assert not any(b.startswith(a) for a, b in pairwise(ordered))


@given(COUNTS)
def test_written_code_is_read(counts: list[int]) -> None:
    code = entropy.fit(int64(*counts))
    values, widths = entropy.write(code)
    data = bits.pack(np.array(values, np.uint64), np.array(widths, np.int64))
    reader = entropy.BitReader(data)
    assert entropy.parse(reader, len(counts)).lengths.tolist() == code.lengths.tolist()
    assert reader.position == sum(widths)


@st.composite
def coded_rows(draw: st.DrawFn) -> tuple[rowcode.Rows, rowcode.Shape]:
    """Rows of any sparsity, few or many columns, in prefix codes or of fixed width."""
    sparse, width = draw(st.booleans()), draw(st.sampled_from([0, 0, 3, 32]))
    height, columns = draw(st.integers(0, 9)), draw(st.sampled_from([1, 2, 7, 130, 1000]))
    rng = np.random.default_rng(draw(st.integers(0, 1 << 32)))
    share = rng.choice([0, 0.01, 0.3, 1], size=(height, 1))
    listed = rng.random((height, columns)) < share if sparse else np.ones((height, columns), bool)
    alphabet = 1 << width if width else draw(st.sampled_from([1, 2, 16, 300]))
    counts = listed.sum(axis=1).astype(np.int64)
    symbols = np.minimum(rng.geometric(0.3, int(counts.sum())) - 1, alphabet - 1)
    block_rows = draw(st.integers(1, 12))
    shape = rowcode.Shape(height, columns, sparse, block_rows, alphabet, width)
    return rowcode.Rows(counts, np.nonzero(listed)[1], symbols), shape


@given(coded_rows())
def test_coded_rows_come_back(case: tuple[rowcode.Rows, rowcode.Shape]) -> None:
    rows, shape = case
    codes = rowcode.fit_codes(rows, shape)
    stream, starts, length = rowcode.encode(rows, shape, codes)
    assert bits.byte_length(length) == len(stream)
    tables = rowcode.write_codes(codes)
    parsed, read = rowcode.parse_codes(np.concatenate((tables, stream)), shape)
    assert read == len(tables)
    decoder = Decoder(shape, parsed, offsets.pack(starts, length), stream, length)
    whole = decoder.rows(np.arange(shape.rows))
    assert whole.counts.tolist() == rows.counts.tolist()
    assert whole.columns.tolist() == rows.columns.tolist()
    assert whole.symbols.tolist() == rows.symbols.tolist()
    ends = np.cumsum(rows.counts)
    for row in reversed(range(shape.rows)):
        own = slice(int(ends[row] - rows.counts[row]), int(ends[row]))
        alone = decoder.rows(int64(row))
        assert alone.columns.tolist() == rows.columns[own].tolist()
        assert alone.symbols.tolist() == rows.symbols[own].tolist()
