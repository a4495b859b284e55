"""What can still be told of a file that may be damaged: header, tensors, digests, description."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from nlucompress.errors import FormatError
from nlucompress.format.frame import container, sealed
from nlucompress.format.frame.canonical import FORMAT_VERSION
from nlucompress.format.frame.container import Entry, Frame
from nlucompress.stages.measure.inspect import layout

State = Literal["matches", "damaged", "outside", "unchecked"]


@dataclass(frozen=True)
class TensorInfo:
    """A tensor as the header declares it.

    Attributes:
        begin, end: Its place, counted from the first byte behind the header.
        digest: Digest of what stands in the file, None where its bytes are not all there.
        state: ``matches`` the stored digest (of a sealed file, the one of all), is ``damaged``,
            lies ``outside`` of the file, or ``unchecked`` where the file holds no digest of it.
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
        data: uint8: everything behind the header.
        problems: What is wrong, a line each.
    """

    readable: bool
    ours: bool
    metadata: Mapping[str, str]
    description: Mapping[str, Any] | None
    tensors: tuple[TensorInfo, ...]
    frame: Frame | None
    data: NDArray[np.uint8]
    problems: tuple[str, ...]


def read(buffer: bytes | memoryview) -> Anatomy:
    """Take a file apart; nothing that is wrong with it is raised."""
    frame, reason = None, ""
    problems: list[str] = []
    try:
        frame = container.parse(buffer)
    except FormatError as error:
        reason = str(error)
    view = memoryview(buffer)
    length = int.from_bytes(view[:8], "little")
    text = bytes(view[8 : 8 + min(length, container.MAX_HEADER)])
    header = _object(text)
    if header is None or length > len(view) - 8:
        ours = length <= container.MAX_HEADER and f'"{container.METADATA_KEY}"'.encode() in text
        problems = [reason + layout.looks_like(bytes(view[:8]))]
        nothing = np.zeros(0, np.uint8)
        return Anatomy(False, ours, {}, None, (), None, nothing, tuple(problems))
    data = np.frombuffer(view[8 + length :], np.uint8)
    metadata = header.pop("__metadata__", {})
    if not isinstance(metadata, dict):
        metadata = {}
    metadata = {key: value for key, value in metadata.items() if isinstance(value, str)}
    entries = layout.entries_of(header, len(data), problems)
    if sealed.is_sealed(entries, metadata):
        return _sealed(data, metadata, problems)
    foreign = any(entry.dtype in layout.FOREIGN for entry in entries.values())
    ours = container.METADATA_KEY in metadata
    if reason and not problems and (ours or not foreign):
        problems.append(reason)
    description: dict[str, Any] | None = None
    digests: dict[str, Any] = {}
    if ours:
        description, digests = _description(metadata, entries, problems)
        del metadata[container.METADATA_KEY]
    tensors = tuple(_tensor(name, each, data, digests) for name, each in entries.items())
    problems += [
        f"tensor {tensor.name!r} does not match its digest"
        for tensor in tensors
        if tensor.state == "damaged"
    ]
    return Anatomy(True, ours, metadata, description, tensors, frame, data, tuple(problems))


def _sealed(data: NDArray[np.uint8], metadata: Mapping[str, str], problems: list[str]) -> Anatomy:
    """A sealed file, from the bytes of its one tensor as far as they are there."""
    description: dict[str, Any] | None = None
    entries: dict[str, Entry] = {}
    rest = data[:0]
    state: State = "unchecked"
    try:
        sealed.check(data)
        state = "matches"
    except FormatError as error:
        if not problems:  # what is not all there cannot match either
            problems.append(str(error))
    if len(data) and data[0] == FORMAT_VERSION:
        try:
            description, rest = sealed.describe(data)
            entries = sealed.entries_of(description.pop("tensors", None))
        except FormatError as error:
            problems.append(str(error))
        stated = sealed.digests(data)[0]
        description = {**(description or {}), "format": int(data[0]), "digest": stated}
    end = max((entry.end for entry in entries.values()), default=0)
    if not problems and end != len(rest):
        problems.append(f"the tensors take {end} bytes but {len(rest)} follow the description")
    frame = None if problems else Frame(entries, {}, rest)
    tensors = tuple(_tensor(name, entry, rest, {}, state) for name, entry in entries.items())
    return Anatomy(True, True, metadata, description, tensors, frame, rest, tuple(problems))


def _object(text: bytes | str) -> dict[str, Any] | None:
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None


def _description(
    metadata: Mapping[str, str], entries: Mapping[str, Entry], problems: list[str]
) -> tuple[dict[str, Any] | None, dict[str, Any]]:
    """Our description, and the digests of the tensors by name."""
    try:
        container.describe(Frame({}, metadata, np.zeros(0, np.uint8)))
    except FormatError as error:
        problems.append(str(error))
    description = _object(metadata[container.METADATA_KEY])
    if description is None:
        return None, {}
    version = description.get("format")
    if not isinstance(version, int) or version > FORMAT_VERSION:
        return description, {}  # a newer format may make its digests differently
    digests = description.get("digests")
    if not isinstance(digests, list) or len(digests) != len(entries):
        problems.append("the description has not one digest for each tensor")
        return description, {}
    return description, dict(zip(entries, digests, strict=True))


def _tensor(
    name: str,
    entry: Entry,
    data: NDArray[np.uint8],
    digests: Mapping[str, Any],
    state: State = "unchecked",
) -> TensorInfo:
    digest: str | None = None
    if entry.end > len(data):
        state = "outside"
    else:
        digest = container.tensor_digest(name, entry, data[entry.begin : entry.end])
        if name in digests:
            state = "matches" if digests[name] == digest else "damaged"
    return TensorInfo(name, entry.dtype, entry.shape, entry.begin, entry.end, digest, state)
