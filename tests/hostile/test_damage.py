"""Every truncation and every single bit flip is refused or changes no answer."""

from __future__ import annotations

import numpy as np
import pytest

import nlucompress as nc
from nlucompress.errors import FormatError
from nlucompress.format import codec
from tests.hostile.samples import KEYS, answers, linear, model_bytes, packed, refused, wide

FILES = {
    "floats": model_bytes(linear(KEYS[:4])),
    "quantized": model_bytes(nc.quantize(linear(KEYS[:4]), nc.QuantizeOptions(bits=4))),
    "packed": model_bytes(packed(wide())),
    "packed floats": model_bytes(nc.pack(nc.phash(linear(KEYS[:4])))),
}


@pytest.mark.parametrize("name", FILES)
def test_every_truncation_is_refused(name: str) -> None:
    file = FILES[name]
    for length in range(len(file)):
        with pytest.raises(FormatError):
            codec.parse(file[:length])
    assert answers(file)


@pytest.mark.parametrize("name", FILES)
def test_more_bytes_are_refused(name: str) -> None:
    for more in (b"\0", b"\n", FILES[name]):
        with pytest.raises(FormatError):
            codec.parse(FILES[name] + more)


@pytest.mark.parametrize("name", ["floats", "packed"])
def test_every_bit_flip_is_refused_or_harmless(name: str) -> None:
    file = FILES[name]
    right = answers(file)
    harmless = 0
    for bit in range(8 * len(file)):
        damaged = flipped(file, bit)
        if not refused(damaged):
            assert answers(damaged) == right, f"bit {bit}"
            harmless += 1
    # Only what JSON may say in two ways, such as blanks behind the header.
    assert harmless < 8 * 64 * 2


@pytest.mark.parametrize("name", ["packed", "packed floats", "quantized"])
def test_flips_in_the_data_break_nothing_without_digests(name: str) -> None:
    """With the digests unchecked answers may be wrong, but nothing else may happen."""
    file = FILES[name]
    begin = 8 + int.from_bytes(file[:8], "little")
    outcomes = {
        refused(flipped(file, bit), verify=False) for bit in range(8 * begin, 8 * len(file), 5)
    }
    assert outcomes == {True, False}


def flipped(file: bytes, bit: int) -> bytes:
    """The file with one bit inverted."""
    damaged = bytearray(file)
    damaged[bit >> 3] ^= 128 >> (bit & 7)
    return bytes(damaged)


def test_two_files_spliced() -> None:
    one, other = model_bytes(packed(wide())), model_bytes(packed(wide(), bits=3))
    right = [answers(one), answers(other)]
    for at in np.linspace(1, min(len(one), len(other)) - 1, 200, dtype=int).tolist():
        spliced = one[:at] + other[at:]
        assert refused(spliced) or answers(spliced) in right
