"""The front of a bundle: how many of what there are, and where each section begins."""

from __future__ import annotations

import struct
from dataclasses import dataclass

from nlucompress.algo.hashing import murmur
from nlucompress.errors import FormatError

MAGIC = b"nlubundl"
VERSION = 1
BLOCK = 16  # models
_FRONT = struct.Struct("<8sIIII4Q")
_DIGEST = 16


@dataclass(frozen=True)
class Front:
    """Counts, and bytes of the sections."""

    models: int
    templates: int
    shared: int
    template_bytes: int
    record_bytes: int
    shared_bytes: int
    payload_bytes: int

    @property
    def blocks(self) -> int:
        """Blocks of models."""
        return -(-self.models // BLOCK)

    @property
    def tables(self) -> tuple[int, int, int]:
        """Where the offsets of templates and of shared tensors, and the blocks begin."""
        first = _FRONT.size + _DIGEST
        second = first + 4 * (self.templates + 1)
        return first, second, second + 8 * (self.shared + 1)

    @property
    def sections(self) -> tuple[int, int, int, int, int]:
        """Where templates, records, shared tensors and payloads begin, and the end."""
        at = self.tables[2] + 12 * self.blocks
        result = [at]
        for size in (
            self.template_bytes,
            self.record_bytes,
            self.shared_bytes,
            self.payload_bytes,
        ):
            at += size
            result.append(at)
        return result[0], result[1], result[2], result[3], result[4]

    def pack(self, index: bytes) -> bytes:
        """The front with the digest over itself and the index behind it."""
        front = _FRONT.pack(
            MAGIC,
            VERSION,
            self.models,
            self.templates,
            self.shared,
            self.template_bytes,
            self.record_bytes,
            self.shared_bytes,
            self.payload_bytes,
        )
        return front + bytes.fromhex(murmur.digest(front, index))


def unpack(data: memoryview, verify: bool) -> Front:
    """Read and check the front of a bundle.

    Raises:
        FormatError: It is none, or damaged, or newer.
    """
    if len(data) < _FRONT.size + _DIGEST or bytes(data[:8]) != MAGIC:
        raise FormatError("no bundle, or one that is cut short")
    _, version, *counts = _FRONT.unpack(data[: _FRONT.size])
    if version != VERSION:
        raise FormatError(f"a bundle of version {version}, but this nlucompress reads {VERSION}")
    front = Front(*counts)
    records_end, end = front.sections[2], front.sections[4]
    if end != len(data):
        raise FormatError(f"the bundle says that it has {end} bytes, but it has {len(data)}")
    if verify:
        stated = bytes(data[_FRONT.size : _FRONT.size + _DIGEST]).hex()
        index = data[_FRONT.size + _DIGEST : records_end]
        if murmur.digest(data[: _FRONT.size], index) != stated:
            raise FormatError("the bundle does not match its digest: it is damaged")
    return front


def is_bundle(data: bytes | memoryview) -> bool:
    """Whether a file begins as a bundle does."""
    return bytes(data[:8]) == MAGIC
