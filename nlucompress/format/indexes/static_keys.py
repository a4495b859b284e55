"""Key indexes of a static function: the hashes that it is to be built of, and the function."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from nlucompress.algo.coding import offsets as packed_offsets
from nlucompress.algo.coding.offsets import Offsets
from nlucompress.algo.hashing import murmur, static
from nlucompress.algo.hashing.mphf import MAX_KEYS
from nlucompress.algo.hashing.static import Function, Int64
from nlucompress.errors import FormatError
from nlucompress.format.copies import Copied
from nlucompress.format.fields import Fields, Tensors
from nlucompress.native import extension

MAX_BITS = 1 << 40


@dataclass(frozen=True)
class Hashes:
    """The 128-bit hash of every key, ascending: a table that ``pack`` will seal as a function.

    Attributes:
        data: uint8, shape (n, 16): both halves, big-endian; the first 63 bits of each differ.
        fingerprint_bits: Bits of the fingerprints that the function will hold.
    """

    kind: ClassVar[str] = "hashes"
    data: NDArray[np.uint8]
    fingerprint_bits: int

    @classmethod
    def of(cls, h1: murmur.UInt64, h2: murmur.UInt64, fingerprint_bits: int) -> Hashes:
        """The index of keys with these hashes, which ascend by their first half."""
        return cls(np.stack((h1, h2), axis=1).astype(">u8").view(np.uint8), fingerprint_bits)

    def __len__(self) -> int:
        """Number of keys."""
        return len(self.data)

    @cached_property
    def halves(self) -> tuple[murmur.UInt64, murmur.UInt64]:
        """Both halves of the keys' hashes."""
        both = np.ascontiguousarray(self.data).view(">u8").astype(np.uint64)
        return both[:, 0].copy(), both[:, 1].copy()

    def find(self, keys: Sequence[str]) -> Int64:
        """Row of each key, -1 where it is not in the table."""
        h1, h2 = murmur.hash_keys(murmur.encode_key(key) for key in keys)
        if not len(self):
            return np.full(len(h1), -1, np.int64)
        own1, own2 = self.halves
        row = np.minimum(np.searchsorted(own1, h1), len(self) - 1)
        return np.where((own1[row] == h1) & (own2[row] == h2), row, -1)

    def store(self, where: str, tensors: Tensors) -> dict[str, Any]:
        """Describe, and add one tensor."""
        tensors[f"{where}.hashes"] = self.data
        return {"kind": self.kind, "fingerprint_bits": self.fingerprint_bits}

    @classmethod
    def parse(cls, fields: Fields) -> Hashes:
        """Read the hashes and check their order."""
        width = fields.integer("fingerprint_bits", 0, 16)
        data = fields.tensor("hashes", np.uint8, (None, 16))
        fields.close()
        index = cls(data, width)
        handles = static.handles(index.halves[0])
        if len(data) > MAX_KEYS or (handles[1:] <= handles[:-1]).any():
            raise FormatError(f"{fields.where}: the hashes of the keys do not ascend")
        return index


@dataclass(frozen=True)
class Static(Copied):
    """A static function: a key's value begins with its fingerprint, and its row follows.

    A key has no row number. What ``find`` gives is its handle, 63 bits of its hash, by which
    ``StaticRows`` reads the row out of the same function.

    Attributes:
        size: Number of keys.
        fingerprint_bits: An unseen key passes for a known one with a probability of 2^-bits.
        stored: Bits of all values.
        function: The function.
    """

    kind: ClassVar[str] = "static"
    size: int
    fingerprint_bits: int
    stored: int
    function: Function

    def __len__(self) -> int:
        """Number of keys."""
        return self.size

    @cached_property
    def _native(self) -> Any:
        """The index in C, or None."""
        if extension is None:
            return None
        offsets = self.function.offsets
        shape = (self.stored, offsets.stride, offsets.width, offsets.end)
        data = self.function.data
        return extension.Keys.static(data, self.size, self.fingerprint_bits, *shape)

    @cached_property
    def slot(self) -> Callable[[str], int]:
        """A function from one key to its handle, -1 where it is known to be absent."""
        if self._native is not None:
            native: Callable[[str], int] = self._native.slot
            return native
        return lambda key: int(self.find([key])[0])

    def find(self, keys: Sequence[str]) -> Int64:
        """Handle of each key, -1 where it is known to be absent."""
        if self._native is not None:
            return np.frombuffer(self._native.find(keys), np.int64)
        return self.find_hashes(*murmur.hash_keys(murmur.encode_key(key) for key in keys))

    def find_hashes(self, h1: murmur.UInt64, h2: murmur.UInt64) -> Int64:
        """The same of keys with these hashes."""
        handle = static.handles(h1)
        result = np.full(handle.shape, -1, np.int64)
        if not self.function.shards:
            return result
        full = np.flatnonzero(self.function.spans(handle)[1])
        width = self.fingerprint_bits
        read = self.function.read(handle[full], np.zeros(len(full), np.int64), width)
        known = full[read == murmur.fingerprints(h2[full], width).astype(np.int64)]
        result[known] = handle[known]
        return result

    def store(self, where: str, tensors: Tensors) -> dict[str, Any]:
        """Describe, and add one tensor."""
        tensors[f"{where}.hash"] = self.function.data
        offsets = self.function.offsets
        return {
            "kind": self.kind,
            "size": self.size,
            "fingerprint_bits": self.fingerprint_bits,
            "offsets": [offsets.stride, offsets.width],
            "places": offsets.end,
            "stored": self.stored,
        }

    @classmethod
    def parse(cls, fields: Fields) -> Static:
        """Read the function and check the bounds of its shards."""
        size = fields.integer("size", 0, MAX_KEYS)
        width = fields.integer("fingerprint_bits", 0, 16)
        shape = fields.integers("offsets", 0, 128)
        places = fields.integer("places", 0, MAX_BITS)
        stored = fields.integer("stored", 0, MAX_BITS)
        data = fields.tensor("hash", np.uint8, (None,))
        fields.close()
        where = fields.where
        if len(shape) != 2 or shape[0] not in packed_offsets.STRIDES or shape[1] > 57:
            raise FormatError(f"{where}: offsets {list(shape)} are out of range")
        shards = static.shard_count(stored)
        packed = packed_offsets.packed_size(shards, places, *shape)
        if packed + (places + 7) // 8 != len(data) or max(size, stored) > places:
            raise FormatError(f"{where}: the function has not the size that its fields ask for")
        offsets = Offsets(shards, places, *shape, data[:packed])
        function = Function(offsets, data[packed:])
        function.__dict__["data"] = data  # its parts are views of this
        if not function.sound():
            raise FormatError(f"{where}: the shards of the function do not follow each other")
        return cls(size, width, stored, function)
