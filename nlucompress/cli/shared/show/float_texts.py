"""Floats of 32 bits as text: the fewest digits that give them back."""

from __future__ import annotations

from struct import error, pack, unpack

from nlucompress.native import extension


def floats(row: bytes) -> list[float]:
    """The numbers of a row of native floats."""
    return list(unpack(f"{len(row) // 4}f", row))


def float_texts(row: bytes) -> str:
    """The numbers of a row of native floats with spaces between."""
    if extension is not None:
        text: str = extension.float_texts(row)
        return text
    return " ".join(map(_text, floats(row)))


def _text(number: float) -> str:
    for digits in range(6, 10):
        text = f"{number:.{digits}}"
        if _rounded(float(text)) == number:
            break
    return text


def _rounded(number: float) -> float | None:
    """The nearest float of 32 bits, None where there is none."""
    try:
        rounded: float = unpack("f", pack("f", number))[0]
    except (error, OverflowError):
        return None
    return rounded
