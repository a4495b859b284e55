"""The labels of a sealed model: their text in a prefix code, so that they too count few bytes."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from nlucompress.algo import bits, entropy, murmur
from nlucompress.errors import FormatError

END = 0xFF  # ends a label: no byte of UTF-8 has this value
CODED_LIMIT = 1 << 16  # more text than this stays plain: it is decoded symbol by symbol


def encode(labels: Sequence[str]) -> NDArray[np.uint8]:
    """Code table of the 256 byte values, then the text, every label ended by byte 255."""
    text = np.frombuffer(b"".join(murmur.encode_key(x) + bytes([END]) for x in labels), np.uint8)
    code = entropy.fit(np.bincount(text, minlength=256))
    values, widths = entropy.write(code)
    return bits.pack(
        np.concatenate((np.array(values, np.uint64), code.codes[text].astype(np.uint64))),
        np.concatenate((np.array(widths, np.int64), code.lengths[text].astype(np.int64))),
    )


def decode(data: NDArray[np.uint8], count: int, where: str) -> tuple[str, ...]:
    """Read this many labels.

    Raises:
        FormatError: The text is damaged.
    """
    reader = entropy.BitReader(data)
    text = bytearray()
    try:
        code = entropy.parse(reader, 256)
        symbols, lengths = (table.tolist() for table in code.window)
        ended = 0
        while ended < count:
            window = reader.peek(entropy.MAX_LENGTH)
            reader.take(max(lengths[window], 0 if count == 1 else 1))
            ended += symbols[window] == END
            text.append(symbols[window])
        return tuple(
            each.decode("utf-8", "surrogatepass") for each in bytes(text).split(b"\xff")[:-1]
        )
    except ValueError as error:
        raise FormatError(f"{where}: the coded labels are damaged: {error}") from None
