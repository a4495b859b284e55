"""Phrases: round trips, what is refused, and one table in every place that spells it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import nlucompress
from nlucompress.errors import FormatError
from nlucompress.format.frame import phrases
from tests.reference.decoder import PHRASES

PART = Path(nlucompress.__file__).parent / "native/parts/phrases.h"


@pytest.mark.parametrize(
    "text", ["", "{}", "0123456", '{"features":"output', *phrases.TEXTS.values()]
)
def test_round_trip(text: str) -> None:
    short = phrases.shorten(text)
    assert phrases.expand(short) == text
    assert len(short) <= len(text)


def test_by_hand() -> None:
    assert phrases.shorten('x1234"weights') == b'x\x8c\xa2"\x1es'
    assert phrases.expand(b"\x80\xe3") == "0099"


def test_long_repetitions_stay_within_what_a_reader_takes() -> None:
    text = max(phrases.TEXTS.values(), key=len) * 40_000
    short = phrases.shorten(text)
    assert phrases.expand(short) == text


def test_a_byte_that_stands_for_nothing_is_refused() -> None:
    with pytest.raises(FormatError, match="stands for nothing"):
        phrases.expand(b"{\x7f}")
    with pytest.raises(FormatError, match="stands for nothing"):
        phrases.expand(b"{}\x7f")


def test_every_reader_has_the_same_table() -> None:
    words = {code: text for code, text in phrases.TEXTS.items() if not 0x80 <= code < 0xE4}
    words |= {0x7F00 + code: text for code, text in enumerate(phrases.LONGER)}
    assert words == PHRASES
    strings = re.findall(r'^ +"(.*)",$', PART.read_text("ascii"), re.MULTILINE)
    assert [re.sub(r"\\(.)", r"\1", each) for each in strings] == list(words.values())
