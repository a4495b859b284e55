"""What codes stand for: parts of a matrix, grids and codebooks, stored and read again."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from nlucompress.algo.quantization import affine
from nlucompress.errors import FormatError
from nlucompress.format.fields import Fields, Tensors
from nlucompress.format.matrices import numbers
from nlucompress.format.matrices.numbers import Codebook, Floats, Linear, Partition
from tests.builders.samples import int64, uint8

SHAPE = (3, 5)
ROWS, COLUMNS = np.indices(SHAPE)
PARTITIONS = [Partition(), Partition("row"), Partition("label"), Partition("group", 2)]


def again(stored: numbers.Numbers, shape: tuple[int, int] = SHAPE) -> numbers.Numbers:
    """Stored and read."""
    tensors: Tensors = {}
    description = stored.store("n", tensors)
    return numbers.parse(Fields(description, "n", tensors), shape)


def read(description: dict[str, Any], **tensors: Any) -> numbers.Numbers:
    """Read from a description as a file might hold it."""
    named = {f"n.{name}": array for name, array in tensors.items()}
    return numbers.parse(Fields(description, "n", named), SHAPE)


@pytest.mark.parametrize(
    ("partition", "count", "part"),
    [
        (PARTITIONS[0], 1, np.zeros_like(ROWS)),
        (PARTITIONS[1], 3, ROWS),
        (PARTITIONS[2], 5, COLUMNS),
        (PARTITIONS[3], 3, COLUMNS // 2),
        (Partition("group", 9), 1, COLUMNS * 0),
    ],
)
def test_parts(partition: Partition, count: int, part: Any) -> None:
    assert partition.count(SHAPE) == count
    assert partition.of(ROWS, COLUMNS).tolist() == part.tolist()
    assert Partition.parse(Fields(partition.describe(), "p", {})) == partition


@pytest.mark.parametrize("group", [0, -1, (1 << 20) + 1])
def test_bad_group(group: int) -> None:
    with pytest.raises(FormatError, match="group"):
        Partition.parse(Fields({"per": "group", "group": group}, "p", {}))


@pytest.mark.parametrize("partition", PARTITIONS)
@pytest.mark.parametrize("shared_zero", [True, False])
def test_linear_by_hand(partition: Partition, shared_zero: bool) -> None:
    parts = partition.count(SHAPE)
    scale = np.arange(1, parts + 1).astype(np.float32) / np.float32(8)
    zero = int64(2) if shared_zero else np.arange(parts, dtype=np.int64)
    linear = Linear(partition, scale, zero, 16)
    codes = np.arange(15, dtype=np.uint8).reshape(SHAPE)
    expected = [
        [
            (int(codes[r, c]) - int(zero[p if not shared_zero else 0])) * float(scale[p])
            for c in range(5)
            for p in [int(partition.of(int64(r), int64(c))[0])]
        ]
        for r in range(3)
    ]
    for each in (linear, again(linear)):
        assert each.decode(codes, ROWS, COLUMNS).tolist() == expected
    assert linear.zero(int64(parts - 1)).tolist() == [int(zero[-1])]


@pytest.mark.parametrize("partition", PARTITIONS)
def test_codebook_by_hand(partition: Partition) -> None:
    parts = partition.count(SHAPE)
    centroids = np.array([[0, -1, 3], [0, 5, 6], [0, -4, -2], [0, 1, 2], [0, 0.5, 7]], np.float32)
    book = Codebook(partition, centroids[:parts])
    codes = (np.arange(15, dtype=np.uint8) % 3).reshape(SHAPE)
    part = partition.of(ROWS, COLUMNS)
    expected = [[float(centroids[part[r, c], codes[r, c]]) for c in range(5)] for r in range(3)]
    for each in (book, again(book)):
        assert each.decode(codes, ROWS, COLUMNS).tolist() == expected
    assert [float(book.centroids[p, book.zero(int64(p))[0]]) for p in range(parts)] == [0.0] * parts


def test_only_what_belongs_to_rows_moves() -> None:
    order = int64(2, 0, 0)
    scale = np.array([1, 2, 3], np.float32)
    by_row = Linear(Partition("row"), scale, int64(4, 5, 6), 8).take(order)
    assert (by_row.scale.tolist(), by_row.zero_point.tolist()) == ([3, 1, 1], [6, 4, 4])
    shared = Linear(Partition("row"), scale, int64(4), 8).take(order)
    assert (shared.scale.tolist(), shared.zero_point.tolist()) == ([3, 1, 1], [4])
    by_group = Linear(Partition("group", 2), scale, int64(4, 5, 6), 8)
    assert by_group.take(order) is by_group
    centroids = np.array([[0, 1], [0, 2], [0, 3]], np.float32)
    moved = Codebook(Partition("row"), centroids).take(order)
    assert moved.centroids.tolist() == [[0, 3], [0, 1], [0, 1]]
    book = Codebook(Partition("label"), centroids)
    assert book.take(order) is book
    assert Floats().take(order) == Floats()


def test_of_grid() -> None:
    grid = affine.fit(np.array([[-1, 1], [0, 3]], np.float32), 4)
    linear = Linear.of_grid(Partition("row"), grid)
    codes = np.arange(16, dtype=np.uint8)
    rows = np.ones(16, np.int64)
    assert linear.decode(codes, rows, rows).tolist() == grid.values(codes, 1).tolist()
    assert linear.levels == 16


LINEAR = {"kind": "linear", "levels": 4, "per": "tensor", "scale": 0.5, "zero_point": 1}


def test_the_valid_neighbour() -> None:
    assert read(LINEAR).decode(uint8(3), int64(0), int64(0)).tolist() == [1.0]


@pytest.mark.parametrize(
    "change",
    [
        {"kind": "cubic"},
        {"levels": 1},
        {"levels": 513},
        {"per": "column"},
        {"zero_point": 4},
        {"zero_point": -1},
        {"scale": 1e39},
        {"scale": "1"},
        {"extra": 0},
        {"per": "row"},  # one scale, three rows
        {"per": "label"},
        {"per": "group", "group": 2},
    ],
    ids=str,
)
def test_bad_linear_is_refused(change: dict[str, Any]) -> None:
    with pytest.raises(FormatError):
        read({**LINEAR, **change})


def test_scales_must_be_as_many_as_parts() -> None:
    description = {"kind": "linear", "levels": 4, "per": "row", "zero_point": 1}
    assert read(description, scale=np.ones(3, np.float32)).levels == 4
    for scale in (np.ones(2, np.float32), np.ones(3), np.array([1, np.nan, 1], np.float32)):
        with pytest.raises(FormatError):
            read(description, scale=scale)


def test_centroids_must_be_as_many_as_parts() -> None:
    description = {"kind": "codebook", "levels": 2, "per": "row"}
    with pytest.raises(FormatError, match="first centroid"):
        read(description, centroids=np.array([[0, 1], [0, 1], [1, 0]], np.float32))
    assert read(description, centroids=np.zeros((3, 2), np.float32)).levels == 2
    for shape in ((2, 2), (3, 3), (6,)):
        with pytest.raises(FormatError):
            read(description, centroids=np.zeros(shape, np.float32))
    with pytest.raises(FormatError):
        read({**description, "levels": 257}, centroids=np.zeros((3, 257), np.float32))
