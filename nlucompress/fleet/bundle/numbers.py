"""The small numbers of a bundle: varints, and JSON numbers in half bytes."""

from __future__ import annotations

from collections.abc import Sequence

from nlucompress.errors import FormatError

LONGEST = 9  # bytes of a varint
_LETTERS = "0123456789.-e+"
_END = 15


class Cursor:
    """Reads bytes one after the other."""

    def __init__(self, data: memoryview, at: int = 0) -> None:
        """From a place on."""
        self._data, self.at = data, at

    def varint(self) -> int:
        """The next number.

        Raises:
            FormatError: The data end before it does, or it is too long.
        """
        number = 0
        for place in range(LONGEST):
            if self.at >= len(self._data):
                break
            byte = self._data[self.at]
            self.at += 1
            number |= (byte & 127) << 7 * place
            if byte < 128:
                return number
        raise FormatError("the bundle is damaged: a number does not end")

    def bytes(self, count: int) -> memoryview:
        """The next bytes.

        Raises:
            FormatError: There are fewer.
        """
        if count > len(self._data) - self.at:
            raise FormatError("the bundle is damaged: a record ends beyond its section")
        self.at += count
        return self._data[self.at - count : self.at]


def halves(numbers: Sequence[str]) -> bytes:
    """Numbers as JSON writes them, a half byte for a character and one for the end of each."""
    codes = [code for text in numbers for code in (*map(_LETTERS.index, text), _END)]
    codes += [_END] * (len(codes) % 2)
    return bytes(high << 4 | low for high, low in zip(codes[::2], codes[1::2], strict=True))


def numbers_of(data: bytes) -> list[str]:
    """The numbers that ``halves`` wrote.

    Raises:
        FormatError: The bytes are malformed.
    """
    codes = [code for byte in data for code in (byte >> 4, byte & 15)]
    found, current = [], ""
    for place, code in enumerate(codes):
        if code == _END:
            if current:
                found.append(current)
            elif place != len(codes) - 1:
                raise FormatError("the bundle is damaged: a value is empty")
            current = ""
        elif code < len(_LETTERS):
            current += _LETTERS[code]
        else:
            raise FormatError("the bundle is damaged: a half byte stands for nothing")
    if current:
        raise FormatError("the bundle is damaged: a value does not end")
    return found
