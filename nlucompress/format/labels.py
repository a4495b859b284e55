"""The labels of a sealed model: their text in a prefix code, so that they too count few bytes."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from nlucompress.algo.coding import bits, entropy
from nlucompress.algo.hashing import murmur
from nlucompress.errors import FormatError

END = 0xFF  # ends a label: no byte of UTF-8 has this value
MAX_TEXT = 1 << 16  # bytes; more text stays plain, since it is decoded symbol by symbol


def encode(labels: Sequence[str]) -> NDArray[np.uint8]:
    """Code table of the 256 byte values, then the text, every label ended by byte 255.

    At least one label, and at most MAX_TEXT bytes with the ends.
    """
    text = np.frombuffer(text_of(labels), np.uint8)
    code = entropy.fit(np.bincount(text, minlength=256))
    values, widths = entropy.write(code)
    return bits.pack(
        np.concatenate((np.array(values, np.uint64), code.codes[text].astype(np.uint64))),
        np.concatenate((np.array(widths, np.int64), code.lengths[text].astype(np.int64))),
    )


def text_of(labels: Sequence[str]) -> bytes:
    """The labels as one text."""
    return b"".join(murmur.encode_key(label) + bytes([END]) for label in labels)


def decode(data: NDArray[np.uint8], count: int, where: str) -> tuple[str, ...]:
    """Read this many labels.

    Raises:
        FormatError: The text is damaged.
    """
    reader = entropy.BitReader(data)
    text = bytearray()
    try:
        code = entropy.parse(reader, 256)
        if (code.lengths == entropy.ABSENT).all():
            raise ValueError("their code has no symbols")
        symbols, lengths = (table.tolist() for table in code.window)
        ended = 0
        while ended < count:
            window = reader.peek(entropy.MAX_LENGTH)
            reader.take(lengths[window])
            ended += symbols[window] == END
            text.append(symbols[window])
            if len(text) > MAX_TEXT:
                raise ValueError(f"they take more than {MAX_TEXT} bytes")
        if bits.byte_length(reader.position) != len(data):
            raise ValueError("more data follow the last label")
        return tuple(each.decode("utf-8") for each in bytes(text).split(b"\xff")[:-1])
    except ValueError as error:
        raise FormatError(f"{where}: the coded labels are damaged: {error}") from None
