"""What can still be told of a file that may be damaged: header, tensors, digests, description."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from nlucompress.errors import FormatError
from nlucompress.format import container
from nlucompress.format.container import Entry, Frame

State = Literal["matches", "damaged", "outside", "unchecked"]

# Bits per element of dtypes that other programs write; a model never has them.
_FOREIGN = {
    "F4": 4,
    "F6_E2M3": 6,
    "F6_E3M2": 6,
    "F8_E4M3": 8,
    "F8_E5M2": 8,
    "F8_E8M0": 8,
    "C64": 64,
}
_BITS = {name: 8 * np.dtype(code).itemsize for name, code in container.DTYPES.items()} | _FOREIGN
_BEGINNINGS = {
    b"PK\x03\x04": "a zip archive (.npz and PyTorch files are)",
    b"\x1f\x8b": "a gzip file",
    b"GGUF": "a GGUF file",
    b"\x80": "a Python pickle",
    b"\x93NUMPY": "a NumPy array",
}


@dataclass(frozen=True)
class TensorInfo:
    """A tensor as the header declares it.

    Attributes:
        begin, end: Its place, counted from the first byte behind the header.
        digest: Digest of what stands in the file, None where its bytes are not all there.
        state: ``matches`` the stored digest, is ``damaged``, lies ``outside`` of the file, or
            ``unchecked`` where the file holds no digest of it.
    """

    name: str
    dtype: str
    shape: tuple[int, ...]
    begin: int
    end: int
    digest: str | None
    state: State

    @property
    def bytes(self) -> int:
        """Size."""
        return self.end - self.begin


@dataclass(frozen=True)
class Anatomy:
    """The parts of a file that can be read.

    Attributes:
        readable: Whether it has a header of safetensors at all.
        ours: Whether it is or was a model of ours.
        metadata: Foreign metadata.
        description: Our description as far as it is JSON, or None.
        frame: The frame, None where it is damaged.
        problems: What is wrong, a line each.
    """

    readable: bool
    ours: bool
    metadata: Mapping[str, str]
    description: Mapping[str, Any] | None
    tensors: tuple[TensorInfo, ...]
    frame: Frame | None
    problems: tuple[str, ...]


def read(buffer: bytes | memoryview) -> Anatomy:
    """Take a file apart; nothing that is wrong with it is raised."""
    frame, reason = None, ""
    try:
        frame = container.parse(buffer)
    except FormatError as error:
        reason = str(error)
    view = memoryview(buffer)
    length = int.from_bytes(view[:8], "little")
    text = bytes(view[8 : 8 + min(length, container.MAX_HEADER)])
    header = _object(text)
    if header is None or length > len(view) - 8:
        ours = f'"{container.METADATA_KEY}"'.encode() in text and text.startswith(b"{")
        return Anatomy(False, ours, {}, None, (), None, (reason + _looks_like(bytes(view[:8])),))
    data = np.frombuffer(view[8 + length :], np.uint8)
    problems: list[str] = []
    metadata = header.pop("__metadata__", {})
    if not isinstance(metadata, dict):
        metadata = {}
    metadata = {key: value for key, value in metadata.items() if isinstance(value, str)}
    entries = _entries(header, len(data), problems)
    foreign = any(entry.dtype in _FOREIGN for entry in entries.values())
    ours = container.METADATA_KEY in metadata
    if reason and not problems and (ours or not foreign):
        problems.append(reason)
    description, digests = None, None
    if ours:
        description, digests = _description(metadata, entries, problems)
        del metadata[container.METADATA_KEY]
    tensors = tuple(_tensor(name, each, data, digests) for name, each in entries.items())
    problems += [
        f"tensor {tensor.name!r} does not match its digest"
        for tensor in tensors
        if tensor.state == "damaged"
    ]
    return Anatomy(True, ours, metadata, description, tensors, frame, tuple(problems))


def _looks_like(begin: bytes) -> str:
    for magic, what in _BEGINNINGS.items():
        if begin.startswith(magic):
            return f"; it begins like {what}"
    if len(begin) == 8 and all(32 <= byte < 127 or byte in b"\t\r\n" for byte in begin):
        return f"; it begins like text: {begin.decode('ascii')!r}"
    return ""


def _object(text: bytes | str) -> dict[str, Any] | None:
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None


def _entries(header: dict[str, Any], size: int, problems: list[str]) -> dict[str, Entry]:
    """The tensors in the order of their data."""
    entries: dict[str, Entry] = {}
    for name, value in header.items():
        try:
            dtype, shape, (begin, end) = value["dtype"], value["shape"], value["data_offsets"]
            whole = all(type(n) is int and 0 <= n < 1 << 62 for n in (*shape, begin, end))
            sane = isinstance(dtype, str) and len(shape) <= 8 and whole and begin <= end
        except (TypeError, KeyError, ValueError):
            sane = False
        if not sane:
            problems.append(f"tensor {name!r}: its header entry is malformed")
            continue
        entries[name] = Entry(dtype, tuple(shape), begin, end)
    ordered = dict(sorted(entries.items(), key=lambda item: (item[1].begin, item[1].end)))
    most = max((entry.end for entry in ordered.values()), default=0)
    if most > size:
        problems.append(f"the file ends {most - size:,} bytes before its last tensor; truncated?")
    elif most < size:
        problems.append(f"{size - most:,} bytes follow the last tensor and belong to nothing")
    at = 0
    for name, entry in ordered.items():
        if entry.dtype not in _BITS:
            problems.append(f"tensor {name!r}: unknown dtype {entry.dtype[:20]!r}")
        elif math.prod(entry.shape) * _BITS[entry.dtype] != 8 * (entry.end - entry.begin):
            problems.append(
                f"tensor {name!r}: shape {list(entry.shape)} of {entry.dtype} does not take "
                f"{entry.end - entry.begin:,} bytes"
            )
        if entry.begin != at:
            problems.append(f"tensor {name!r} begins at byte {entry.begin:,} instead of {at:,}")
        if entry.end > size:
            there = max(0, size - entry.begin)
            where = f"only {there:,} of its {entry.end - entry.begin:,} bytes are there"
            problems.append(f"tensor {name!r}: {where if there else 'lies outside of the file'}")
        at = entry.end
    return ordered


def _description(
    metadata: Mapping[str, str], entries: Mapping[str, Entry], problems: list[str]
) -> tuple[dict[str, Any] | None, dict[str, Any] | None]:
    """Our description and the digests that it holds of the tensors."""
    try:
        container.describe(Frame({}, metadata, np.zeros(0, np.uint8)))
    except FormatError as error:
        problems.append(str(error))
    description = _object(metadata[container.METADATA_KEY])
    if description is None:
        return None, None
    version = description.get("format")
    if not isinstance(version, int) or version > container.FORMAT_VERSION:
        return description, None  # a newer format may make its digests differently
    digests = description.get("digests")
    if not isinstance(digests, dict):
        problems.append("the description holds no digests of the tensors")
        return description, None
    for name in sorted({*digests} ^ {*entries}):
        has, lacks = ("digest", "tensor") if name in digests else ("tensor", "digest")
        problems.append(f"tensor {name!r}: the file has its {has} but no such {lacks}")
    return description, digests


def _tensor(
    name: str, entry: Entry, data: NDArray[np.uint8], digests: Mapping[str, Any] | None
) -> TensorInfo:
    digest: str | None = None
    state: State = "unchecked"
    if entry.end > len(data):
        state = "outside"
    else:
        digest = container.tensor_digest(name, entry, data[entry.begin : entry.end])
        if digests is not None and name in digests:
            state = "matches" if digests[name] == digest else "damaged"
    return TensorInfo(name, entry.dtype, entry.shape, entry.begin, entry.end, digest, state)
