"""The outer frame: a safetensors file, parsed from bytes with every bound checked before use.

    8 bytes  header length, little-endian
    header   JSON: tensor name -> dtype, shape, [begin, end) in the data; ``__metadata__``
    data     the tensors, one after the other, without gaps

Our description is canonical JSON in the one metadata key ``nlucompress``. This module knows frames,
digests and bounds; what the description means is the business of ``codec``.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nlucompress.algo.hashing import murmur
from nlucompress.errors import FormatError
from nlucompress.format.frame.canonical import canonical, check_version, load_canonical, load_json
from nlucompress.io import foreign

METADATA_KEY = "nlucompress"
MAX_HEADER = 100_000_000  # the limit of the safetensors library

DTYPES: dict[str, str] = {
    "BOOL": "?",
    "U8": "u1",
    "I8": "i1",
    "U16": "<u2",
    "I16": "<i2",
    "F16": "<f2",
    "BF16": "<u2",
    "U32": "<u4",
    "I32": "<i4",
    "F32": "<f4",
    "U64": "<u8",
    "I64": "<i8",
    "F64": "<f8",
}


@dataclass(frozen=True)
class Entry:
    """A tensor as the header declares it; begin and end count from the first byte of the data."""

    dtype: str
    shape: tuple[int, ...]
    begin: int
    end: int


@dataclass(frozen=True)
class Frame:
    """A parsed safetensors file.

    Attributes:
        entries: Tensors in the order of their data.
        metadata: The file's metadata, empty where it has none.
        data: uint8 view of everything behind the header.
    """

    entries: Mapping[str, Entry]
    metadata: Mapping[str, str]
    data: NDArray[np.uint8]

    def tensor(self, name: str) -> NDArray[Any]:
        """A view of one tensor; BF16 becomes float32."""
        entry = self.entries[name]
        raw = self.data[entry.begin : entry.end].view(DTYPES[entry.dtype])
        if entry.dtype == "BF16":
            raw = (raw.astype(np.uint32) << 16).view(np.float32)
        return raw.reshape(entry.shape)

    def raw(self, name: str) -> NDArray[np.uint8]:
        """The bytes of one tensor."""
        entry = self.entries[name]
        return self.data[entry.begin : entry.end]


def parse(buffer: bytes | memoryview) -> Frame:
    """Check the frame and return views into the buffer.

    Raises:
        FormatError: The bytes are no complete safetensors file.
    """
    whole = np.frombuffer(buffer, np.uint8)
    if len(whole) < 8:
        raise FormatError(f"{len(whole)} bytes are too few for a model file; is it truncated?")
    length = int.from_bytes(whole[:8].tobytes(), "little")
    if length > MAX_HEADER or (len(whole) == 8 and not length):
        what = foreign.instead_of_model(whole[: foreign.LOOK].tobytes())
        raise FormatError(
            f"this is no .nlu or safetensors file, but {what}"
            if what
            else "this is no .nlu or safetensors file: its first bytes are no length"
        )
    if length > len(whole) - 8:
        raise FormatError(f"the header takes {length} bytes but the file ends before; truncated?")
    header = load_json(whole[8 : 8 + length].tobytes(), "the header")
    data = whole[8 + length :]
    metadata = header.pop("__metadata__", {})
    if not isinstance(metadata, dict) or not all(isinstance(v, str) for v in metadata.values()):
        raise FormatError("the header's metadata is not a mapping of strings")
    entries = {name: _entry(name, value) for name, value in header.items()}
    ordered = dict(sorted(entries.items(), key=data_order))
    at = 0
    for name, entry in ordered.items():
        if entry.begin != at:
            raise FormatError(f"tensor {name!r} begins at byte {entry.begin} instead of {at}")
        at = entry.end
    if at != len(data):
        raise FormatError(f"the tensors take {at} bytes but {len(data)} follow the header")
    return Frame(ordered, metadata, data)


def data_order(item: tuple[str, Entry]) -> tuple[int, int, str]:
    """Order of tensors in the data; the name tells those apart that hold nothing."""
    name, entry = item
    return entry.begin, entry.end, name


def _entry(name: str, value: object) -> Entry:
    if not isinstance(value, dict) or set(value) != {"dtype", "shape", "data_offsets"}:
        raise FormatError(f"tensor {name!r}: its header entry is malformed")
    dtype, shape, offsets = value["dtype"], value["shape"], value["data_offsets"]
    if not isinstance(dtype, str) or dtype not in DTYPES:
        raise FormatError(f"tensor {name!r}: unknown dtype {str(dtype)[:20]!r}")
    if not isinstance(offsets, list) or len(offsets) != 2 or not all(map(_is_size, offsets)):
        raise FormatError(f"tensor {name!r}: its shape or offsets are malformed")
    size = tensor_bytes(name, dtype, shape)
    begin, end = offsets
    if end - begin != size:
        raise FormatError(f"tensor {name!r}: its shape {shape} does not take {end - begin} bytes")
    return Entry(dtype, tuple(shape), begin, end)


def _is_size(value: object) -> bool:
    return type(value) is int and 0 <= value < 1 << 62


def tensor_bytes(name: str, dtype: str, shape: object) -> int:
    """Bytes of a tensor of this shape.

    Raises:
        FormatError: It is not a shape that a tensor may have.
    """
    sane = isinstance(shape, list) and len(shape) <= 8 and all(map(_is_size, shape))
    # Zeros in a shape hide the other sizes from their product, but not from the array library.
    if not isinstance(shape, list) or not sane or math.prod(n or 1 for n in shape) >= 1 << 59:
        raise FormatError(f"tensor {name!r}: its shape or offsets are malformed")
    return math.prod(shape) * np.dtype(DTYPES[dtype]).itemsize


def tensor_digest(name: str, entry: Entry, raw: NDArray[np.uint8]) -> str:
    """Digest of a tensor's name, dtype, shape and bytes."""
    shape = ",".join(str(size) for size in entry.shape)
    return murmur.digest(f"{name}\0{entry.dtype}\0{shape}\0".encode(), raw.data)


def describe(frame: Frame) -> dict[str, Any]:
    """Our description from the metadata, its own digest and version checked and removed.

    Raises:
        FormatError: A foreign, newer or damaged file.
    """
    if METADATA_KEY not in frame.metadata:
        raise FormatError(
            "a safetensors file, but no nlucompress model: bring it in with `nlucompress import`"
        )
    description = load_canonical(frame.metadata[METADATA_KEY])
    check_version(description.pop("format", None))
    digest = description.pop("digest", None)
    if digest != murmur.digest(canonical(description).encode()):
        raise FormatError("the description does not match its digest: the file is damaged")
    return description


def digest_of(frame: Frame) -> str:
    """The digest that a file of ours, whose description was checked before, has of itself."""
    found: str = load_json(frame.metadata[METADATA_KEY], "the description")["digest"]
    return found


def check_digests(frame: Frame, digests: object) -> list[str]:
    """Names of the tensors whose bytes do not match the digests, which stand in data order."""
    if not isinstance(digests, list) or len(digests) != len(frame.entries):
        raise FormatError("the description has not one digest for each tensor")
    return [
        name
        for digest, (name, entry) in zip(digests, frame.entries.items(), strict=True)
        if digest != tensor_digest(name, entry, frame.raw(name))
    ]
