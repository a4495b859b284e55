"""Labels in a prefix code: by hand, round trips, and damage that must end."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from nlucompress.algo.coding import bits, entropy
from nlucompress.errors import FormatError
from nlucompress.format import labels


def test_smallest_file() -> None:
    # 255 absent symbols: 15, run 255 - 18; then 1, the only symbol's bit; then that bit.
    assert labels.encode([""]).tobytes() == b"\xfe\xd1\x00"
    assert labels.decode(np.frombuffer(b"\xfe\xd1\x00", np.uint8), 1, "labels") == ("",)


def test_two_symbols_by_hand() -> None:
    # Absent: 97 (15, 79), `a` of 1 bit, absent: 157 (15, 139), the end of 1 bit; then a, end.
    assert labels.encode(["a"]).tobytes() == b"\xf4\xf1\xf8\xb1\x40"


@pytest.mark.parametrize(
    "names",
    [
        ["", "a"],
        ["no", "yes"],
        ["ä", "日本", "\0", "😀"],
        [f"label {i}" for i in range(200)],
        ["a" * 1000],
    ],
)
def test_round_trip(names: list[str]) -> None:
    assert labels.decode(labels.encode(names), len(names), "labels") == tuple(names)


def test_common_letters_take_few_bits() -> None:
    names = [f"{'e' * 20}{i}" for i in range(100)]
    assert len(labels.encode(names)) < 0.4 * sum(len(name) + 1 for name in names)


def test_truncated_text_is_refused() -> None:
    names = [f"label {i}" for i in range(50)]
    data = labels.encode(names)
    for length in range(len(data)):
        with pytest.raises(FormatError, match="here: the coded labels are damaged"):
            labels.decode(data[:length], 50, "here")


def test_more_labels_than_there_are_is_refused() -> None:
    with pytest.raises(FormatError):
        labels.decode(labels.encode(["ab", "cd"]), 12, "labels")


def test_text_that_is_no_utf8_is_refused() -> None:
    counts = np.zeros(256, np.int64)
    counts[[0xC3, labels.END]] = 1
    values, widths = entropy.write(entropy.fit(counts))
    data = bits.pack(np.array([*values, 0, 1], np.uint64), np.array([*widths, 1, 1], np.int64))
    with pytest.raises(FormatError):
        labels.decode(data, 1, "labels")


def test_a_text_that_never_ends_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """A code whose only symbol is a letter takes no bits: the stream would never run out."""
    counts = np.zeros(256, np.int64)
    counts[ord("a")] = 1
    values, widths = entropy.write(entropy.fit(counts))
    data = bits.pack(np.array(values, np.uint64), np.array(widths, np.int64))
    taken: list[int] = []
    take = entropy.BitReader.take

    def counted(self: entropy.BitReader, width: int) -> int:
        taken.append(width)
        assert len(taken) < 10_000, "the labels are read without end"
        return take(self, width)

    monkeypatch.setattr(entropy.BitReader, "take", counted)
    with pytest.raises(FormatError):
        labels.decode(data, 1, "labels")


def test_a_code_without_symbols_is_refused() -> None:
    data: Any = labels.encode([])
    with pytest.raises(FormatError):
        labels.decode(data, 2, "labels")
