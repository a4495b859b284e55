"""Protocol Buffers on the wire: fields of a message as numbers and bytes, and back.

The encoding is that of the Protocol Buffers documentation ("Encoding"); what a field means, its
message's definition says.
"""

from __future__ import annotations

from collections.abc import Iterator

from nlucompress.errors import FormatError

VARINT, FIXED64, LENGTH, FIXED32 = 0, 1, 2, 5


def fields(data: memoryview, where: str) -> Iterator[tuple[int, int | memoryview]]:
    """Number and value of each field: an integer, or the bytes of everything else (views).

    Raises:
        FormatError: The bytes are no message.
    """
    at = 0
    while at < len(data):
        tag, at = _varint(data, at, where)
        number, kind = tag >> 3, tag & 7
        if kind == VARINT:
            value, at = _varint(data, at, where)
            yield number, value
            continue
        size = {FIXED64: 8, FIXED32: 4}.get(kind, -1)
        if kind == LENGTH:
            size, at = _varint(data, at, where)
        if not number or size < 0 or size > len(data) - at:
            raise FormatError(f"{where}: a field leads beyond its message; is the file damaged?")
        yield number, data[at : at + size]
        at += size


def varints(data: memoryview, where: str) -> Iterator[int]:
    """Packed integers as signed 64-bit numbers."""
    at = 0
    while at < len(data):
        value, at = _varint(data, at, where)
        yield signed(value)


def signed(value: int) -> int:
    """An unsigned 64-bit number as two's complement."""
    return value - (1 << 64) if value >= 1 << 63 else value


def _varint(data: memoryview, at: int, where: str) -> tuple[int, int]:
    value = 0
    for shift in range(0, 70, 7):
        if at >= len(data):
            break
        byte = data[at]
        at += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value & ((1 << 64) - 1), at
    raise FormatError(f"{where}: a number of the file breaks off; is the file damaged?")


def integer(number: int, value: int) -> bytes:
    """A field of an integer."""
    return varint(number << 3 | VARINT) + varint(value & ((1 << 64) - 1))


def block(number: int, value: bytes | str) -> bytes:
    """A field of bytes, text or a message."""
    data = value.encode() if isinstance(value, str) else value
    return head(number, len(data)) + data


def head(number: int, size: int) -> bytes:
    """What stands before a field of so many bytes."""
    return varint(number << 3 | LENGTH) + varint(size)


def varint(value: int) -> bytes:
    """A number in groups of 7 bits, lowest first."""
    result = bytearray()
    while value >= 0x80:
        result.append(value & 0x7F | 0x80)
        value >>= 7
    result.append(value)
    return bytes(result)
