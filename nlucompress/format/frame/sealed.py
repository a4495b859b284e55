"""The sealed form: a safetensors file of one tensor, which holds description and data in one.

1 byte    version of the format
16 bytes  digest of all that follows
4 bytes   length of the description, little-endian
...       the description: canonical JSON in phrases, with the list of tensors in it
...       the tensors, one after the other
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nlucompress.algo.hashing import murmur
from nlucompress.errors import FormatError
from nlucompress.format.frame import container, phrases
from nlucompress.format.frame.canonical import (
    FORMAT_VERSION,
    canonical,
    check_version,
    is_text,
    load_canonical,
)
from nlucompress.format.frame.container import DTYPES, Entry, Frame

TENSOR = "nlu"
ALIGNMENT = 64  # of the first byte of the data in a large file: blocks of a hash fit cache lines
ALIGNED_FROM = 1 << 16  # bytes of data; in a smaller file, blanks would count more
_DIGEST_AT, _LENGTH_AT, _TEXT_AT = 1, 17, 21


def front(
    description: Mapping[str, Any],
    entries: Mapping[str, Entry],
    raws: Mapping[str, NDArray[np.uint8]],
) -> tuple[bytes, str]:
    """Everything of a file before the tensors' bytes, and the digest of the model.

    Args:
        description: Without digests and version.
        entries: The tensors in the order of their data.
        raws: Their bytes.
    """
    text = phrases.shorten(text_of(description, entries))
    after = len(text).to_bytes(_TEXT_AT - _LENGTH_AT, "little") + text
    digest = murmur.digest(after, *(raws[name].data for name in entries))
    record = bytes([FORMAT_VERSION]) + bytes.fromhex(digest) + after
    data = sum(len(raws[name]) for name in entries)
    size = len(record) + data
    outer = {TENSOR: {"dtype": "U8", "shape": [size], "data_offsets": [0, size]}}
    header = canonical(outer).encode()
    if data >= ALIGNED_FROM:
        header += b" " * (-(8 + len(header) + len(record)) % ALIGNMENT)
    return len(header).to_bytes(8, "little") + header + record, digest


def text_of(description: Mapping[str, Any], entries: Mapping[str, Entry]) -> str:
    """The JSON of a description and the list of its tensors, before it is shortened."""
    listed = [[name, entry.dtype, *entry.shape] for name, entry in entries.items()]
    return canonical({**description, "tensors": listed})


def is_sealed(entries: Mapping[str, Entry], metadata: Mapping[str, str]) -> bool:
    """Whether the outer frame is that of a sealed file."""
    ours = list(entries) == [TENSOR] and container.METADATA_KEY not in metadata
    return ours and entries[TENSOR].dtype == "U8" and len(entries[TENSOR].shape) == 1


def digests(data: NDArray[np.uint8]) -> tuple[str, str]:
    """The digest that a sealed file states, and the one that its bytes have."""
    stated = data[_DIGEST_AT:_LENGTH_AT].tobytes().hex()
    return stated, murmur.digest(data[_LENGTH_AT:].data)


def read(data: NDArray[np.uint8], verify: bool = True) -> tuple[dict[str, Any], Frame]:
    """The description and the inner frame of a sealed file, from the bytes of its one tensor.

    Raises:
        FormatError: The file is damaged, hostile, older or newer.
    """
    check(data, verify)
    description, rest = describe(data)
    entries = entries_of(description.pop("tensors", None))
    end = max((entry.end for entry in entries.values()), default=0)
    if end != len(rest):
        raise FormatError(f"the tensors take {end} bytes but {len(rest)} follow the description")
    return description, Frame(entries, {}, rest)


def check(data: NDArray[np.uint8], verify: bool = True) -> None:
    """Refuse another version, and data that do not match their digest.

    Raises:
        FormatError: They do not.
    """
    if not len(data):
        raise FormatError("the sealed file is empty: it is damaged")
    check_version(int(data[0]))
    stated, found = digests(data) if verify else ("", "")
    if stated != found:
        raise FormatError("the sealed file does not match its digest: it is damaged")


def describe(data: NDArray[np.uint8]) -> tuple[dict[str, Any], NDArray[np.uint8]]:
    """The description with its list of tensors, and the bytes behind it.

    Raises:
        FormatError: The description is damaged.
    """
    length = int.from_bytes(data[_LENGTH_AT:_TEXT_AT].tobytes(), "little")
    if len(data) < _TEXT_AT or length > len(data) - _TEXT_AT:
        raise FormatError("the description of the sealed file is longer than the file")
    end = _TEXT_AT + length
    return described(data[_TEXT_AT:end].tobytes()), data[end:]


def described(text: bytes) -> dict[str, Any]:
    """The description of a shortened text.

    Raises:
        FormatError: It is damaged.
    """
    description = load_canonical(phrases.expand(text))
    for name in ("digest", "digests", "format"):
        if name in description:
            raise FormatError(f"the description of a sealed file has no field {name!r}")
    return description


def entries_of(listed: object) -> dict[str, Entry]:
    """The tensors of a list, one behind the other.

    Raises:
        FormatError: It is no such list.
    """
    if not isinstance(listed, list):
        raise FormatError("the sealed file does not list its tensors")
    entries: dict[str, Entry] = {}
    at = 0
    for each in listed:
        name, dtype, *shape = each if isinstance(each, list) and len(each) > 1 else (None, None)
        if not isinstance(name, str) or not isinstance(dtype, str) or dtype not in DTYPES:
            raise FormatError(f"the list of tensors has a malformed entry {str(each)[:60]!r}")
        if name in entries or not is_text(name):
            raise FormatError(f"the list of tensors has the name {name!a} twice, or it is not text")
        end = at + container.tensor_bytes(name, dtype, shape)
        entries[name] = Entry(dtype, tuple(shape), at, end)
        at = end
    return entries
