"""A static dictionary for the description of a sealed file: one byte for a phrase of its JSON.

The JSON is printable ASCII. Of the other bytes, a hundred stand for two digits each and sixty for
what descriptions say again and again, so that hardly more than the numbers is left.
"""

from __future__ import annotations

import re

from nlucompress.errors import FormatError

MOST, TIMES = 1 << 20, 8  # a text of n bytes stands for at most MOST + TIMES * n characters

_DIGITS = tuple(f"{number:02}" for number in range(100))  # from 0x80 on
_PHRASES = (  # from 0xE4 on, and from 0x00 on
    '{"features":{"chars":[',
    '],"kind":"ngrams","weighting":"binary","words":[',
    '{"features":{"kind":"',
    'words"},"labels":{"count":',
    'attributes"},"labels":{"count":',
    'vectorizer","parts":[{"accents":"',
    '","analyzer":"',
    '","lowercase":true,"ngrams":[',
    '","shortest":',
    ',"signed":false,"stop_words":[',
    '],"vocabulary":true,"weighting":"',
    '{"features":{"buckets":',
    '{"labels":[],"sealed":true,"tables":{"',
    '},"labels":{"count":',
    '},"network":{"kind":"',
    'linear","settings":{"link":"',
    'margin"},"tensors":{"bias',
    '"},"tensors":{"',
    '},"tensors":{"',
    'crf","settings":{},"tensors":{"transitions',
    'dan","settings":{"activation":"relu","layers":',
    '":{"kind":"dense","numbers":{"kind":"float"}},"',
    '":{"kind":"dense","numbers":{"kind":"float"}}',
    '{"kind":"dense","numbers":{"kind":"float"}}',
    '{"kind":"dense","numbers":{"kind":"',
    '{"kind":"product","left":',
    ',"kind":"pq"',
    '{"block_rows":',
    ',"kind":"coded","numbers":{"kind":"',
    'linear","levels":',
    ',"per":"tensor","scale":0.',
    ',"per":"tensor","scale":1.0,"zero_point":0',
    ',"per":"row"',
    ',"zero_point":',
    '},"offsets":[',
    '],"shape":[',
    '],"sparse":true,"stream_bits":',
    '],"sparse":false,"stream_bits":',
    ',"symbol_bits":',
    '}},"sealed":true,"tables":{"',
    '":{"closed":true,"keys":{"fingerprint_bits":',
    '":{"keys":{"fingerprint_bits":',
    ',"groups":[16,4],"kind":"hash","levels":[',
    '],"size":',
    '},"matrix":',
    '}},"tensors":[["tables.',
    '.keys.hash","U8",',
    '],["labels.coded","U8",',
    '],["network.tensors.',
    '],["tables.',
    ".matrix",
    '.codes","F32",',
    '.codes","U8",',
    '.rows","U8",',
    '.numbers.scale","F',
    "features",
    "embeddings",
    "centroids",
    "weight",
    "output",
)
LONGER = (  # two bytes: 0x7F, and from 0x00 on
    ',"kind":"static","offsets":[',
    '],"places":',
    ',"size":',
    ',"stored":',
    '{"columns":',
    ',"kind":"static","longest":',
    ',"numbers":{"kind":"',
    '},"sparse":true,"symbol_bits":0',
    ',"common":[',
)
_LEAD = 0x7F
_CODES = (*range(0x80, 0x100), *range(0x20))
TEXTS = dict(zip(_CODES, _DIGITS + _PHRASES, strict=True))
_BYTES = {text: bytes([code]) for code, text in TEXTS.items()} | {
    text: bytes([_LEAD, code]) for code, text in enumerate(LONGER)
}
_PATTERN = re.compile("|".join(map(re.escape, sorted(_BYTES, key=lambda text: (-len(text), text)))))
_EXPANDED = [TEXTS.get(code, chr(code)) for code in range(256)]


def shorten(text: str) -> bytes:
    """ASCII text with the longest phrase at every place as one byte."""
    pieces: list[bytes] = []
    at = 0
    for match in _PATTERN.finditer(text):
        pieces += [text[at : match.start()].encode("ascii"), _BYTES[match.group()]]
        at = match.end()
    short = b"".join(pieces) + text[at:].encode("ascii")
    return short if len(text) <= MOST + TIMES * len(short) else text.encode("ascii")


def expand(data: bytes) -> str:
    """The text that bytes stand for.

    Raises:
        FormatError: A byte stands for nothing, or the text is longer than a writer's may be.
    """
    pieces: list[str] = []
    follows = False  # the lead of two bytes
    for byte in data:
        if follows and byte >= len(LONGER):
            break
        if byte != _LEAD or follows:
            pieces.append(LONGER[byte] if follows else _EXPANDED[byte])
        follows = byte == _LEAD and not follows
    else:
        if not follows:
            return _bounded(pieces, MOST + TIMES * len(data))
    raise FormatError("the description holds a byte that stands for nothing: it is damaged")


def _bounded(pieces: list[str], most: int) -> str:
    if sum(map(len, pieces)) > most:
        raise FormatError("the description stands for too long a text: it is damaged")
    return "".join(pieces)
