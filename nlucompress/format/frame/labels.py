"""The labels of a sealed model: front coding and a prefix code, so that they too count few bytes.

A label is its bytes and then symbol ``END + k``: it ends, and the next one begins with its first k
bytes, which are not written again. Every 16th label begins anew, so that one label can be read
without all those before it. (Front coding: Witten, Moffat and Bell 1999, section 4.1.)
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cache

import numpy as np
from numpy.typing import NDArray

from nlucompress.algo.coding import bits, entropy
from nlucompress.algo.coding.entropy import PrefixCode
from nlucompress.algo.hashing import murmur
from nlucompress.errors import FormatError

END = 256  # and what follows up to ALPHABET: ends of labels
ALPHABET = 512
RESTART = 16
MAX_TEXT = 1 << 16  # bytes; more text stays plain, since it is decoded symbol by symbol
STATIC = 13  # the nibble that stands for the static code; it begins no code table

# The static code as a code table: fitted to the names in 37 modules of Python's standard library.
STATIC_TABLE = bytes.fromhex(
    "f0ecccccccccccccccccaaabcaccaccccccc686757886a977666a66678989acc"
    "cc4c475546675b8565569454677879ccccf6f4699acbcccccccccfde"
)


@cache
def _static() -> PrefixCode:
    return entropy.parse(entropy.BitReader(np.frombuffer(STATIC_TABLE, np.uint8)), ALPHABET)


def encode(labels: Sequence[str]) -> NDArray[np.uint8]:
    """At least one label, and at most MAX_TEXT bytes with their ends, in the fewest bytes."""
    encoded = [murmur.encode_key(label) for label in labels]
    texts = [_symbols(encoded, shared) for shared in (_shared(encoded), [0] * len(encoded))]
    candidates = [each for text in texts for each in _coded(text)]
    return min(candidates, key=len)


def _shared(labels: Sequence[bytes]) -> list[int]:
    """How many bytes of each label the next one repeats."""
    shared = [0] * len(labels)
    for at in range(len(labels) - 1):
        one, next_ = labels[at], labels[at + 1]
        most = min(len(one), len(next_), ALPHABET - END - 1) if (at + 1) % RESTART else 0
        shared[at] = next((k for k in range(most) if one[k] != next_[k]), most)
    return shared


def _symbols(labels: Sequence[bytes], shared: Sequence[int]) -> NDArray[np.int64]:
    symbols: list[int] = []
    skipped = 0
    for label, next_skipped in zip(labels, shared, strict=True):
        symbols += [*label[skipped:], END + next_skipped]
        skipped = next_skipped
    return np.array(symbols, np.int64)


def _coded(text: NDArray[np.int64]) -> Iterable[NDArray[np.uint8]]:
    """The text in a code of its own, and in the static one if that has all of its symbols."""
    own, static = entropy.fit(np.bincount(text, minlength=ALPHABET)), _static()
    values, widths = entropy.write(own)
    yield _packed(own, text, values, widths)
    if (static.lengths[text] != entropy.ABSENT).all():
        yield _packed(static, text, [STATIC], [4])


def _packed(
    code: PrefixCode, text: NDArray[np.int64], values: list[int], widths: list[int]
) -> NDArray[np.uint8]:
    return bits.pack(
        np.concatenate((np.array(values, np.uint64), code.codes[text].astype(np.uint64))),
        np.concatenate((np.array(widths, np.int64), code.lengths[text].astype(np.int64))),
    )


def text_bytes(labels: Iterable[str]) -> int:
    """Bytes of the labels in UTF-8, one more for each: what MAX_TEXT bounds."""
    return sum(len(murmur.encode_key(label)) + 1 for label in labels)


def decode(data: NDArray[np.uint8], count: int, where: str) -> tuple[str, ...]:
    """Read this many labels.

    Raises:
        FormatError: The text is damaged.
    """
    reader = entropy.BitReader(data)
    try:
        if reader.peek(4) == STATIC:
            reader.take(4)
            code = _static()
        else:
            code = entropy.parse(reader, ALPHABET)
        if (code.lengths == entropy.ABSENT).all():
            raise ValueError("their code has no symbols")
        labels = _read(reader, code, count)
        if bits.byte_length(reader.position) != len(data):
            raise ValueError("more data follow the last label")
        return tuple(label.decode("utf-8") for label in labels)
    except ValueError as error:
        raise FormatError(f"{where}: the coded labels are damaged: {error}") from None


def _read(reader: entropy.BitReader, code: PrefixCode, count: int) -> list[bytes]:
    symbols, lengths = (table.tolist() for table in code.window)
    labels: list[bytes] = []
    label = bytearray()
    total = 0
    while len(labels) < count:
        window = reader.peek(entropy.MAX_LENGTH)
        reader.take(lengths[window])
        shared = symbols[window] - END
        if shared < 0:
            label.append(symbols[window])
        else:
            labels.append(bytes(label))
            total += len(label) + 1
            last = len(labels) % RESTART == 0 or len(labels) == count
            if shared > len(label) or (last and shared):
                raise ValueError("a label begins with more than there is")
            del label[shared:]
        if total + len(label) > MAX_TEXT:
            raise ValueError(f"they take more than {MAX_TEXT} bytes")
    return labels
