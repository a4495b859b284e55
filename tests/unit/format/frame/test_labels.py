"""Labels in a prefix code: by hand, round trips, and damage that must end."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import nlucompress
from nlucompress.algo.coding import bits, entropy
from nlucompress.errors import FormatError
from nlucompress.format.frame import labels
from tests.reference.decoder import STATIC_LABELS


def test_smallest_file() -> None:
    # 13, and the end in the static code: the last of its words of 4 bits, 0101.
    assert labels.encode([""]).tobytes() == b"\xd5"
    assert labels.decode(np.frombuffer(b"\xd5", np.uint8), 1, "labels") == ("",)


def test_a_code_of_its_own_by_hand() -> None:
    # Absent: 1 (0), then \1 of 1 bit, absent: 254 (15, 236), the end of 1 bit, absent: 255 (15,
    # 237); then 1, end.
    data = b"\x01\xfe\xc1\xfe\xd4"
    assert labels.encode(["\1"]).tobytes() == data
    assert labels.decode(np.frombuffer(data, np.uint8), 1, "labels") == ("\1",)


def test_beginnings_are_written_once() -> None:
    names = [f"a_common_beginning_{i:03}" for i in range(64)]
    alone = labels.encode(names[:1])
    assert len(labels.encode(names)) < 8 * len(alone)
    assert labels.decode(labels.encode(names), 64, "labels") == tuple(names)


@pytest.mark.parametrize(
    ("names", "ends"),
    [
        (["ab", "ac"], [3, 0]),  # more than the label has
        (["ab", "ac"], [0, 1]),  # behind the last
        ([str(n) for n in range(10, 27)], [0] * 15 + [1, 0]),  # behind the sixteenth
    ],
)
def test_beginnings_that_are_not_there_are_refused(names: list[str], ends: list[int]) -> None:
    def coded(ends: list[int]) -> Any:
        text = labels._symbols([name.encode() for name in names], [0] * len(names))
        text[text >= labels.END] += ends
        return next(iter(labels._coded(text)))

    assert labels.decode(coded([0] * len(names)), len(names), "labels") == tuple(names)
    with pytest.raises(FormatError, match="begins with more than there is"):
        labels.decode(coded(ends), len(names), "labels")


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
    counts = np.zeros(labels.ALPHABET, np.int64)
    counts[[0xC3, labels.END]] = 1
    values, widths = entropy.write(entropy.fit(counts))
    data = bits.pack(np.array([*values, 0, 1], np.uint64), np.array([*widths, 1, 1], np.int64))
    with pytest.raises(FormatError):
        labels.decode(data, 1, "labels")


def test_a_text_that_never_ends_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """A code whose only symbol is a letter takes no bits: the stream would never run out."""
    counts = np.zeros(labels.ALPHABET, np.int64)
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


def test_every_reader_has_the_same_static_code() -> None:
    part = (Path(nlucompress.__file__).parent / "native/parts/labels.h").read_text("ascii")
    spelled = re.findall(r"0x([0-9A-F]{2}),? *\n?", part[part.index("table[] = {") :][:500])
    assert bytes.fromhex("".join(spelled)) == labels.STATIC_TABLE == STATIC_LABELS
